"""What receptions left to be looked at: 履歴の欠番, and 照合差異 with a full set."""

from django.db.models import QuerySet

from resident_basic.models import HistoryGap, ReconciliationDifference


def open_gaps() -> QuerySet[HistoryGap]:
    """Return the 履歴の欠番 that are still open, the oldest first."""
    return HistoryGap.objects.filter(closed_at__isnull=True).order_by("found_at", "pk")


def open_absences() -> QuerySet[ReconciliationDifference]:
    """Return the 照合差異 of who is absent from a full set and was not named since."""
    return ReconciliationDifference.objects.filter(
        kind=ReconciliationDifference.Kind.ABSENT, closed_at__isnull=True
    )
