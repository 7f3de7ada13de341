"""What 社会保障 systems are given of an addressee: cut to their rights, and recorded."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from resident_basic import services as resident_basic
from sapporo_base import services as base
from sapporo_base.acts import Act, NotPermitted
from social_address import selectors
from social_address.selectors import AddresseeQuery, DisclosedSubject


@dataclass(frozen=True, slots=True)
class DisclosedTax:
    """課税情報 in force of one person in one 課税年度; `items` by the names of layout `tax`."""

    addressee_number: str
    tax_year: int
    revision: int
    items: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DisclosedChange:
    """One 宛名異動 as a receiver may see it; the state is the one after it."""

    receipt: int
    kind: str
    addressee_number: str
    change_reason: str
    changed_on: date | None
    resident_status: str
    subject: DisclosedSubject | None


@dataclass(frozen=True, slots=True)
class ChangePage:
    """A stretch of the feed and the receipt to go on from."""

    changes: Sequence[DisclosedChange]
    receipt: int
    has_more: bool


def _receiver(act: Act) -> str:
    if act.system is None:
        raise NotPermitted("庁内業務システムとしての利用ではありません。")
    return act.system.code


def permit_resident_items(*, items: Collection[str], act: Act) -> None:
    """
    Let a system go on that needs these items of 個人基本's people, before it judges by them.

    :raises NotPermitted: one of them is not given to it, whole, today; the words say why.
    """
    if act.system is None:
        raise NotPermitted
    if words := selectors.why_not_given(system=act.system, items=items, day=act.day):
        raise NotPermitted(words)


@transaction.atomic
def disclose_subjects(*, numbers: Collection[str], act: Act) -> list[DisclosedSubject]:
    """
    Return what the acting system may see of these addressees, and record that it did.

    個人基本's items only as its 利用申請 allows, 住所・世帯 of people under 支援措置 only where it was
    approved for them; `withheld` names the rest. Who is unknown is not in the answer.
    """
    receiver = _receiver(act)
    rights = selectors.rights_of(act)
    subjects = selectors.cut_to_rights(selectors.latest_versions(numbers), rights)
    base.record_linkage(
        act,
        "subjects_disclosed",
        subjects=[("social", one.addressee_number) for one in subjects],
        items=rights.items,
        receiver_code=receiver,
    )
    return subjects


@transaction.atomic
def search_addressees(
    *, query: AddresseeQuery, act: Act, limit: int = 50
) -> list[DisclosedSubject]:
    """
    Return addressees that match, as the acting system may see them; the search is recorded.

    A system that may not see names of 個人基本's people finds none of these by name.
    """
    receiver = _receiver(act)
    rights = selectors.rights_of(act)
    found = selectors.addressees_like(query, limit=limit)
    if not {"name", "name_kana", "born_on"} <= rights.items:
        found = found.none() if not query.addressee_number else found
    subjects = selectors.cut_to_rights(found, rights)
    base.record_linkage(
        act,
        "addressees_searched",
        subjects=[("social", one.addressee_number) for one in subjects],
        items=rights.items,
        receiver_code=receiver,
    )
    return subjects


@transaction.atomic
def disclose_taxes(
    *, numbers: Collection[str], tax_years: Collection[int], act: Act
) -> list[DisclosedTax]:
    """
    Return the 課税情報 of those among these people whom the acting system serves, and record it.

    No row: this city knows nothing for that year. Who is not served by the system (業務対象者) is not
    in the answer, and the record says how many were refused.
    """
    receiver = _receiver(act)
    served = selectors.served_numbers(system_code=receiver, numbers=numbers, day=act.day)
    taxes = [
        DisclosedTax(row.addressee.addressee_number, row.tax_year, row.revision, dict(row.items))
        for row in selectors.taxes_of(numbers=served, tax_years=tax_years)
    ]
    refused = len(set(numbers) - served)
    base.record_linkage(
        act,
        "taxes_disclosed",
        subjects=[("social", number) for number in sorted(served)],
        items=["tax_information"],
        information="地方税関係情報",
        receiver_code=receiver,
        detail=f"業務対象者でない者 {refused}人を除外" if refused else "",
    )
    return taxes


def disclose_changes(*, receipt: int, limit: int, act: Act) -> ChangePage:
    """
    Return up to `limit` 宛名異動 after a receipt, as the acting system may see them.

    The record names the range of the feed; whom it was about is found through the feed.

    :raises NoApproval: the system has no 利用申請 in force: its receipt must not run past people whom
        it could not see.
    :raises ReceiptUnknown: the receipt lies beyond the newest.
    """
    receiver = _receiver(act)
    resident_basic.permit_delivery(act, "addressee_changes_disclosed")
    selectors.CHANGES.publish()
    with transaction.atomic():
        rows = selectors.changes_after(receipt=receipt, limit=limit)
        rights = selectors.rights_of(act)
        cut = {
            one.addressee_number: one
            for one in selectors.cut_to_rights(
                {row.change.version_id: row.change.version for row in rows}.values(), rights
            )
        }
        changes = [_disclosed(row, rights, cut) for row in rows]
        if changes:
            base.record_linkage(
                act,
                "addressee_changes_disclosed",
                items=rights.items,
                receiver_code=receiver,
                subject_count=len(changes),
                feed=selectors.CHANGES.table,
                feed_after=receipt,
                feed_until=changes[-1].receipt,
            )
        else:
            selectors.CHANGES.refuse_ahead(receipt)
    return ChangePage(
        changes, changes[-1].receipt if changes else receipt, has_more=len(changes) == limit
    )


def _disclosed(
    row: selectors.ChangeRow, rights: selectors.Rights, cut: dict[str, DisclosedSubject]
) -> DisclosedChange:
    change = row.change
    number = change.version.addressee.addressee_number
    subject = cut.get(number)
    may_know = "resident_status" in rights.items
    return DisclosedChange(
        receipt=row.receipt,
        kind=change.kind,
        addressee_number=number if subject else "",
        change_reason=change.change_reason if may_know else "",
        changed_on=change.changed_on if may_know else None,
        resident_status=change.version.resident_status if may_know else "",
        subject=subject,
    )
