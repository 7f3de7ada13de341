"""How many: for boards and for the reconciliation of a rehearsal."""

from django.db.models import Count

from integrated_address.models import IndividualNumber, IntegratedAddressee, LinkageCodeStatus

_OPEN = {"valid_until__isnull": True, "superseded_at__isnull": True}


def addressee_count() -> int:
    """Return the number of people with a 団体内統合宛名番号 in use."""
    return IntegratedAddressee.objects.filter(state=IntegratedAddressee.State.ACTIVE).count()


def individual_number_count() -> int:
    """Return the number of people whose 個人番号 is registered."""
    return IndividualNumber.objects.filter(**_OPEN).count()


def code_state_counts() -> dict[str, int]:
    """Return how many people are in each 符号取得状況."""
    rows = LinkageCodeStatus.objects.values_list("state").annotate(Count("pk"))
    return dict(rows.order_by("state"))
