"""自動応答不可 and 不開示該当: told to the platform, and checked there."""

import logging
from collections.abc import Mapping
from uuid import uuid4

from celery import shared_task

from gateway import selectors
from gateway.models import Exchange
from gateway.platform import failures, messages
from gateway.services import flags
from gateway.services.answers import Why
from gateway.tasks import answers, line
from gateway.tasks.causes import cause_of

logger = logging.getLogger(__name__)
_FLAGS = {
    "no_automatic_answer": messages.Flag.NO_AUTOMATIC_ANSWER,
    "not_disclosed": messages.Flag.WITHHELD,
}


def send_flags() -> int:
    """Tell the platform of flags that wait; return for how many, those in files not counted."""
    now = line.now()
    if selectors.opening(group="DBM", at=now).at != now:
        return 0
    return _send_flags_of_people() + _send_flags_of_information()


def _send_flags_of_people() -> int:
    due = flags.flags_to_send(act=line.act())
    if not due:
        return 0
    wanted = [(p.pk, p.no_automatic_answer, p.not_disclosed) for p in due]
    refused: dict[str, Why] = {}
    try:
        for flag, place in ((messages.Flag.NO_AUTOMATIC_ANSWER, 1), (messages.Flag.WITHHELD, 2)):
            for on in (True, False):
                people = [row[0] for row in wanted if row[place] is on]
                if people:
                    refused |= answers.told(line.client().set_flag(flag, people, on=on)).rejected()
    except failures.PlatformError as error:
        logger.warning("flags could not be set: %s", type(error).__name__)
        flags.note_flags_failed(
            numbers=[row[0] for row in wanted],
            words=f"送信できませんでした。{cause_of(error)}"[:300],
            act=line.act(),
        )
        return 0
    flags.settle_flags(sent=wanted, refused=refused, act=line.act())
    return len(wanted) - len(refused)


def _send_flags_of_information() -> int:
    due = flags.information_flags_to_send(act=line.act())
    if not due:
        return 0
    wanted = {uuid4().hex: row for row in due}
    refused: dict[int, str] = {}
    try:
        for name, flag in _FLAGS.items():
            # A number of its own for each of the two, as each message has its own records.
            told = line.client().set_information_flags(
                flag,
                [
                    messages.FlagSetting(
                        f"{key[:31]}{flag.value[:1]}",
                        row.integrated_number,
                        getattr(row, name),
                        row.information_code,
                    )
                    for key, row in wanted.items()
                ],
            )
            by_key = {f"{key[:31]}{flag.value[:1]}": row.pk for key, row in wanted.items()}
            rejected: Mapping[str, Why] = answers.told(told).rejected()
            refused |= {by_key[key]: why.words for key, why in rejected.items()}
    except failures.PlatformError as error:
        logger.warning("flags could not be set: %s", type(error).__name__)
        words = f"送信できませんでした。{cause_of(error)}"[:300]
        flags.note_information_flags_failed(words={row.pk: words for row in due}, act=line.act())
        return 0
    sent = [(row.pk, row.no_automatic_answer, row.not_disclosed) for row in due]
    flags.settle_information_flags(sent=sent, refused=refused, act=line.act())
    return len(due) - len(refused)


def _set_flags(exchange: Exchange) -> None:
    rows = exchange.payload["rows"]
    place = 2 if exchange.payload["flag"] == "no_automatic_answer" else 3
    _flag_file(
        exchange,
        [messages.FlagSetting(row[0], row[1], row[place]) for row in rows],
        by_information=False,
    )


def _set_information_flags(exchange: Exchange) -> None:
    rows = exchange.payload["rows"]
    place = 4 if exchange.payload["flag"] == "no_automatic_answer" else 5
    _flag_file(
        exchange,
        [messages.FlagSetting(row[0], row[2], row[place], row[3]) for row in rows],
        by_information=True,
    )


def _flag_file(
    exchange: Exchange, settings: list[messages.FlagSetting], *, by_information: bool
) -> None:
    flag = _FLAGS[exchange.payload["flag"]]
    trip = line.trip(exchange)
    settle = flags.settle_information_flag_file if by_information else flags.settle_flag_file
    answers.in_two_steps(
        exchange,
        send=lambda: line.client().upload_flags(
            flag, settings, by_information=by_information, correlation=trip
        ),
        fetch=lambda receipt: line.client().fetch_flag_results(
            flag, receipt, by_information=by_information, correlation=trip
        ),
        settle=lambda outcome: settle(
            exchange,
            answers.told_of(exchange, [one.record_id for one in settings], outcome),
            act=line.act(),
        ),
    )


@shared_task(name="gateway.tasks.check_flags")
def check_flags() -> int:
    """
    Compare the flags that were ever set with the platform's: a few online, many as a file.

    Return how many differ (those in files are found later); what differs is set again.
    """
    try:
        return _check_people() + _check_information()
    except failures.PlatformError as error:
        # The next night checks again; the page shows when each was checked last.
        logger.warning("flags were not checked: %s", type(error).__name__)
        return 0


def _check_people() -> int:
    numbers = flags.numbers_to_check()
    if not numbers:
        flags.prepare_flag_checks(act=line.act())
        return 0
    told = [_as_told(one) for one in line.client().flags(numbers)]
    return flags.note_flag_check(asked=numbers, told=told, act=line.act())


def _check_information() -> int:
    differ = after = 0
    while rows := flags.information_flags_to_check(after=after):
        after = rows[-1].pk
        told = {
            (one.integrated_number, one.information_code): one.no_automatic_answer
            for one in line.client().information_flags(
                [(row.integrated_number, row.information_code) for row in rows]
            )
        }
        there = [
            (row.pk, told.get((row.integrated_number, row.information_code), False)) for row in rows
        ]
        differ += flags.note_information_flag_check(told=there, act=line.act())
    return differ


def _check_flags(exchange: Exchange) -> None:
    trip = line.trip(exchange)
    answers.in_two_steps(
        exchange,
        send=lambda: line.client().upload_flag_request(
            exchange.payload["numbers"], correlation=trip
        ),
        fetch=lambda receipt: line.client().fetch_flags(receipt, correlation=trip),
        settle=lambda told: flags.settle_flag_check(
            exchange, [_as_told(one) for one in told], act=line.act()
        ),
    )


def _as_told(one: messages.Flags) -> tuple[str, bool, bool]:
    return (one.integrated_number, one.no_automatic_answer, one.withheld)


STEPS = {
    "set_flags": _set_flags,
    "information_flags": _set_information_flags,
    "check_flags": _check_flags,
}
