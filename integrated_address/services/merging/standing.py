"""The two people of a 名寄せ as they stand: what present number they have, and which remains."""

from collections.abc import Collection

from integrated_address.models import IndividualNumber, IntegratedAddressee
from integrated_address.rules import Standing, survivor_of

_OPEN = {"valid_until__isnull": True, "superseded_at__isnull": True}


def locked_pair(numbers: Collection[str]) -> list[IntegratedAddressee]:
    """Return the two people that are in use, locked in one order; fewer where one is not."""
    people = IntegratedAddressee.objects.select_for_update(of=("self",)).filter(
        pk__in=numbers, state=IntegratedAddressee.State.ACTIVE
    )
    return list(people.order_by("pk"))


def in_order(one: IntegratedAddressee, other: IntegratedAddressee) -> tuple[str, str]:
    """Return the number that remains and the one that is retired, by the rule."""
    numbered = set(
        IndividualNumber.objects.filter(addressee__in=[one.pk, other.pk], **_OPEN).values_list(
            "addressee_id", flat=True
        )
    )
    first, second = (
        Standing(person.pk not in numbered, person.numbered_at, person.pk)
        for person in (one, other)
    )
    survivor, retired = survivor_of(first, second)
    return survivor.integrated_number, retired.integrated_number
