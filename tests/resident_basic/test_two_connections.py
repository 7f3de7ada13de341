"""Files and 異動 that come over two connections at the same moment: one register, each once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from integrated_address.models import BusinessNumber, IntegratedAddressee
from resident_basic import services
from resident_basic.models import Resident, ResidentChange, ResidentVersion
from sapporo_base.acts import NotNow
from sapporo_base.models import BatchRun
from sapporo_base.rehearsal import wait_until
from tests.resident_basic.factories import a_file, a_resident_number, an_individual_number, row

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


@contextmanager
def while_we_are_in_the_middle(ours: Callable[[], Any], other: Other) -> Iterator[None]:
    """Do ours, and commit it only when the other waits for it."""
    with transaction.atomic():
        ours()
        other.start()
    yield other.end()


@pytest.fixture
def someone():
    """Return a maker of the 異動 of one person by 履歴番号."""
    number, household = a_resident_number(), a_resident_number()
    person = an_individual_number()

    def told(history: int, **values: str) -> dict[str, str]:
        day = f"2026-10-{history:02d}"
        return row(
            **{
                "resident_number": number,
                "household_number": household,
                "individual_number": person,
                "history_number": history,
                "changed_on": day,
                "processed_on": day,
            }
            | values
        )

    return told


@pytest.fixture
def receive(act, tmp_path):
    """Return a reception of a file with these rows."""

    def prepared(name: str, *rows: dict[str, str]) -> Callable[[], services.Receipt]:
        path = a_file(tmp_path / name, *rows)
        return lambda: services.receive_residents(path=path, act=act)

    return prepared


def histories() -> list[tuple[str, int, bool, str]]:
    known = ResidentVersion.objects.filter(superseded_at__isnull=True)
    return sorted(known.values_list("resident_number", "history_number", "is_latest", "town"))


def assert_everyone_is_there_once(people: int, versions: int) -> None:
    assert Resident.objects.count() == people
    assert IntegratedAddressee.objects.count() == people
    assert BusinessNumber.objects.count() == people
    assert ResidentChange.objects.count() == versions


class TestFiles:
    def test_two_about_the_same_people_end_like_one_after_the_other(self, someone, receive):
        others = [row(household_number=a_resident_number()) for _ in range(3)]
        first = receive("juki_daily_20261104.csv", someone(1), *others)
        second = Other(
            receive("juki_daily_20261105.csv", others[0], someone(1), someone(2, town="南二条西"))
        )

        with while_we_are_in_the_middle(first, second) as told:
            assert (told.counts.new_residents, told.counts.new_versions) == (0, 1)
        mine = [one[1:] for one in histories() if one[0] == someone(1)["resident_number"]]
        assert mine == [(1, False, "北一条西"), (2, True, "南二条西")]
        assert_everyone_is_there_once(people=4, versions=5)
        assert set(BatchRun.objects.values_list("state", flat=True)) == {"done"}

    def test_the_later_one_may_be_first(self, someone, receive):
        later = receive("residents_2.csv", someone(2, town="南二条西"))
        earlier = Other(receive("residents_1.csv", someone(1)))

        with while_we_are_in_the_middle(later, earlier) as told:
            assert told.counts.new_versions == 1
        assert [one[1:] for one in histories()] == [(1, False, "北一条西"), (2, True, "南二条西")]
        assert_everyone_is_there_once(people=1, versions=2)

    def test_the_same_one_is_refused_in_words_while_it_is_received(self, someone, receive):
        again = receive("juki_daily_20261104.csv", someone(1))
        first = Other(again)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE resident_basic_residentversion IN SHARE MODE")
            first.start()
            with pytest.raises(NotNow, match=r"同じ処理.*が実行中"):
                again()
        assert first.end().counts.new_versions == 1
        assert again().counts.unchanged == 1
        assert_everyone_is_there_once(people=1, versions=1)


class TestEvents:
    def test_the_same_one_twice_at_once_is_received_once(self, someone, register_act):
        def tell() -> services.ReceivedChange:
            return services.receive_event(values=someone(1), act=register_act)

        with while_we_are_in_the_middle(tell, Other(tell)) as told:
            assert not told.is_new
            assert told.is_latest
        assert_everyone_is_there_once(people=1, versions=1)

    @pytest.mark.parametrize("order", [(1, 2), (2, 1)])
    def test_two_of_one_person_find_their_places(self, someone, register_act, order):
        def tell(history: int) -> services.ReceivedChange:
            act = replace(register_act, at=register_act.at + timedelta(seconds=history))
            return services.receive_event(values=someone(history), act=act)

        with while_we_are_in_the_middle(
            lambda: tell(order[0]), Other(lambda: tell(order[1]))
        ) as told:
            assert told.is_new
            assert told.is_latest == (order[1] == 2)
        assert [one[1:3] for one in histories()] == [(1, False), (2, True)]
        assert_everyone_is_there_once(people=1, versions=2)

    def test_one_beside_a_file_with_the_same_change(self, someone, register_act, receive):
        file = receive("juki_daily_20261104.csv", someone(1), row())
        event = Other(lambda: services.receive_event(values=someone(1), act=register_act))

        with while_we_are_in_the_middle(file, event) as told:
            assert told.is_latest
        assert_everyone_is_there_once(people=2, versions=2)
