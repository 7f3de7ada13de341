"""The workers' rounds: claim what is due, carry it out, settle it or put it off."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from celery import shared_task
from django.db import OperationalError

from gateway.models import Exchange, Lane
from gateway.platform import failures
from gateway.services import circuit, copies, exchanges, inquiries, notices, numbers, queues
from gateway.tasks import copies as copy_steps
from gateway.tasks import disclosures as disclosure_steps
from gateway.tasks import flags as flag_steps
from gateway.tasks import holdings as holding_steps
from gateway.tasks import inquiries as inquiry_steps
from gateway.tasks import line
from gateway.tasks import notices as notice_steps
from gateway.tasks import numbers as number_steps
from gateway.tasks import provisions as provision_steps
from gateway.tasks import records as record_steps
from gateway.tasks.causes import cause_of
from sapporo_base.acts import Act

logger = logging.getLogger(__name__)
_INTERACTIVE_ENDS_SECONDS = 3.0
_BULK_ENDS_SECONDS = 30.0
_PAUSE_SECONDS = 0.05
_BUSY_SECONDS = 5.0
_OUR_SIDE = "市側のデータベースに書き込めません(容量不足など)。回復すると自動的に続けます"
BULK_LANES = (Lane.NUMBERS, Lane.COPIES, Lane.BATCH, Lane.RECORDS)
_STEPS: Mapping[str, Callable[[Exchange], None]] = {
    **number_steps.STEPS,
    **copy_steps.STEPS,
    **inquiry_steps.STEPS,
    **provision_steps.STEPS,
    **notice_steps.STEPS,
    **disclosure_steps.STEPS,
    **flag_steps.STEPS,
    **holding_steps.STEPS,
    **record_steps.STEPS,
}


@shared_task(name="gateway.tasks.work_interactive")
def work_interactive() -> int:
    """
    Do what people wait for: inquiries online, and answers to others; ends when nothing is due.
    """
    return _work_until_empty(
        (Lane.INTERACTIVE,),
        _INTERACTIVE_ENDS_SECONDS,
        prepare_interactive,
    )


@shared_task(name="gateway.tasks.work_bulk")
def work_bulk() -> int:
    """
    Do the masses: numbers, 符号, copies, inquiries by file; ends when nothing is due, or in time.
    """
    number_steps.read_feeds()
    flag_steps.send_flags()
    done = _work_until_empty(BULK_LANES, _BULK_ENDS_SECONDS, prepare_bulk)
    # Flags of numbers that were registered just now let their copies go.
    if flag_steps.send_flags():
        done += _work_until_empty(BULK_LANES, _BULK_ENDS_SECONDS, prepare_bulk)
    return done


def _work_until_empty(
    lanes: Iterable[str], seconds: float, prepare: Callable[[Act], object]
) -> int:
    ends = time.monotonic() + seconds
    done = 0
    while time.monotonic() < ends:
        carried = one_round(lanes, prepare)
        done += carried
        if not carried:
            if not exchanges.due_soon(lanes=list(lanes), at=line.now()):
                break
            time.sleep(_PAUSE_SECONDS)
    return done


def one_round(lanes: Iterable[str], prepare: Callable[[Act], object]) -> int:
    """Put what is due into messages, claim some that may go, carry them out; return how many."""
    prepare(line.act())
    claimed = exchanges.claim_exchanges(lanes=list(lanes), at=line.now())
    for exchange in claimed:
        carry_out(exchange)
    return len(claimed)


def prepare_interactive(act: Act) -> None:
    """Put into messages what people wait for."""
    inquiries.prepare_inquiry_exchanges(lane=Lane.INTERACTIVE, act=act)
    notices.prepare_notice_exchanges(lane=Lane.INTERACTIVE, act=act)


def prepare_bulk(act: Act) -> None:
    """Put the masses into messages."""
    numbers.prepare_number_exchanges(act=act)
    copies.prepare_copy_exchanges(act=act)
    inquiries.prepare_inquiry_exchanges(lane=Lane.BATCH, act=act)
    notices.prepare_notice_exchanges(lane=Lane.BATCH, act=act)


def carry_out(exchange: Exchange) -> None:
    """Send one leased message, or look for its result, and settle or put it off."""
    begun, group = time.monotonic(), exchanges.group_of(exchange.interface_id)
    try:
        _STEPS[exchange.work](exchange)
    except failures.PlatformClosed as error:
        exchanges.put_off(
            exchange,
            at=line.now(),
            cause="プラットフォームが停止しています。",
            until=error.reopens_at,
            counts=False,
        )
        circuit.note_platform(
            at=line.now(), is_open=False, closes_at=None, reopens_at=error.reopens_at
        )
    except failures.PlatformBusy as error:
        # It answers: the circuit stays closed, the lane goes slower.
        wait = timedelta(seconds=error.retry_after or _BUSY_SECONDS)
        cause = "プラットフォームから送信を控えるよう求められました(429)。"
        exchanges.put_off(
            exchange, at=line.now(), cause=cause, until=line.now() + wait, counts=False
        )
        queues.note_flow(
            lane=exchange.lane,
            seconds=time.monotonic() - begun,
            at=line.now(),
            cause=cause,
            retry_after=wait.total_seconds(),
        )
        circuit.note_success(group=group, at=line.now())
    except failures.MessageNotTaken as error:
        exchanges.put_off(exchange, at=line.now(), cause=cause_of(error))
        circuit.note_success(group=group, at=line.now())
    except failures.PlatformUnreachable as error:
        exchanges.put_off(exchange, at=line.now(), cause=cause_of(error), counts=False)
        circuit.note_failure(group=group, at=line.now(), cause=cause_of(error))
        queues.note_flow(
            lane=exchange.lane,
            seconds=time.monotonic() - begun,
            at=line.now(),
            cause="応答がありませんでした。",
        )
    except failures.InterfaceNotInUse as error:
        exchanges.put_off(
            exchange,
            at=line.now(),
            cause=cause_of(error),
            counts=False,
        )
    except failures.PlatformRefused as error:
        exchanges.put_off(exchange, at=line.now(), cause=cause_of(error))
        circuit.note_success(group=group, at=line.now())
    except failures.PlatformError as error:
        logger.warning("exchange %s of %s: %s", exchange.pk, exchange.work, error)
        exchanges.put_off(exchange, at=line.now(), cause=cause_of(error))
        circuit.note_success(group=group, at=line.now())
    except OperationalError as error:
        # Our own side: the disk is full, or the database is going away. If this can't be noted
        # either, the lease expires, and the same records go again.
        logger.error("exchange %s of %s: %s", exchange.pk, exchange.work, type(error).__name__)
        exchanges.put_off(exchange, at=line.now(), cause=_OUR_SIDE, counts=False)
    except Exception as error:  # noqa: BLE001 - one message that breaks must not stop those behind it
        logger.error("exchange %s of %s: %s", exchange.pk, exchange.work, type(error).__name__)
        cause = f"市側の処理で予期しないエラーが起きました({type(error).__name__})"
        exchanges.put_off(exchange, at=line.now(), cause=cause)
    else:
        circuit.note_success(group=group, at=line.now())
        queues.note_flow(lane=exchange.lane, seconds=time.monotonic() - begun, at=line.now())
