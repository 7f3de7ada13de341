"""Flow C: 副本 taken in, forwarded, compared, ended and looked at."""

from gateway.services.copies.accepting import (
    LAYOUT_VERSION,
    OPEN_END,
    CopyCounts,
    CopyData,
    accept_copies,
)
from gateway.services.copies.forwarding import (
    copies_in,
    note_copy_digests,
    prepare_copy_exchanges,
    send_copy_now,
    settle_copies,
)
from gateway.services.copies.inspecting import (
    discard_inspections,
    inspect_copy,
    inspect_provision,
    inspect_recipients,
    inspections_in,
    settle_inspections,
)
from gateway.services.copies.publication import (
    cancel_publication_end,
    copies_to_end,
    decide_publication_end,
    draft_publication_end,
    note_publication_end_registered,
    publication_end_in,
    settle_publication_end,
    settle_undone,
)
from gateway.services.copies.reconciling import (
    HeldThere,
    Mending,
    differences_in,
    differing_buckets,
    mend_differences,
    note_reconciliation,
    request_reconciliation,
    settle_unknown,
)

__all__ = [
    "LAYOUT_VERSION",
    "OPEN_END",
    "CopyCounts",
    "CopyData",
    "HeldThere",
    "Mending",
    "accept_copies",
    "cancel_publication_end",
    "copies_in",
    "copies_to_end",
    "decide_publication_end",
    "differences_in",
    "differing_buckets",
    "discard_inspections",
    "draft_publication_end",
    "inspect_copy",
    "inspect_provision",
    "inspect_recipients",
    "inspections_in",
    "mend_differences",
    "note_copy_digests",
    "note_publication_end_registered",
    "note_reconciliation",
    "prepare_copy_exchanges",
    "publication_end_in",
    "request_reconciliation",
    "send_copy_now",
    "settle_copies",
    "settle_inspections",
    "settle_publication_end",
    "settle_undone",
    "settle_unknown",
]
