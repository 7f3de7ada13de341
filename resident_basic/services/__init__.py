"""Acts of 個人基本. One function is one act."""

from resident_basic.services.approvals import (
    ItemRequest,
    approve_application,
    draft_application,
    refuse_application,
    submit_application,
    withdraw_application,
)
from resident_basic.services.disclosure import (
    ChangePage,
    NoApproval,
    StagedChanges,
    acknowledge,
    disclose_changes,
    disclose_residents,
    publish_changes,
    stage_changes,
)

__all__ = [
    "ChangePage",
    "ItemRequest",
    "NoApproval",
    "StagedChanges",
    "acknowledge",
    "approve_application",
    "disclose_changes",
    "disclose_residents",
    "draft_application",
    "publish_changes",
    "refuse_application",
    "stage_changes",
    "submit_application",
    "withdraw_application",
]
