"""Flow F: others' inquiries that the platform may not answer by itself: one answers, one permits."""

from gateway.services.provisions.answering import (
    NoGround,
    answer_provision,
    permit_provision,
    permit_provisions,
    return_provision,
    withdraw_permission,
)
from gateway.services.provisions.noting import (
    ToldProvision,
    note_provisions,
    prepare_provision_list,
    provisions_to_look_at,
    settle_provision_contents,
    settle_provision_list,
)
from gateway.services.provisions.sending import (
    ToldProvided,
    provisions_in,
    record_id_of,
    settle_answers,
    settle_permissions,
    settle_provided,
)

__all__ = [
    "NoGround",
    "ToldProvided",
    "ToldProvision",
    "answer_provision",
    "note_provisions",
    "permit_provision",
    "permit_provisions",
    "prepare_provision_list",
    "provisions_in",
    "provisions_to_look_at",
    "record_id_of",
    "return_provision",
    "settle_answers",
    "settle_permissions",
    "settle_provided",
    "settle_provision_contents",
    "settle_provision_list",
    "withdraw_permission",
]
