"""A 名寄せ, its undoing and links that come over two connections at the same moment end right."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction

from integrated_address import selectors, services
from integrated_address.models import (
    BasicItems,
    BusinessNumber,
    IndividualNumber,
    IntegratedAddressee,
)
from integrated_address.services import AmendmentWaits
from sapporo_base.acts import NotFound
from sapporo_base.rehearsal import wait_until
from tests.factories import StaffFactory, fictitious_individual_number, system
from tests.integrated_address.factories import HANAKO, numbered

pytestmark = pytest.mark.django_db(transaction=True)


class Other:
    """Somebody on a connection of their own: what they were told, or what went wrong."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self.told: Any = None
        self._act = act
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        """Begin, and come back when they wait for us."""
        self._thread.start()
        wait_until("the other waits", _somebody_waits, seconds=30, every=0.05)

    def end(self) -> Any:
        """Wait for the end and return what they were told."""
        self._thread.join()
        return self.told

    def _run(self) -> None:
        try:
            self.told = self._act()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test tells
            self.told = error
        finally:
            connection.close()


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchall())


@pytest.fixture
def two(act):
    """Return a person known to a business system without 個人番号, and the same one as a resident."""
    unnumbered = numbered(act, number="P1", serial=None, code="024-000", state="")
    return unnumbered.integrated_number, numbered(act).integrated_number


@pytest.fixture
def proposal(act, two):
    """Return a proposed 名寄せ of the two, and the act of who may approve it."""
    merge = services.propose_merge(
        addressee=two[0], other=two[1], cause="judged", act=replace(act, staff=StaffFactory())
    )
    return merge.pk, replace(act, staff=StaffFactory())


def open_links(addressee):
    """Return the numbers that are linked to somebody now."""
    links = BusinessNumber.objects.filter(addressee=addressee, valid_until=None, superseded_at=None)
    return sorted(links.values_list("number", flat=True))


def test_a_link_that_comes_while_two_are_merged_is_the_survivors(act, two, proposal):
    number, approver = proposal
    link = Other(
        lambda: services.link_business_number(
            integrated_number=two[0], system=system("010-000"), number="T1", act=act
        )
    )
    with transaction.atomic():
        services.approve_merge(merge_number=number, act=approver)
        link.start()
    assert link.end().addressee_id == two[1]
    assert open_links(two[1]) == ["100", "P1", "T1"]
    assert open_links(two[0]) == []


def test_a_merge_that_comes_while_a_number_is_linked_takes_the_link_along(act, two, proposal):
    number, approver = proposal
    merge = Other(lambda: services.approve_merge(merge_number=number, act=approver))
    with transaction.atomic():
        services.link_business_number(
            integrated_number=two[0], system=system("010-000"), number="T1", act=act
        )
        merge.start()
    assert merge.end().state == "merged"
    assert open_links(two[1]) == ["100", "P1", "T1"]
    assert open_links(two[0]) == []


def test_an_individual_number_that_arrives_while_two_are_merged_is_the_survivors(act):
    one = numbered(act, number="P1", serial=None, code="024-000").integrated_number
    other = numbered(act, number="P2", serial=None, code="024-000").integrated_number
    merge = services.propose_merge(
        addressee=one, other=other, cause="judged", act=replace(act, staff=StaffFactory())
    )
    arrival = Other(lambda: numbered(act, number="P2", serial=7, code="024-000"))
    with transaction.atomic():
        services.approve_merge(merge_number=merge.pk, act=replace(act, staff=StaffFactory()))
        arrival.start()
    assert arrival.end().integrated_number == one
    assert IndividualNumber.objects.get(superseded_at=None).addressee_id == one


def test_two_who_approve_at_once_merge_once(two, proposal):
    number, approver = proposal
    second = Other(lambda: services.approve_merge(merge_number=number, act=approver))
    with transaction.atomic():
        services.approve_merge(merge_number=number, act=approver)
        second.start()
    assert isinstance(second.end(), services.DecidedAlready)
    assert IntegratedAddressee.objects.filter(state="merged").count() == 1


