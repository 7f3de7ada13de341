"""Questions to お知らせ."""

from collections.abc import Collection

from django.db.models import QuerySet

from gateway.models import PortalNotice
from sapporo_base.models import BusinessSystem


def notice_states(*, system: BusinessSystem, ids: Collection[int]) -> QuerySet[PortalNotice]:
    """Return a system's own notices."""
    return PortalNotice.objects.filter(system=system, pk__in=ids)
