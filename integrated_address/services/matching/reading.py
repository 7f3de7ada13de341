"""Newcomers and changes are matched behind the intake, from its feed; nothing is asked of the intake."""

from django.db import transaction

from integrated_address.models import MatchReceipt
from integrated_address.selectors.feeds import addressee_changes_after
from integrated_address.services.matching.finding import match_people
from integrated_address.services.matching.keys import refresh_keys
from sapporo_base.acts import Act

_PARCELS = 1
_PEOPLE = 200


@transaction.atomic
def match_newcomers(*, act: Act) -> int:
    """
    Match the next people of the feed; return how many, 0 where all is read.

    A few at a time, so that masses are worked off beside everything else and an interruption costs
    little. Who was matched when they were numbered is matched once more and nothing changes.
    """
    MatchReceipt.objects.get_or_create(pk=1)
    place = MatchReceipt.objects.select_for_update(skip_locked=True).filter(pk=1).first()
    if place is None:
        return 0
    matched = 0
    for entry in addressee_changes_after(place.receipt, _PARCELS):
        people = [*entry.integrated_numbers, *([entry.survivor] if entry.survivor else [])]
        if entry.kind == "deleted":
            refresh_keys(people)
        for start in range(0, len(people), _PEOPLE):
            match_people(integrated_numbers=people[start : start + _PEOPLE], act=act)
        place.receipt, matched = entry.receipt, matched + len(people)
    place.read_at = act.at
    place.save()
    return matched
