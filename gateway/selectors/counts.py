"""How many copies and messages: for boards and for the reconciliation of a rehearsal."""

from datetime import datetime

from django.db.models import Count, Min

from gateway.models import Copy, CopyError, Exchange, Provision


def copy_counts(information_code: str) -> dict[str, int]:
    """Return how many copies of a 特定個人情報 are in each state."""
    rows = Copy.objects.filter(information_code=information_code).values_list("state")
    return dict(rows.annotate(Count("pk")).order_by("state"))


def copy_error_count(information_code: str) -> int:
    """Return how many copies wait in the error list."""
    return CopyError.objects.filter(information_code=information_code, mended_at=None).count()


def failed_exchange_count() -> int:
    """Return how many messages wait for a person (要対応)."""
    return Exchange.objects.filter(state=Exchange.State.FAILED).count()


def waiting_provisions() -> list[tuple[str, int, datetime]]:
    """Return how many inquiries of others wait for staff, by state, and since when the oldest does."""
    waiting = Provision.objects.filter(
        state__in=[Provision.State.WAITING, Provision.State.ANSWERED]
    )
    rows = waiting.values_list("state").annotate(Count("pk"), Min("asked_at")).order_by("state")
    return [(state, count, oldest) for state, count, oldest in rows]


def information_codes_held() -> list[str]:
    """Return the 特定個人情報名コード of which there are 副本."""
    codes = Copy.objects.order_by("information_code").values_list("information_code", flat=True)
    return list(codes.distinct())