def test_an_undoing_that_comes_while_a_number_is_linked_leaves_it_with_the_survivor(
    act, two, proposal
):
    number, approver = proposal
    services.approve_merge(merge_number=number, act=approver)
    undoing = Other(
        lambda: services.undo_merge(merge_number=number, reason="別人と判明", act=approver)
    )
    with transaction.atomic():
        services.link_business_number(
            integrated_number=two[0], system=system("010-000"), number="T1", act=act
        )
        undoing.start()
    assert undoing.end().state == "undone"
    assert open_links(two[1]) == ["100", "T1"]
    assert open_links(two[0]) == ["P1"]
    assert selectors.present_number(two[0]) == two[0]


def put_right(act, code, number, name):
    """Return an update of 基本4情報 by a system."""
    return services.update_basics(
        system=system(code),
        business_number=number,
        basics=replace(HANAKO, name=name),
        resident_state="",
        act=act,
    )


@pytest.fixture
def stranger(act):
    """Return somebody who is no resident, known to two systems."""
    person = numbered(act, number="P1", code="024-000", state="").integrated_number
    numbered(act, number="Q1", code="027-000", state="")
    return person


@pytest.mark.parametrize(
    "later",
    [
        lambda act: put_right(act, "027-000", "Q1", "札幌　葉子"),
        lambda act: numbered(
            act, number="Q1", code="027-000", state="", basics=replace(HANAKO, name="札幌　葉子")
        ),
    ],
    ids=["update", "numbering"],
)
def test_of_two_updates_at_once_the_later_one_holds(act, stranger, later):
    other = Other(lambda: later(act))
    with transaction.atomic():
        put_right(act, "024-000", "P1", "札幌　菜子")
        other.start()
    assert not isinstance(other.end(), Exception)
    known = BasicItems.objects.filter(addressee=stranger, superseded_at=None)
    assert known.get(valid_until=None).name == "札幌　葉子"
    assert {row.name for row in known} == {"札幌　花子", "札幌　菜子", "札幌　葉子"}


def test_an_update_that_comes_while_its_number_ends_finds_none(act, stranger):
    other = Other(lambda: put_right(act, "024-000", "P1", "札幌　葉子"))
    with transaction.atomic():
        services.end_link(system=system("024-000"), number="P1", on=act.day, act=act)
        other.start()
    assert isinstance(other.end(), NotFound)


def test_an_end_that_comes_while_the_flag_moves_ends_the_number(act, stranger):
    other = Other(
        lambda: services.end_link(system=system("024-000"), number="P1", on=act.day, act=act)
    )
    with transaction.atomic():
        put_right(act, "027-000", "Q1", "札幌　葉子")
        other.start()
    assert other.end().valid_until == act.day
    assert open_links(stranger) == ["Q1"]


def test_of_two_individual_numbers_that_arrive_at_once_one_is_a_doubt(act):
    person = numbered(act, number="P1", code="024-000", serial=None).integrated_number
    services.link_business_number(
        integrated_number=person, system=system("027-000"), number="Q1", act=act
    )
    other = Other(lambda: numbered(act, number="Q1", code="027-000", serial=8))
    with transaction.atomic():
        numbered(act, number="P1", code="024-000", serial=7)
        other.start()
    assert other.end().doubt == services.Doubt.INDIVIDUAL_NUMBER_DIFFERS
    assert IndividualNumber.objects.filter(superseded_at=None).count() == 1


def test_of_two_drafts_at_once_the_later_one_waits_for_the_decision(act, stranger):
    def draft(serial):
        return services.draft_number_change_of_system(
            system=system("024-000"),
            business_number="P1",
            kind="on_request",
            individual_number=fictitious_individual_number(serial),
            effective_on=act.day,
            act=replace(act, reason="本人の請求"),
        )

    other = Other(lambda: draft(8))
    with transaction.atomic():
        draft(7)
        other.start()
    assert isinstance(other.end(), AmendmentWaits)
