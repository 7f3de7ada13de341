"""Questions to the ground floor."""

from sapporo_base.selectors.alarms import credentials_ending, open_alarms
from sapporo_base.selectors.batches import (
    BatchResult,
    RunProgress,
    interrupted_runs,
    last_batch,
    last_runs,
    open_reject_count,
    run_progress,
)
from sapporo_base.selectors.conversions import (
    judging_codes,
    losses_of,
    message_layout,
    open_unmapped,
    tables_for,
    unmapped_of_item,
)
from sapporo_base.selectors.grounds import missing_ground
from sapporo_base.selectors.health import Check, readiness, still_running
from sapporo_base.selectors.protection import protected_among
from sapporo_base.selectors.records import (
    records_about,
    records_before,
    records_matching,
    records_of_trip,
    records_over,
    seal_state,
)
from sapporo_base.selectors.reference import (
    LawCodes,
    code_names,
    exchange_grounds,
    in_force,
    layout_definition,
    layout_names,
    legal_bases_for,
    legal_basis_for,
    system,
    system_names,
)
from sapporo_base.selectors.rights import (
    file_rights_of,
    is_working,
    rights_held,
    systems_applied_for_by,
    systems_operated_by,
    wards_of,
    working_staff,
)

__all__ = [
    "BatchResult",
    "Check",
    "LawCodes",
    "RunProgress",
    "code_names",
    "credentials_ending",
    "exchange_grounds",
    "file_rights_of",
    "in_force",
    "interrupted_runs",
    "is_working",
    "judging_codes",
    "last_batch",
    "last_runs",
    "layout_definition",
    "layout_names",
    "legal_bases_for",
    "legal_basis_for",
    "losses_of",
    "message_layout",
    "missing_ground",
    "open_alarms",
    "open_reject_count",
    "open_unmapped",
    "protected_among",
    "readiness",
    "records_about",
    "records_before",
    "records_matching",
    "records_of_trip",
    "records_over",
    "rights_held",
    "run_progress",
    "seal_state",
    "still_running",
    "system",
    "system_names",
    "systems_applied_for_by",
    "systems_operated_by",
    "tables_for",
    "unmapped_of_item",
    "wards_of",
    "working_staff",
]
