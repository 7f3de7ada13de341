"""番号, 符号 and the flags of people (自動応答不可・不開示該当) at the platform."""

import logging
from collections.abc import Sequence
from typing import Any

from celery import shared_task

from gateway import selectors
from gateway.models import CodeReconciliation, Exchange, Lane
from gateway.platform import failures, messages, profile
from gateway.services import code_differences, numbers
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


@shared_task(name="gateway.tasks.reconcile_codes")
def reconcile_codes() -> dict[str, Any]:
    """
    Compare all numbers and 符号取得状況 with the platform (IF_FGU_20221, 20234); return the comparison.
    """
    read_feeds()
    run = code_differences.begin_code_reconciliation(act=line.act())
    try:
        why = _why_not_now()
        if why:
            code_differences.break_off_code_reconciliation(run, reason=why, act=line.act())
        else:
            _compare_all(run)
    except failures.PlatformError as error:
        words = f"プラットフォームから受け取れませんでした({type(error).__name__}: {error})。"
        code_differences.break_off_code_reconciliation(run, reason=words, act=line.act())
        logger.warning("numbers were not compared: %s", type(error).__name__)
    return {
        "is_equal": run.state == run.State.EQUAL,
        "state": run.get_state_display(),
        "count_here": run.count_here,
        "count_there": run.count_there,
        "in_flight": run.in_flight,
        "difference_count": run.difference_count,
        "reason": run.reason,
    }


def _why_not_now() -> str:
    """Say why nothing is compared just now: closed, or stopped by a person; the next night does."""
    now = line.now()
    if selectors.paused_queues().stops(Lane.NUMBERS, None):
        return "番号・符号の送信が停止されているため、照合しませんでした。"
    opening = selectors.opening(group="FGU", at=now)
    return "" if opening.at == now else f"稼働時間外のため、照合しませんでした({opening.why})。"


def _compare_all(run: CodeReconciliation) -> None:
    after = ""
    while True:
        told = _held_after(after)
        until = told[-1].integrated_number if len(told) == profile.NUMBERS_AT_ONCE else ""
        code_differences.compare_codes(run, told, after=after, until=until, act=line.act())
        if not until:
            code_differences.end_code_reconciliation(run, act=line.act())
            return
        after = until


def _held_after(after: str) -> list[code_differences.ToldCode]:
    """
    Return the next numbers that the platform holds.

    :raises BadAnswer: they are not in order, so that some would be taken for missing.
    """
    receipt = line.client().request_numbers_held(after)
    states = answers.made(lambda: line.client().fetch_code_states(receipt))
    if states is None:
        raise failures.PlatformUnreachable("IF_FGU_20234", maybe_received=True)
    numbers = [state.integrated_number for state in states]
    if numbers != sorted(numbers) or (numbers and numbers[0] <= after):
        raise failures.BadAnswer("IF_FGU_20234", failures.WhyBad.CONTRADICTION)
    return [
        code_differences.ToldCode(one.integrated_number, one.status.value, one.cause)
        for one in states
    ]


STEPS = {
    "register_numbers": _tell_numbers,
    "delete_numbers": _tell_numbers,
    "request_codes": _request_codes,
    "check_codes": _check_codes,
}
