"""The platform's answers in the words of the services, and the step that waits for a result."""

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from gateway.models import Exchange
from gateway.platform import failures, messages
from gateway.services import exchanges
from gateway.services.answers import Told, Why
from gateway.tasks import line

Result = TypeVar("Result")
Send = Callable[[], str]
_TRIES, _PAUSE_SECONDS = 100, 0.05


def told(outcome: messages.Outcome) -> Told:
    """Return what was accepted, and what was refused why."""
    return Told(outcome.accepted, {key: why(reason) for key, reason in outcome.refused.items()})


def told_of(exchange: Exchange, asked: Iterable[str], outcome: messages.Outcome) -> Told:
    """
    Return what became of the records of a file; those of which nothing is told go again.

    :raises BadAnswer: it tells of a record that the message did not hold.
    """
    must_be_of(exchange, asked, (*outcome.accepted, *outcome.refused))
    return told(outcome)


def must_be_of(exchange: Exchange, asked: Iterable[str], told_of: Iterable[str]) -> None:
    """
    Will pass silently if an answer by file tells only of what its message held.

    :raises BadAnswer: it tells of something else, and is not believed at all.
    """
    if not set(told_of) <= set(asked):
        raise failures.BadAnswer(exchange.interface_id, failures.WhyBad.NOT_ASKED)


def why(reason: failures.Reason) -> Why:
    """Return a reason as code and words."""
    return Why(str(reason.code), reason.text)


def in_two_steps(
    exchange: Exchange,
    *,
    send: Send,
    fetch: Callable[[str], Result | None],
    settle: Callable[[Result], None],
) -> None:
    """
    Send a message for whose result one has to ask, or ask for it: not made yet, look later.

    :param send: sends it and returns the platform's receipt.
    :param fetch: returns the result by the receipt, None where it is not made yet.
    """
    if exchange.state == Exchange.State.READY:
        begun = time.monotonic()
        receipt = send()
        exchanges.note_receipt(exchange, receipt, at=line.now(), seconds=time.monotonic() - begun)
        return
    result = fetch(exchange.receipt)
    if result is None:
        exchanges.look_later(exchange, at=line.now())
        return
    settle(result)


def made(fetch: Callable[[], Result | None]) -> Result | None:
    """
    Return a file that a task waits for, None if it is not made within a few seconds: the next
    round asks for it anew.
    """
    for _ in range(_TRIES):
        result = fetch()
        if result is not None:
            return result
        time.sleep(_PAUSE_SECONDS)
    return None
