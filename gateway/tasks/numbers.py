"""番号, 符号 and the flags of people (自動応答不可・不開示該当) at the platform."""

import logging
from collections.abc import Sequence

from celery import shared_task

from gateway.models import Exchange
from gateway.platform import messages
from gateway.services import numbers
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


STEPS = {
    "register_numbers": _tell_numbers,
    "delete_numbers": _tell_numbers,
    "request_codes": _request_codes,
    "check_codes": _check_codes,
}
