"""While a file is merged, the 異動 of other people are stored and seen: real connections, no waiting."""

import threading

import pytest
from django.db import connection

from resident_basic import services
from resident_basic.models import ResidentChange
from resident_basic.selectors import CHANGES
from resident_basic.services import intake
from tests.resident_basic.factories import a_file, an_individual_number, row

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def merging(act, tmp_path, monkeypatch):
    """
    A weekly full set of two known people and a newcomer, merged by another connection but not committed.

    Gives the number of the newcomer and a function that lets it commit.
    """
    known = [row(individual_number=an_individual_number()) for _ in range(2)]
    services.receive_residents(path=a_file(tmp_path / "juki_full_20261108.csv", *known), act=act)
    newcomer = row(individual_number=an_individual_number())
    path = a_file(tmp_path / "juki_full_20261115.csv", *known, newcomer)
    merged, may_commit, failures = threading.Event(), threading.Event(), []
    last_step = intake.close_absences

    def hold(*arguments, **options):
        last_step(*arguments, **options)
        merged.set()
        may_commit.wait(60)

    def receive():
        try:
            services.receive_residents(path=path, act=act)
        except Exception as error:  # noqa: BLE001 - shown by the test that waits for it
            failures.append(error)
            merged.set()
        finally:
            connection.close()

    monkeypatch.setattr(intake, "close_absences", hold)
    beside = threading.Thread(target=receive)
    beside.start()
    assert merged.wait(60)

    def commit():
        may_commit.set()
        beside.join(60)
        assert not failures

    with connection.cursor() as cursor:
        # Whoever waits for the other connection fails, and does not hang.
        cursor.execute("SET lock_timeout = '20s'")
    try:
        yield newcomer["resident_number"], commit
    finally:
        may_commit.set()
        beside.join(60)
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")


def people_after(receipt):
    entries = ResidentChange.objects.in_bulk(
        [place.entry_id for place in CHANGES.after(receipt, limit=10)]
    )
    return [entries[number].resident_number for number in sorted(entries)]


def test_the_change_of_another_person_is_stored_and_seen_before_the_file_is_committed(
    merging, register_act
):
    newcomer, commit = merging
    before = CHANGES.head()
    another = row(individual_number=an_individual_number())

    services.receive_event(values=another, act=register_act)

    assert people_after(before) == [another["resident_number"]]
    seen = CHANGES.head()
    commit()
    assert people_after(seen) == [newcomer]


def test_readers_see_the_register_as_it_was_until_the_file_is_committed(merging):
    newcomer, commit = merging

    assert not ResidentChange.objects.filter(resident_number=newcomer).exists()
    commit()
    assert ResidentChange.objects.filter(resident_number=newcomer).exists()
