"""お知らせ: sent, looked after, taken back; few online, many as one file."""

from collections.abc import Sequence

from gateway.models import Exchange, Lane
from gateway.platform import messages
from gateway.services import notices
from gateway.tasks import answers, line


def _notify(exchange: Exchange) -> None:
    sent = [
        messages.Notice(
            record_id=row.record_id,
            integrated_number=row.integrated_number,
            title=row.title,
            text=row.text,
            shown_from=row.shown_from,
            shown_until=row.shown_until,
        )
        for row in notices.notices_in(exchange)
    ]
    client, trip = line.client(), line.trip(exchange)
    if exchange.lane == Lane.INTERACTIVE:
        _settle(exchange, client.send_notices(sent, correlation=trip))
        return
    _by_file(exchange, lambda: client.upload_notices(sent, correlation=trip))


def _check(exchange: Exchange) -> None:
    ids, client, trip = _ids(exchange), line.client(), line.trip(exchange)
    if exchange.lane == Lane.INTERACTIVE:
        _settle(exchange, client.notice_states(ids, correlation=trip))
        return
    _by_file(exchange, lambda: client.upload_notice_state_request(ids, correlation=trip))


def _withdraw(exchange: Exchange) -> None:
    ids, client, trip = _ids(exchange), line.client(), line.trip(exchange)
    if exchange.lane == Lane.INTERACTIVE:
        _settle(exchange, client.withdraw_notices(ids, correlation=trip))
        return
    _by_file(exchange, lambda: client.upload_notice_withdrawals(ids, correlation=trip))


def _by_file(exchange: Exchange, send: answers.Send) -> None:
    answers.in_two_steps(
        exchange,
        send=send,
        fetch=lambda receipt: line.client().fetch_notice_fates(
            receipt, correlation=line.trip(exchange)
        ),
        settle=lambda fates: _settle(exchange, fates),
    )


def _settle(exchange: Exchange, fates: Sequence[messages.NoticeFate]) -> None:
    answers.must_be_of(exchange, _ids(exchange), (one.record_id for one in fates))
    told = [
        notices.ToldNotice(
            one.record_id,
            str(one.state),
            one.status,
            one.read_at,
            answers.why(one.reason) if one.reason else None,
        )
        for one in fates
    ]
    notices.settle_notices(exchange, told, act=line.act())


def _ids(exchange: Exchange) -> list[str]:
    return [row.record_id for row in notices.notices_in(exchange)]


STEPS = {"notify": _notify, "check_notices": _check, "withdraw_notices": _withdraw}
