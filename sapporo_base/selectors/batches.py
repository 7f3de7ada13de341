"""Questions to the ledger of bulk jobs."""

from collections.abc import Sequence
from dataclasses import dataclass

from sapporo_base.models import BatchRun, RejectedRow


class NoSuchRun(Exception):
    """No job of this kind took this file."""


@dataclass(frozen=True, slots=True)
class BatchResult:
    """How the last job on a file ended: state, and the numbers of the rows it could not take."""

    state: str
    rejected_rows: Sequence[int]

    @property
    def rejected(self) -> int:
        """Return how many rows were rejected, each counted once."""
        return len(set(self.rejected_rows))


def last_batch(*, kind: str, file_name: str) -> BatchResult:
    """
    Return how the last job of a kind on a file ended.

    :raises NoSuchRun: there is none.
    """
    run = BatchRun.objects.filter(kind=kind, file_name=file_name).order_by("-pk").first()
    if run is None:
        raise NoSuchRun(f"{kind} {file_name}")
    rows = RejectedRow.objects.filter(batch=run).order_by("row_number")
    return BatchResult(run.state, list(rows.values_list("row_number", flat=True)))


def last_runs(*, kind: str, most: int) -> Sequence[BatchRun]:
    """Return the last finished jobs of a kind, newest first."""
    finished = BatchRun.objects.filter(kind=kind, ended_at__isnull=False)
    return list(finished.order_by("-started_at", "-pk")[:most])
