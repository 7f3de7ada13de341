"""The outbox: what was committed is handed over, once and in order, whatever the broker does."""

from datetime import timedelta

import pytest
import time_machine
from kombu.exceptions import OperationalError

from sapporo_base import services, tasks
from sapporo_base.models import OutboxMessage
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon():
    """Let the tasks read noon from their clock."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def sent(monkeypatch):
    """Collect what would go to the broker."""
    messages = []

    def send_task(name, kwargs=None, **options):
        messages.append((name, kwargs))

    monkeypatch.setattr(tasks.current_app, "send_task", send_task)
    return messages


def test_a_message_is_handed_over_once(act, sent):
    services.enqueue(act, "gateway.tasks.send", {"exchange": 7})
    assert tasks.relay_outbox() == 1
    assert tasks.relay_outbox() == 0
    assert sent == [("gateway.tasks.send", {"exchange": 7})]


def test_of_one_person_only_the_oldest_goes(act):
    for number in (1, 2):
        services.enqueue(act, "gateway.tasks.send", {"exchange": number}, order_key="person 1")
    services.enqueue(act, "gateway.tasks.send", {"exchange": 3}, order_key="person 2")
    claimed = services.claim_messages(at=NOON)
    assert [message.arguments["exchange"] for message in claimed] == [1, 3]
    for message in claimed:
        services.settle_message(message, at=NOON)
    assert [message.arguments["exchange"] for message in services.claim_messages(at=NOON)] == [2]


def test_a_lease_that_expires_gives_the_message_back(act):
    services.enqueue(act, "gateway.tasks.send", {"exchange": 1})
    assert len(services.claim_messages(at=NOON)) == 1
    assert services.claim_messages(at=NOON + timedelta(seconds=30)) == []
    assert len(services.claim_messages(at=NOON + timedelta(seconds=61))) == 1


def test_a_broker_that_is_down_delays_and_loses_nothing(act, monkeypatch):
    def refuse(*args, **options):
        raise OperationalError("down")

    monkeypatch.setattr(tasks.current_app, "send_task", refuse)
    message = services.enqueue(act, "gateway.tasks.send", {"exchange": 1})
    assert tasks.relay_outbox() == 0
    message.refresh_from_db()
    assert (message.state, message.attempts, message.last_error) == (
        "waiting",
        1,
        "OperationalError",
    )
    assert message.due_at > NOON


def test_a_message_that_never_goes_is_put_aside_for_a_person(act):
    message = services.enqueue(act, "gateway.tasks.send", {"exchange": 1})
    for _ in range(10):
        services.settle_message(message, at=NOON, error="OperationalError")
    assert message.state == OutboxMessage.State.FAILED
    assert services.claim_messages(at=NOON + timedelta(days=30)) == []
