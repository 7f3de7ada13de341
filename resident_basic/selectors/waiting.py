"""What receptions left to be looked at: 履歴の欠番, and 照合差異 with a full set."""

from django.db.models import QuerySet

from resident_basic.models import HistoryGap


def open_gaps() -> QuerySet[HistoryGap]:
    """Return the 履歴の欠番 that are still open, the oldest first."""
    return HistoryGap.objects.filter(closed_at__isnull=True).order_by("found_at", "pk")
