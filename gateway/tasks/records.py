"""The platform's 情報提供等記録: fetched, compared, updated."""

from celery import shared_task

from gateway.models import Exchange
from gateway.platform import messages
from gateway.services import records
from gateway.tasks import answers, line
from sapporo_base.nudge import nudge


@shared_task(name="gateway.tasks.fetch_exchange_records")
def fetch_exchange_records() -> bool:
    """Have the 情報提供等記録 since the last time fetched (番号法第23条)."""
    prepared = records.prepare_record_fetch(act=line.act())
    if prepared:
        nudge("gateway.tasks.work_bulk", queue="bulk")
    return prepared


@shared_task(name="gateway.tasks.compare_exchange_records")
def compare_exchange_records() -> int:
    """Compare the platform's records of a month with ours; return how many differ."""
    return records.compare_exchange_records(act=line.act())


def _records(exchange: Exchange) -> None:
    trip = line.trip(exchange)
    answers.in_two_steps(
        exchange,
        send=lambda: line.client().request_exchange_records(
            exchange.payload["after"], correlation=trip
        ),
        fetch=lambda receipt: line.client().fetch_exchange_records(receipt, correlation=trip),
        settle=lambda found: records.settle_records(
            exchange, [_as_told(one) for one in found], act=line.act()
        ),
    )


def _as_told(one: messages.ExchangeRecord) -> records.ToldRecord:
    return records.ToldRecord(
        sequence=one.sequence,
        as_inquirer=one.side is messages.RecordSide.INQUIRER,
        inquirer=one.inquirer_code,
        provider=one.provider_code,
        integrated_number=one.integrated_number,
        procedure_code=one.affair_code,
        step_code=one.procedure_code,
        information_code=one.information_code,
        requested_at=one.requested_at,
        provided_at=one.provided_at,
        result=one.result,
        items=one.items,
        not_disclosed=one.withheld,
        our_record_id=one.our_record_id,
    )


def _update_records(exchange: Exchange) -> None:
    trip = line.trip(exchange)
    answers.in_two_steps(
        exchange,
        send=lambda: line.client().upload_record_updates(
            [
                messages.RecordUpdate(record_id, sequence, withheld)
                for record_id, _, sequence, withheld in exchange.payload["rows"]
            ],
            correlation=trip,
        ),
        fetch=lambda receipt: line.client().fetch_record_update_results(receipt, correlation=trip),
        settle=lambda outcome: records.settle_record_updates(
            exchange,
            answers.told_of(exchange, [row[0] for row in exchange.payload["rows"]], outcome),
            act=line.act(),
        ),
    )


STEPS = {"records": _records, "update_records": _update_records}
