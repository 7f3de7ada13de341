"""番号, 符号 and the flags of people (自動応答不可・不開示該当) at the platform."""

import logging
from collections.abc import Sequence

from celery import shared_task

from gateway import selectors
from gateway.models import Exchange
from gateway.platform import failures, messages
from gateway.services import numbers, provisions
from gateway.services.answers import Told, Why
from gateway.tasks import answers, line

logger = logging.getLogger(__name__)


@shared_task(name="gateway.tasks.read_feeds")
def read_feeds() -> int:
    """Read what 団体内統合宛名 has for the platform, and put it into messages."""
    read = 0
    while step := numbers.read_feeds(act=line.act()):
        read += step
    numbers.prepare_number_exchanges(act=line.act())
    return read


def _tell_numbers(exchange: Exchange) -> None:
    people = numbers.numbers_in(exchange)
    deleting = exchange.work == "delete_numbers"
    call = line.client().delete_numbers if deleting else line.client().register_numbers
    numbers.settle_numbers(
        exchange, answers.told(call(people, correlation=line.trip(exchange))), act=line.act()
    )


def _request_codes(exchange: Exchange) -> None:
    def settle(file: messages.CodeRequestFile) -> None:
        requests = {one.serial: one.integrated_number for one in file.requests}
        refused = {number: answers.why(reason) for number, reason in file.refused.items()}
        told = Told((), {})
        if requests:
            sealed = numbers.sealed_for(requests, public_key=file.sealing_key, act=line.act())
            told = answers.told(
                line.client().send_code_requests(sealed, correlation=line.trip(exchange))
            )
        numbers.settle_code_requests(exchange, told, requests, refused, act=line.act())

    answers.in_two_steps(
        exchange,
        send=lambda: line.client().request_code_file(
            numbers.numbers_in(exchange), correlation=line.trip(exchange)
        ),
        fetch=lambda receipt: line.client().fetch_code_file(
            receipt, correlation=line.trip(exchange)
        ),
        settle=settle,
    )


def _check_codes(exchange: Exchange) -> None:
    def settle(states: Sequence[messages.CodeState]) -> None:
        acquired = [
            state.integrated_number
            for state in states
            if state.status is messages.CodeStatus.ACQUIRED
        ]
        failed = {
            state.integrated_number: Why("failed", state.cause or "符号を取得できませんでした。")
            for state in states
            if state.status in {messages.CodeStatus.FAILED, messages.CodeStatus.UNKNOWN_NUMBER}
        }
        numbers.settle_code_states(exchange, acquired, failed, act=line.act())

    answers.in_two_steps(
        exchange,
        send=lambda: line.client().request_code_states(
            numbers.numbers_in(exchange), correlation=line.trip(exchange)
        ),
        fetch=lambda receipt: line.client().fetch_code_states(
            receipt, correlation=line.trip(exchange)
        ),
        settle=settle,
    )


def send_flags() -> int:
    """Tell the platform of 自動応答不可 and 不開示該当, a flag and a value at a time; return for how many."""
    now = line.now()
    opens_at = selectors.opening(group="DBM", at=now).at
    due = provisions.flags_to_send(at=now) if opens_at == now else []
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
        provisions.note_flags_failed(
            numbers=[row[0] for row in wanted],
            words=f"送信できませんでした({type(error).__name__})。",
            act=line.act(),
        )
        return 0
    provisions.settle_flags(sent=wanted, refused=refused, act=line.act())
    return len(wanted) - len(refused)


STEPS = {
    "register_numbers": _tell_numbers,
    "delete_numbers": _tell_numbers,
    "request_codes": _request_codes,
    "check_codes": _check_codes,
}
