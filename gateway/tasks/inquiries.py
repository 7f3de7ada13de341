"""情報照会: asked, looked after, fetched; one by one online, many as one file."""

from collections.abc import Mapping, Sequence

from celery import shared_task

from gateway.models import Exchange, Lane
from gateway.platform import messages
from gateway.services import inquiries
from gateway.services.answers import ToldResult, ToldState
from gateway.tasks import answers, line


def _ask(exchange: Exchange) -> None:
    def asked() -> list[messages.Inquiry]:
        return [as_inquiry(row) for row in inquiries.inquiries_in(exchange)]

    def settle(outcome: messages.Outcome) -> None:
        told = answers.told_of(exchange, _ids(exchange), outcome)
        inquiries.settle_asked(exchange, told, act=line.act())

    trip = line.trip(exchange)
    if exchange.lane == Lane.INTERACTIVE:
        settle(line.client().register_inquiries(asked(), correlation=trip))
        return
    answers.in_two_steps(
        exchange,
        send=lambda: line.client().upload_inquiries(asked(), correlation=trip),
        fetch=lambda receipt: line.client().fetch_inquiry_registration(receipt, correlation=trip),
        settle=settle,
    )


def as_inquiry(row: inquiries.Asked) -> messages.Inquiry:
    return messages.Inquiry(
        record_id=row.record_id,
        integrated_number=row.integrated_number,
        affair_code=row.procedure_code,
        procedure_code=row.step_code,
        information_code=row.information_code,
        provider_code=row.provider_code,
        asked_at=row.accepted_at,
        unit_code=row.system_code,
        user_id=row.asked_by[:20],
        withheld=row.not_disclosed,
        tax_year=row.fiscal_year,
        period_from=row.period_from,
        period_until=row.period_until,
    )


def _check(exchange: Exchange) -> None:
    def settle(states: Sequence[messages.InquiryStatus]) -> None:
        answers.must_be_of(exchange, _ids(exchange), (one.record_id for one in states))
        inquiries.settle_states(exchange, [_as_state(one) for one in states], act=line.act())

    trip = line.trip(exchange)
    if exchange.lane == Lane.INTERACTIVE:
        settle(line.client().inquiry_states(_ids(exchange), correlation=trip))
        return
    answers.in_two_steps(
        exchange,
        send=lambda: line.client().upload_state_request(_ids(exchange), correlation=trip),
        fetch=lambda receipt: line.client().fetch_states(receipt, correlation=trip),
        settle=settle,
    )


def _cancel(exchange: Exchange) -> None:
    def settle(outcome: messages.Outcome) -> None:
        told = answers.told_of(exchange, _ids(exchange), outcome)
        inquiries.settle_cancelled(exchange, told, act=line.act())

    trip = line.trip(exchange)
    if exchange.lane == Lane.INTERACTIVE:
        settle(line.client().cancel_inquiries(_ids(exchange), correlation=trip))
        return
    answers.in_two_steps(
        exchange,
        send=lambda: line.client().upload_cancellations(_ids(exchange), correlation=trip),
        fetch=lambda receipt: line.client().fetch_cancellations(receipt, correlation=trip),
        settle=settle,
    )


def _check_cancel(exchange: Exchange) -> None:
    def settle(states: Sequence[messages.InquiryStatus]) -> None:
        told = [_as_state(one) for one in states]
        inquiries.settle_cancel_states(exchange, told, act=line.act())

    client, trip = line.client(), line.trip(exchange)
    if exchange.lane == Lane.INTERACTIVE:
        settle(client.cancellation_states(_ids(exchange), correlation=trip))
        return
    answers.in_two_steps(
        exchange,
        send=lambda: client.upload_cancellation_state_request(_ids(exchange), correlation=trip),
        fetch=lambda receipt: client.fetch_cancellation_states(receipt, correlation=trip),
        settle=settle,
    )


def _compare(exchange: Exchange) -> None:
    sent = {
        row.record_id: line.client().as_sent(as_inquiry(row))
        for row in inquiries.inquiries_in(exchange)
    }

    def settle(registered: Sequence[messages.RegisteredInquiry]) -> None:
        held = [_as_held(one, sent.get(one.record_id, {})) for one in registered]
        inquiries.settle_compared(exchange, held, act=line.act())

    client, trip = line.client(), line.trip(exchange)
    if exchange.lane == Lane.INTERACTIVE:
        settle(client.registered_inquiries(list(sent), correlation=trip))
        return
    answers.in_two_steps(
        exchange,
        send=lambda: client.upload_registered_request(list(sent), correlation=trip),
        fetch=lambda receipt: client.fetch_registered(receipt, correlation=trip),
        settle=settle,
    )


def _as_held(one: messages.RegisteredInquiry, sent: Mapping[str, str]) -> inquiries.Held:
    if one.reason is not None:
        return inquiries.Held(one.record_id, is_held=False)
    differing = [name for name, text in sent.items() if one.texts.get(name) != text]
    return inquiries.Held(one.record_id, is_held=True, differing=differing)


@shared_task(name="gateway.tasks.compare_unclear_inquiries")
def compare_unclear_inquiries() -> int:
    """Have what is under 要確認 compared with what the platform holds; return how many messages."""
    return inquiries.prepare_comparisons(act=line.act())


def _as_state(state: messages.InquiryStatus) -> ToldState:
    return ToldState(
        state.record_id,
        str(state.state),
        state.detail_status,
        state.name_status,
        answers.why(state.reason) if state.reason else None,
    )


def _fetch(exchange: Exchange) -> None:
    def settle(results: Sequence[messages.InquiryResult]) -> None:
        answers.must_be_of(exchange, _ids(exchange), (one.record_id for one in results))
        inquiries.settle_results(exchange, [_as_result(one) for one in results], act=line.act())

    trip = line.trip(exchange)
    if exchange.lane == Lane.INTERACTIVE:
        settle(line.client().inquiry_results(_ids(exchange), correlation=trip))
        return
    answers.in_two_steps(
        exchange,
        send=lambda: line.client().upload_result_request(_ids(exchange), correlation=trip),
        fetch=lambda receipt: line.client().fetch_results(receipt, correlation=trip),
        settle=settle,
    )


def _as_result(result: messages.InquiryResult) -> ToldResult:
    return ToldResult(
        result.record_id,
        str(result.state),
        result.detail_status,
        result.name_status,
        result.provided_at,
        dict(result.items),
        answers.why(result.reason) if result.reason else None,
    )


def _ids(exchange: Exchange) -> list[str]:
    return inquiries.record_ids_in(exchange)


STEPS = {
    "ask": _ask,
    "check": _check,
    "fetch": _fetch,
    "cancel": _cancel,
    "check_cancel": _check_cancel,
    "compare": _compare,
}
