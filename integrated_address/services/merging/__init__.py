"""名寄せ: proposed, approved by another, undone if it was wrong; every linked system is told."""

from integrated_address.services.merging.proposing import NothingToMerge, propose_merge

__all__ = ["NothingToMerge", "propose_merge"]
