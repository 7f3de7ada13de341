"""Alarms: opened by what is found, told once, closed when it is over; what is not watched says so."""

from datetime import timedelta

import httpx
import pytest
from django.core import mail
from django.urls import reverse

from gateway.models import PlatformState, QueuePause, Reconciliation, SendQueue
from gateway.services import circuit
from sapporo_base import outward, services, tasks
from sapporo_base.models import Alarm, SystemCredential
from tests.conftest import NOON
from tests.factories import system

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_is_told(settings):
    settings.ALARM_EMAILS, settings.ALARM_WEBHOOK_URL = [], ""


def causes():
    return set(Alarm.objects.filter(cleared_at=None).values_list("cause", flat=True))


def broken_circuit():
    for _ in range(5):
        circuit.note_failure(group="SKI", at=NOON, cause="ConnectTimeout")


class TestWatching:
    def test_an_open_circuit_is_an_alarm_until_it_closes(self):
        broken_circuit()
        services.watch_alarms(at=NOON)
        services.watch_alarms(at=NOON)
        alarm = Alarm.objects.get()
        assert (alarm.cause, alarm.cleared_at) == ("circuit", None)
        assert "ConnectTimeout" in alarm.words
        circuit.note_success(group="SKI", at=NOON)
        services.watch_alarms(at=NOON + timedelta(minutes=1))
        alarm.refresh_from_db()
        assert alarm.cleared_at == NOON + timedelta(minutes=1)

    def test_what_gets_older_in_an_open_queue_is_one_and_in_a_stopped_one_not(self):
        PlatformState.objects.create(pk=1, checked_at=NOON)
        queue = SendQueue.objects.create(
            lane="interactive",
            system=system("027-000"),
            waiting=3,
            oldest_at=NOON - timedelta(minutes=11),
        )
        services.watch_alarms(at=NOON)
        assert causes() == {"age"}
        QueuePause.objects.create(
            lane="interactive", system=queue.system, reason="点検", paused_at=NOON
        )
        services.watch_alarms(at=NOON)
        assert causes() == set()

    def test_copies_that_differ_are_one_until_a_comparison_finds_them_equal(self):
        for state, at in (("different", NOON), ("equal", NOON + timedelta(days=1))):
            Reconciliation.objects.create(
                information_code="TM99000000000027",
                started_at=at,
                ended_at=at,
                state=state,
                difference_count=2,
            )
            services.watch_alarms(at=at)
            assert causes() == ({"reconciliation"} if state == "different" else set())

    def test_a_credential_that_ends_soon_is_one_unless_another_follows_it(self):
        def issued(days):
            return SystemCredential.objects.create(
                system=system("027-000"),
                client_id=f"c{days}",
                valid_from=NOON - timedelta(days=300),
                expires_at=NOON + timedelta(days=days),
                issued_by="M9001",
                method="client_secret_basic",
                secret_hash="argon2",
            )

        SystemCredential.objects.all().delete()
        issued(10)
        services.watch_alarms(at=NOON)
        assert causes() == {"credential"}
        issued(300)
        services.watch_alarms(at=NOON)
        assert causes() == set()

    def test_a_cause_that_fails_is_an_alarm_itself(self, settings):
        settings.ALARM_CAUSES = ["tests.sapporo_base.test_alarms.failing"]
        services.watch_alarms(at=NOON)
        assert causes() == {"watching"}


def failing(*, at):
    raise RuntimeError


class TestTelling:
    def test_it_is_told_once_by_mail(self, settings):
        settings.ALARM_EMAILS = ["operator@sapporo.example"]
        broken_circuit()
        tasks.watch_alarms()
        tasks.watch_alarms()
        (told,) = mail.outbox
        assert "プラットフォームに送信できません" in told.subject
        assert Alarm.objects.get().told_at

    def test_the_webhook_is_signed_and_one_that_fails_is_tried_again(self, settings, monkeypatch):
        settings.ALARM_WEBHOOK_URL = "https://watch.sapporo.example/"
        settings.ALARM_WEBHOOK_SECRET = "s" * 40
        seen = []

        def answer(request):
            seen.append(request)
            return httpx.Response(500 if len(seen) == 1 else 200)

        client = httpx.Client
        monkeypatch.setattr(
            outward.httpx,
            "Client",
            lambda **_: client(transport=httpx.MockTransport(answer)),
        )
        broken_circuit()
        tasks.watch_alarms()
        assert Alarm.objects.get().told_error == "HTTPStatusError"
        tasks.watch_alarms()
        assert Alarm.objects.get().told_at
        assert seen[1].headers["X-Signature"].startswith("sha256=")


class TestPages:
    def test_the_home_page_and_the_list_show_what_is_open(self, staff_client):
        broken_circuit()
        services.watch_alarms(at=NOON)
        browser = staff_client("sapporo_base.view_alarm")
        for page in (reverse("admin:index"), reverse("admin:sapporo_base_alarm_changelist")):
            assert "プラットフォームに送信できません" in browser.get(page).content.decode()
