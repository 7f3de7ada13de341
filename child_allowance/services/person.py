"""One person over all subsystems: who they are, their numbers, claims, money and what was recorded."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from child_allowance.models import Claim, FactInquiry, Payment, Recipient, SupportedChild
from child_allowance.services.systems import asking, own_system
from integrated_address import selectors as integrated_address
from sapporo_base import selectors as base_selectors
from sapporo_base.acts import Act, Refusal
from sapporo_base.models import LinkageRecord
from social_address import services as social_address

RECORDS_SHOWN = 50


@dataclass(frozen=True)
class Person:
    """What every subsystem knows of one person, as 児童手当 may see it."""

    number: str
    subject: Any
    integrated_number: str
    code_state: str
    recipients: Sequence[Recipient]
    links: Sequence[SupportedChild]
    claims: Sequence[Claim]
    inquiries: Sequence[FactInquiry]
    payments: Sequence[Payment]
    records: Sequence[LinkageRecord]


def known_subjects(*, numbers: Collection[str], act: Act) -> dict[str, Any]:
    """
    Return these people by 宛名番号, in the items that 児童手当 was approved for; recorded by the owner.

    Nobody, where nothing is approved (any more): the pages then show numbers.
    """
    if not numbers:
        return {}
    try:
        found = social_address.disclose_subjects(numbers=numbers, act=asking(act))
    except Refusal:
        return {}
    return {subject.addressee_number: subject for subject in found}


@transaction.atomic
def open_person(*, number: str, act: Act) -> Person:
    """
    Open everything about the person of a 宛名番号, in the items that 児童手当 was approved for.

    The look is recorded by the owners of the data, before it is shown.
    """
    found = social_address.disclose_subjects(numbers=[number], act=asking(act))
    numbers = integrated_address.integrated_numbers_of(
        system=own_system(), business_numbers=[number]
    )
    integrated = numbers.get(number, "")
    states = integrated_address.code_states_of([integrated]) if integrated else {}
    subjects = [("social", number), ("resident", number), ("business", number)]
    if integrated:
        subjects.append(("integrated", integrated))
    return Person(
        number=number,
        subject=found[0] if found else None,
        integrated_number=integrated,
        code_state=states.get(integrated, ""),
        recipients=list(
            Recipient.objects.filter(addressee_number=number).order_by("-entitled_from")
        ),
        links=list(
            SupportedChild.objects.filter(child_number=number)
            .select_related("recipient")
            .order_by("-counted_from")
        ),
        claims=list(Claim.objects.filter(claimant_number=number).order_by("-received_on")),
        inquiries=list(
            FactInquiry.objects.filter(subject_number=number)
            .select_related("claim")
            .order_by("-pk")
        ),
        payments=list(
            Payment.objects.filter(recipient__addressee_number=number)
            .select_related("run")
            .order_by("-run__pay_on")
        ),
        records=list(base_selectors.records_about(subjects)[:RECORDS_SHOWN]),
    )
