"""How many: for boards and for the reconciliation of a rehearsal."""

from integrated_address.models import IndividualNumber, IntegratedAddressee

_OPEN = {"valid_until__isnull": True, "superseded_at__isnull": True}


def addressee_count() -> int:
    """Return the number of people with a 団体内統合宛名番号 in use."""
    return IntegratedAddressee.objects.filter(state=IntegratedAddressee.State.ACTIVE).count()


def individual_number_count() -> int:
    """Return the number of people whose 個人番号 is registered."""
    return IndividualNumber.objects.filter(**_OPEN).count()
