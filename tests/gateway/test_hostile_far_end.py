"""
Each hostile behaviour of the far end, against each kind of work: nothing is lost, nothing happens
twice there, and the board says in words what is wrong. docs/faults.md is the same as a table.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from gateway import selectors, tasks
from gateway.models import Circuit, Exchange, Inquiry
from tests.gateway.far_end import FarEnd
from tests.gateway.flows import START, Now, accept, acquire, asked, now_act
from tests.gateway.works import WORKS, OneInquiry, Work
from tests.integrated_address.factories import numbered

# Slow: what waits is waited for, over a real socket.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]
EVERY = ("inquiry", "inquiries by file", "copies by file", "code request", "provision")


@dataclass
class Acquired:
    """A person with her 符号, and what the platform kept of that."""

    person: str
    folder: Path


@pytest.fixture(scope="module")
def acquired(standing, tmp_path_factory):
    """Somebody to ask about: all tests begin from here."""
    folder = tmp_path_factory.mktemp("acquired")
    end = FarEnd(folder, clock=Now())
    with time_machine.travel(START, tick=True) as clock, pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks.line, "client", lambda: end.client)
        person = numbered(now_act(), number="J1", code="027-000", serial=1).integrated_number
        acquire(clock)
    end.close()
    return Acquired(person, folder)


@pytest.fixture
def clock():
    """Time that runs on from when everything was acquired."""
    with time_machine.travel(START + timedelta(minutes=1), tick=True) as traveller:
        yield traveller


@pytest.fixture
def far_end(db, acquired, tmp_path, clock, monkeypatch):
    """The platform behind a real socket, with what it keeps, and impatience with it."""
    folder = shutil.copytree(acquired.folder, tmp_path / "platform")
    end = FarEnd(folder, clock=Now(), over_http=True, timeout=2.0)
    end.client._in_use = selectors.is_in_use
    monkeypatch.setattr(tasks.line, "client", lambda: end.client)
    yield end
    end.close()


@pytest.fixture
def work(request, far_end, clock, acquired) -> Work:
    return WORKS[request.param](far_end, clock, acquired.person)


@pytest.fixture
def board(staff_client):
    """What staff see: the messages, the queues, and the home page."""

    def pages() -> str:
        tasks.measure_queues()
        # Signed in anew: hours may have passed.
        browser = staff_client("gateway.view_exchange", "gateway.view_sendqueue")
        urls = [
            reverse("admin:gateway_exchange_changelist"),
            reverse("admin:gateway_sendqueue_changelist"),
            reverse("admin:index"),
            *(
                reverse("admin:gateway_exchange_change", args=[one.pk])
                for one in Exchange.objects.exclude(state="done")
            ),
        ]
        return "\n".join(browser.get(url).content.decode() for url in urls)

    return pages


def every_work(*names: str):
    return pytest.mark.parametrize("work", names or EVERY, indirect=True)


def struck(work: Work, kind: str, **told) -> None:
    """Have the work meet a fault on its way out, as often as it tries."""
    work.begin()
    work.far_end.control("faults", kind=kind, interfaces=work.interfaces, **told)
    work.round()


class TestConnectionRefused:
    @every_work()
    def test_it_waits_and_goes_out_when_the_door_opens(self, work, far_end, board):
        work.begin()
        far_end.hang_up()
        work.round()

        assert "接続できません(ConnectError)" in board()
        far_end.answer_again()
        work.finish()


class TestResetInTheMiddle:
    @every_work()
    def test_what_was_taken_is_not_taken_twice(self, work, board):
        struck(work, "reset")

        assert "応答の途中で接続が切られました" in board()
        work.finish()


class TestHanging:
    @every_work()
    def test_a_far_end_that_says_nothing_is_left_and_tried_again(self, work, board):
        struck(work, "hang", seconds=3)

        assert "時間内に応答がありませんでした(ReadTimeout)" in board()
        work.finish()


class TestHalfABody:
    @every_work()
    def test_half_an_answer_is_none(self, work, board):
        struck(work, "half")

        assert "応答が途中で終わったか、長さが合いません" in board()
        work.finish()


class TestLostAnswer:
    @every_work()
    def test_it_was_taken_and_is_sent_again(self, work, board):
        struck(work, "lost")

        assert "相手方でエラーが起きています(HTTP 502)" in board()
        work.finish()


class TestWrongLength:
    @every_work()
    def test_less_announced_than_sent_is_not_read_as_an_answer(self, work, board):
        struck(work, "wrong_length")

        assert "応答を受け取れません" in board()
        work.finish()


class TestWrongEncoding:
    @every_work()
    def test_another_encoding_is_refused_whole(self, work, board):
        struck(work, "wrong_encoding")

        assert "文字コードがUTF-8ではありません" in board()
        work.finish()


class TestNotXml:
    @every_work()
    def test_what_is_no_xml_is_refused_whole(self, work, board):
        struck(work, "not_xml")

        assert "XMLとして読めません" in board()
        work.finish()


class TestXmlBombsAndExternalEntities:
    @every_work()
    def test_a_dtd_is_refused_before_it_is_read(self, work, board):
        struck(work, "entity")

        assert "使用が禁じられたXML(DTD・外部実体)です" in board()
        work.finish()

    @every_work("inquiry")
    def test_more_than_a_message_may_hold_is_not_read_to_its_end(self, work, board):
        struck(work, "oversized")

        assert "大きさの上限を超えています" in board()
        work.finish()


class TestServerError:
    @every_work()
    def test_5xx_is_no_answer(self, work, board):
        struck(work, "server_error")

        assert "相手方でエラーが起きています(HTTP 500)" in board()
        work.finish()

    @every_work("inquiry")
    def test_5xx_without_end_opens_the_circuit_and_the_alarm_says_why(self, work, board):
        struck(work, "server_error")
        for _ in range(8):
            work.clock.shift(timedelta(seconds=20))
            work.round()

        circuit = Circuit.objects.get(pk="SKI")
        assert circuit.state(timezone.now()) != Circuit.State.CLOSED
        shown = board()
        assert "通信の失敗が続いたため送信を控えています(相手方でエラーが起きています" in shown
        assert len(work.far_end.told("inquiries")) == 0
        work.finish()


class TestGoodRequestTurnedAway:
    @every_work()
    def test_4xx_is_tried_again(self, work, board):
        struck(work, "bad_request")

        assert "相手方がこの電文を受け付けませんでした(HTTP 400)" in board()
        work.finish()

    @every_work("inquiry")
    def test_4xx_without_end_goes_to_a_person_and_stops_nobody_else(self, work, far_end, board):
        struck(work, "bad_request")
        for _ in range(12):
            work.clock.shift(timedelta(minutes=11))
            work.round()
        stuck = Exchange.objects.get(state="failed")
        assert "要対応" in board()
        assert not Circuit.objects.filter(failures__gt=0).exists()

        far_end.control("faults", clear=True)
        accept(asked("behind"))
        work.round()
        assert Inquiry.objects.get(request_key="behind").state == "answered"
        assert stuck.last_error.startswith("相手方がこの電文を受け付けませんでした")


class TestDuplicateAnswer:
    @every_work()
    def test_the_same_said_twice_counts_once(self, work):
        struck(work, "duplicate")

        work.finish(mended=False)


class TestOutOfOrder:
    @every_work()
    def test_the_order_of_an_answer_does_not_matter(self, work):
        struck(work, "out_of_order")

        work.finish(mended=False)


class TestContradiction:
    @every_work("inquiry", "inquiries by file")
    def test_two_fates_of_one_record_are_believed_neither(self, work, board):
        struck(work, "contradict")

        assert "同じレコードに矛盾する結果があります" in board()
        work.finish()


class TestAnswerToAnotherQuestion:
    @every_work()
    def test_it_is_not_taken_for_ours(self, work, board):
        struck(work, "other_answer")

        assert "別の電文への応答です" in board()
        work.finish()

    @every_work("inquiry", "inquiries by file", "copies by file")
    def test_a_record_that_nobody_asked_about_spoils_the_answer(self, work, board):
        struck(work, "foreign")

        assert "依頼していないレコードがあります" in board()
        work.finish()


class TestClockSkew:
    @pytest.mark.parametrize("days", [-2, 2])
    @every_work()
    def test_no_work_goes_by_the_far_end_s_clock(self, work, days):
        struck(work, "clock_skew", seconds=days * 86_400)

        work.finish(mended=False)

    @pytest.mark.parametrize("days", [-2, 2])
    def test_a_reopening_by_another_clock_is_found_by_looking(
        self, far_end, clock, acquired, days, board
    ):
        work = OneInquiry(far_end, clock, acquired.person)
        far_end.control("faults", kind="clock_skew", seconds=days * 86_400)
        far_end.control("close", seconds=600)
        work.begin()
        work.round()

        assert "プラットフォームが停止しています" in board()
        clock.shift(timedelta(seconds=660))
        work.finish(mended=False)


class TestStopAnnouncedTooLate:
    @every_work()
    def test_messages_find_it_before_its_state_tells_it(self, work, board):
        struck(work, "late_stop")
        assert "プラットフォームが停止しています" in board()
        # Its state goes on saying that it is open, and every message that it is not.
        for _ in range(5):
            work.clock.shift(timedelta(seconds=30))
            tasks.check_platform()
            work.round()

        assert not work.is_done()
        assert not Exchange.objects.filter(state="failed").exists()
        work.finish()


class TestDiskFullOnOurSide:
    @every_work()
    def test_what_the_platform_answered_is_asked_for_again(self, work, board):
        work.begin()
        with full_disk():
            work.round()

            assert "市側のデータベースに書き込めません(容量不足など)" in board()
        work.finish()


class TestBrokerEmptied:
    @every_work()
    def test_the_scheduler_finds_the_rows(self, work, monkeypatch, settings):
        lost = []
        monkeypatch.setattr("sapporo_base.nudge._send", lambda *told: lost.append(told))
        work.begin()

        scheduled = {one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values()}
        rounds = ("read_feeds", "work_interactive", "work_bulk")
        assert {f"gateway.tasks.{name}" for name in rounds} <= scheduled
        work.finish()


class TestUnexpected:
    def test_a_message_that_breaks_our_own_code_stops_nobody_behind_it(
        self, far_end, clock, board, monkeypatch
    ):
        accept(asked("breaks"))
        whole = far_end.client.register_inquiries
        broken = []

        def breaks(inquiries, **told):
            if not broken:
                broken.append(inquiries)
                raise RecursionError
            return whole(inquiries, **told)

        monkeypatch.setattr(far_end.client, "register_inquiries", breaks)
        tasks.work_interactive()
        assert "市側の処理で予期しないエラーが起きました(RecursionError)" in board()

        clock.shift(timedelta(seconds=5))
        tasks.work_interactive()

        assert Inquiry.objects.get().state == "answered"


@contextmanager
def full_disk() -> Iterator[None]:
    """A disk that is full whenever a message is to be settled."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER disk_is_full BEFORE UPDATE ON gateway_exchange FOR EACH ROW "
            "WHEN (NEW.state IN ('done', 'sent') AND OLD.state <> NEW.state) "
            "EXECUTE FUNCTION disk_is_full()"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER disk_is_full ON gateway_exchange")
        cursor.execute("DROP FUNCTION disk_is_full()")
