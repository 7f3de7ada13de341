"""名寄せ: proposed, approved by another, undone if it was wrong; every linked system is told."""

from integrated_address.services.merging.approving import (
    BothHaveIndividualNumbers,
    DecidedAlready,
    approve_merge,
    reject_merge,
)
from integrated_address.services.merging.notices import (
    acknowledge_by_staff,
    acknowledge_merge_notices,
    read_merge_notices,
)
from integrated_address.services.merging.proposing import NothingToMerge, propose_merge
from integrated_address.services.merging.undoing import NotUndoable, undo_merge

__all__ = [
    "BothHaveIndividualNumbers",
    "DecidedAlready",
    "NotUndoable",
    "NothingToMerge",
    "acknowledge_by_staff",
    "acknowledge_merge_notices",
    "approve_merge",
    "propose_merge",
    "read_merge_notices",
    "reject_merge",
    "undo_merge",
]
