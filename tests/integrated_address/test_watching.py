"""Searches by 個人番号 are counted whatever becomes of them, and one at a time raises the alarm."""

import threading
from contextlib import suppress
from dataclasses import replace

import pytest
from django.db import connection, transaction

from integrated_address import services
from integrated_address.models import SearchAlarm, SearchLimit, SearchTally
from sapporo_base.models import LinkageRecord
from tests.factories import fictitious_individual_number, system

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 6


@pytest.fixture
def insurer(act):
    """Return the act of 国民健康保険, which may search twice within the hour."""
    SearchLimit.objects.create(
        holder_kind="system", holder="024-000", alarm_per_hour=1, stop_per_hour=2, reason="試験"
    )
    return replace(act, system=system("024-000"), reason="照合")


def search(act):
    """Search by a 個人番号 that nobody has; say whether it was answered."""
    wanted = services.Wanted(individual_number=fictitious_individual_number(1))
    try:
        services.search(wanted=wanted, act=act)
    except services.SearchesStopped:
        return False
    return True


class Undone(Exception):
    """What ends a transaction that nobody wants."""


def test_a_search_whose_transaction_is_undone_was_a_search(insurer):
    with suppress(Undone), transaction.atomic():
        assert search(insurer)
        raise Undone
    assert SearchTally.objects.get().searches == 1
    assert not LinkageRecord.objects.exists()


def test_the_record_of_an_answer_still_waits_for_the_disk(insurer):
    with transaction.atomic():
        search(insurer)
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            assert cursor.fetchone() == ("on",)


def test_of_searches_at_once_as_many_are_answered_as_are_allowed(insurer):
    answered = []
    barrier = threading.Barrier(AT_ONCE)

    def ask():
        barrier.wait()
        answered.append(search(insurer))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answered) == [False] * (AT_ONCE - 2) + [True] * 2
    assert SearchTally.objects.get().searches == AT_ONCE
    alarm = SearchAlarm.objects.get()
    assert (alarm.searches, alarm.is_stopped) == (AT_ONCE, True)
    assert LinkageRecord.objects.filter(result="refused").count() == AT_ONCE - 2
