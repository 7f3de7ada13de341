"""異動 of a day and of its month, as their page asks for them."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from django.db.models import Count, Max, QuerySet

from resident_basic.models import ResidentVersion, SupportMeasure

_A_MONTH_AT_MOST = 31


def processed_versions(
    *, wards: Collection[str] | None, with_protected: bool
) -> QuerySet[ResidentVersion]:
    """
    Return what was processed, as it is known now, of the people whom someone may see.

    :param wards: codes of the wards the reader serves, None for the whole city.
    :param with_protected: whether the reader may see people under 支援措置; for who may not, they are not
        among them: that somebody moved tells where they live.
    """
    versions = ResidentVersion.objects.filter(superseded_at__isnull=True)
    if wards is not None:
        versions = versions.filter(municipality_code__in=wards)
    if with_protected:
        return versions
    protected = SupportMeasure.objects.filter(ended_at__isnull=True).values("resident_number")
    return versions.exclude(resident_number__in=protected)


def last_day_processed() -> date | None:
    """Return the newest 処理年月日 in the register."""
    newest: date | None = ResidentVersion.objects.aggregate(day=Max("processed_on"))["day"]
    return newest


def counts_by_reason(versions: QuerySet[ResidentVersion]) -> Mapping[str, int]:
    """Return how many of these versions there are by 異動事由, the most frequent first."""
    counted = versions.order_by().values_list("change_reason").annotate(count=Count("pk"))
    return dict(sorted(counted, key=lambda pair: (-pair[1], pair[0])))


def counts_by_day(versions: QuerySet[ResidentVersion], *, month: date) -> Mapping[date, int]:
    """Return how many of these versions were processed on each day of a month that has any."""
    first = month.replace(day=1)
    after = (first + timedelta(days=_A_MONTH_AT_MOST)).replace(day=1)
    of_month = versions.filter(processed_on__gte=first, processed_on__lt=after)
    counted = of_month.order_by().values_list("processed_on").annotate(count=Count("pk"))
    return dict(sorted(counted))
