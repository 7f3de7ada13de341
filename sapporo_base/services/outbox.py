"""
The outbox: tasks that must run because of a committed act, where no other row already says so.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from sapporo_base.acts import Act
from sapporo_base.models import OutboxMessage
from sapporo_base.nudge import nudge

LEASE = timedelta(seconds=60)
_FIRST_RETRY = timedelta(seconds=5)
_MOST_ATTEMPTS = 10


def enqueue(
    act: Act,
    topic: str,
    arguments: Mapping[str, int | str],
    *,
    order_key: str = "",
    queue: str = "interactive",
    due_at: datetime | None = None,
) -> OutboxMessage:
    """
    Put a task into the outbox of the present transaction.

    :param topic: the task's full name; of the caller's own app or of one to its right.
    :param arguments: numbers of rows; never anything about a person.
    """
    message = OutboxMessage.objects.create(
        topic=topic,
        queue=queue,
        arguments=dict(arguments),
        order_key=order_key,
        due_at=due_at or act.at,
        created_at=act.at,
        correlation_id=act.correlation_id,
    )
    nudge("sapporo_base.tasks.relay_outbox")
    return message


@transaction.atomic
def claim_messages(*, at: datetime, limit: int = 200) -> Sequence[OutboxMessage]:
    """Lease the messages that are due; of each order key only the oldest that is not settled."""
    waiting = OutboxMessage.objects.filter(state=OutboxMessage.State.WAITING)
    earlier = waiting.filter(order_key=OuterRef("order_key"), id__lt=OuterRef("id"))
    due = (
        waiting.filter(Q(leased_until__isnull=True) | Q(leased_until__lt=at), due_at__lte=at)
        .filter(Q(order_key="") | ~Exists(earlier))
        .select_for_update(skip_locked=True)
        .order_by("due_at", "id")[:limit]
    )
    messages = list(due)
    OutboxMessage.objects.filter(pk__in=[message.pk for message in messages]).update(
        leased_until=at + LEASE
    )
    return messages


def settle_message(message: OutboxMessage, *, at: datetime, error: str = "") -> None:
    """
    Note that a message was handed to the broker, or why not; after many tries it waits for a
    person.
    """
    message.attempts += 1
    message.leased_until = None
    message.last_error = error[:300]
    if not error:
        message.state = OutboxMessage.State.SENT
    elif message.attempts >= _MOST_ATTEMPTS:
        message.state = OutboxMessage.State.FAILED
    else:
        message.due_at = at + _FIRST_RETRY * 2 ** (message.attempts - 1)
    message.save(update_fields=["attempts", "leased_until", "last_error", "state", "due_at"])


def forget_sent(*, before: datetime) -> int:
    """Delete messages that were handed over before that time; return how many."""
    return OutboxMessage.objects.filter(
        state=OutboxMessage.State.SENT, created_at__lt=before
    ).delete()[0]
