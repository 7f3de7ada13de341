"""
The gateway at work: claim, speak to the platform, settle. The only place that uses
`gateway.platform`.

Each message is leased, sent and settled in steps of their own; a kill at any line leaves a lease
that
expires, and sending again sends the same records, which the platform takes for one.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from gateway import selectors
from gateway.models import Exchange, Lane
from gateway.platform import failures, messages
from gateway.platform.client import PlatformClient
from gateway.rules.codes import SAPPORO
from gateway.services import copies, exchanges, inquiries, numbers, provisions
from gateway.services.answers import Told, ToldResult, ToldState, Why
from sapporo_base.acts import Act
from sapporo_base.tasks import task_act

logger = logging.getLogger(__name__)
_SYSTEM = "030-003"
_INTERACTIVE_ENDS_SECONDS = 3.0
_BULK_ENDS_SECONDS = 30.0
_PAUSE_SECONDS = 0.05
_BULK_LANES = (Lane.NUMBERS, Lane.COPIES, Lane.BATCH, Lane.RECORDS)


@lru_cache(maxsize=1)
def client() -> PlatformClient:
    """Return this process's line to the platform."""
    tls = None
    if settings.PLATFORM_CLIENT_CERTIFICATE:
        tls = messages.TlsSettings(
            settings.PLATFORM_CLIENT_CERTIFICATE,
            settings.PLATFORM_CLIENT_KEY,
            settings.PLATFORM_CA_FILE,
        )
    return PlatformClient(
        settings.PLATFORM_URL,
        sender_code=SAPPORO,
        unit_code="SMARTCITY",
        mode=messages.Mode.TEST if settings.DEMO else messages.Mode.PRODUCTION,
        timeout=settings.PLATFORM_TIMEOUT_SECONDS,
        tls=tls,
    )


def _act() -> Act:
    return task_act(_SYSTEM)


@shared_task
def check_platform() -> None:
    """Ask the platform for its operating state (IF_SYM_20212)."""
    now = timezone.now()
    try:
        state = client().operating_state()
    except failures.PlatformError as error:
        exchanges.note_failure(at=now, cause=type(error).__name__)
        return
    exchanges.note_platform(
        at=now, is_open=state.is_open, closes_at=state.closes_at, reopens_at=state.reopens_at
    )


@shared_task
def read_feeds() -> int:
    """Read what 団体内統合宛名 has for the platform, and put it into messages."""
    read = 0
    while step := numbers.read_feeds(act=_act()):
        read += step
    numbers.prepare_number_exchanges(act=_act())
    return read


@shared_task
def work_interactive() -> int:
    """
    Do what people wait for: inquiries online, and answers to others; ends when nothing is due.
    """
    return _work_until_empty(
        (Lane.INTERACTIVE,),
        _INTERACTIVE_ENDS_SECONDS,
        lambda act: inquiries.prepare_inquiry_exchanges(lane=Lane.INTERACTIVE, act=act),
    )


@shared_task
def work_bulk() -> int:
    """
    Do the masses: numbers, 符号, copies, inquiries by file; ends when nothing is due, or in time.
    """

    def prepare(act: Act) -> None:
        numbers.prepare_number_exchanges(act=act)
        copies.prepare_copy_exchanges(act=act)
        inquiries.prepare_inquiry_exchanges(lane=Lane.BATCH, act=act)

    read_feeds()
    _send_flags()
    done = _work_until_empty(_BULK_LANES, _BULK_ENDS_SECONDS, prepare)
    # Flags of numbers that were registered just now let their copies go.
    if _send_flags():
        done += _work_until_empty(_BULK_LANES, _BULK_ENDS_SECONDS, prepare)
    return done


def _work_until_empty(
    lanes: Iterable[str], seconds: float, prepare: Callable[[Act], object]
) -> int:
    ends = time.monotonic() + seconds
    done = 0
    while time.monotonic() < ends:
        prepare(_act())
        claimed = exchanges.claim_exchanges(lanes=list(lanes), at=timezone.now())
        for exchange in claimed:
            carry_out(exchange)
            done += 1
        if not claimed:
            if not exchanges.due_soon(lanes=list(lanes), at=timezone.now()):
                break
            time.sleep(_PAUSE_SECONDS)
    return done


def carry_out(exchange: Exchange) -> None:
    """Send one leased message, or look for its result, and settle or put it off."""
    try:
        _STEPS[exchange.work](exchange)
    except failures.PlatformClosed as error:
        exchanges.put_off(
            exchange,
            at=timezone.now(),
            cause="プラットフォームが停止しています。",
            until=error.reopens_at,
            counts=False,
        )
        exchanges.note_platform(
            at=timezone.now(), is_open=False, closes_at=None, reopens_at=error.reopens_at
        )
    except failures.PlatformUnreachable as error:
        exchanges.put_off(exchange, at=timezone.now(), cause=str(error), counts=False)
        exchanges.note_failure(at=timezone.now(), cause=str(error))
    except failures.PlatformRefused as error:
        words = error.reason.text or str(error.reason.code)
        exchanges.put_off(exchange, at=timezone.now(), cause=f"{error.reason.code}: {words}")
    except failures.PlatformError as error:
        logger.warning("exchange %s of %s: %s", exchange.pk, exchange.work, error)
        exchanges.put_off(exchange, at=timezone.now(), cause=f"{type(error).__name__}: {error}")
    else:
        exchanges.note_success(at=timezone.now())


def _told(outcome: messages.Outcome) -> Told:
    return Told(outcome.accepted, {key: _why(reason) for key, reason in outcome.refused.items()})


def _why(reason: failures.Reason) -> Why:
    return Why(str(reason.code), reason.text)


def _trip(exchange: Exchange) -> str:
    return str(exchange.idempotency_key)


# 番号, 符号


def _tell_numbers(exchange: Exchange) -> None:
    people = numbers.numbers_in(exchange)
    deleting = exchange.work == "delete_numbers"
    call = client().delete_numbers if deleting else client().register_numbers
    numbers.settle_numbers(exchange, _told(call(people, correlation=_trip(exchange))), act=_act())


def _request_codes(exchange: Exchange) -> None:
    people = numbers.numbers_in(exchange)
    if exchange.state == Exchange.State.READY:
        receipt = client().request_code_file(people, correlation=_trip(exchange))
        exchanges.note_receipt(exchange, receipt, at=timezone.now())
        return
    file = client().fetch_code_file(exchange.receipt, correlation=_trip(exchange))
    if file is None:
        exchanges.look_later(exchange, at=timezone.now())
        return
    requests = {one.serial: one.integrated_number for one in file.requests}
    refused = {number: _why(reason) for number, reason in file.refused.items()}
    told = Told((), {})
    if requests:
        sealed = numbers.sealed_for(requests, public_key=file.sealing_key, act=_act())
        told = _told(client().send_code_requests(sealed, correlation=_trip(exchange)))
    numbers.settle_code_requests(exchange, told, requests, refused, act=_act())


def _check_codes(exchange: Exchange) -> None:
    if exchange.state == Exchange.State.READY:
        people = numbers.numbers_in(exchange)
        receipt = client().request_code_states(people, correlation=_trip(exchange))
        exchanges.note_receipt(exchange, receipt, at=timezone.now())
        return
    states = client().fetch_code_states(exchange.receipt, correlation=_trip(exchange))
    if states is None:
        exchanges.look_later(exchange, at=timezone.now())
        return
    acquired = [
        state.integrated_number for state in states if state.status is messages.CodeStatus.ACQUIRED
    ]
    failed = {
        state.integrated_number: Why("failed", state.cause or "符号を取得できませんでした。")
        for state in states
        if state.status in {messages.CodeStatus.FAILED, messages.CodeStatus.UNKNOWN_NUMBER}
    }
    numbers.settle_code_states(exchange, acquired, failed, act=_act())


def _send_flags() -> int:
    """Tell the platform of 自動応答不可 and 不開示該当, a flag and a value at a time; return for how many."""
    now = timezone.now()
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
                    refused |= _told(client().set_flag(flag, people, on=on)).rejected()
    except failures.PlatformError as error:
        logger.warning("flags could not be set: %s", type(error).__name__)
        provisions.note_flags_failed(
            numbers=[row[0] for row in wanted],
            words=f"送信できませんでした({type(error).__name__})。",
            act=_act(),
        )
        return 0
    provisions.settle_flags(sent=wanted, refused=refused, act=_act())
    return len(wanted) - len(refused)


# 副本


def _register_copies(exchange: Exchange) -> None:
    if exchange.state == Exchange.State.READY:
        rows = copies.copies_in(exchange)
        upload = client().register_copies(
            [
                messages.Copy(
                    record_id=row.record_id,
                    integrated_number=row.integrated_number,
                    information_code=row.information_code,
                    dataset=row.dataset,
                    key=row.key,
                    layout_version=row.layout_version,
                    published_from=row.published_from,
                    published_until=row.published_until,
                    items=row.items,
                    updated_at=row.changed_at,
                    ward_code=row.ward_code,
                )
                for row in rows
            ],
            correlation=_trip(exchange),
        )
        copies.note_copy_digests(exchange, upload.digests)
        exchanges.note_receipt(exchange, upload.receipt, at=timezone.now())
        return
    _settle_copies(exchange)


def _delete_copies(exchange: Exchange) -> None:
    if exchange.state == Exchange.State.READY:
        keys = [
            messages.CopyKey(
                record_id=row.record_id,
                integrated_number=row.integrated_number,
                information_code=row.information_code,
                dataset=row.dataset,
                key=row.key,
                layout_version=row.layout_version,
            )
            for row in copies.copies_in(exchange)
        ]
        receipt = client().delete_copies(keys, correlation=_trip(exchange))
        exchanges.note_receipt(exchange, receipt, at=timezone.now())
        return
    _settle_copies(exchange)


def _settle_copies(exchange: Exchange) -> None:
    outcome = client().fetch_copy_results(exchange.receipt, correlation=_trip(exchange))
    if outcome is None:
        exchanges.look_later(exchange, at=timezone.now())
        return
    copies.settle_copies(exchange, _told(outcome), act=_act())


@shared_task
def reconcile_copies(information_code: str) -> dict[str, Any]:
    """Compare count and digest of one 特定個人情報 with the platform; return the comparison."""
    summary = client().copy_summary(information_code)
    buckets = copies.differing_buckets(information_code=information_code, buckets=summary.buckets)
    held_there = {
        bucket: [
            copies.HeldThere(one.integrated_number, one.dataset, one.key, one.digest)
            for one in client().copies_held(information_code, bucket)
        ]
        for bucket in buckets
    }
    found = copies.note_reconciliation(
        information_code=information_code,
        count_there=summary.count,
        digest_there=summary.digest,
        held_there=held_there,
        act=_act(),
    )
    return {
        "is_equal": found.state == found.State.EQUAL,
        "state": found.get_state_display(),
        "count_here": found.count_here,
        "count_there": found.count_there,
        "in_flight": found.in_flight,
    }


@shared_task
def reconcile_all_copies() -> int:
    """Compare every 特定個人情報 of which copies are held with the platform; return how many differ."""
    different = 0
    for code in selectors.information_codes_held():
        try:
            different += not reconcile_copies(code)["is_equal"]
        except failures.PlatformError as error:
            # The next night compares again; the page shows that the last comparison is old.
            logger.warning("copies of %s were not compared: %s", code, type(error).__name__)
    return different


# 照会


def _ask(exchange: Exchange) -> None:
    if exchange.state == Exchange.State.READY:
        asked = [_as_inquiry(row) for row in inquiries.inquiries_in(exchange)]
        if exchange.lane == Lane.INTERACTIVE:
            outcome = client().register_inquiries(asked, correlation=_trip(exchange))
            inquiries.settle_asked(exchange, _told(outcome), act=_act())
        else:
            receipt = client().upload_inquiries(asked, correlation=_trip(exchange))
            exchanges.note_receipt(exchange, receipt, at=timezone.now())
        return
    result = client().fetch_inquiry_registration(exchange.receipt, correlation=_trip(exchange))
    if result is None:
        exchanges.look_later(exchange, at=timezone.now())
        return
    inquiries.settle_asked(exchange, _told(result), act=_act())


def _as_inquiry(row: Any) -> messages.Inquiry:
    return messages.Inquiry(
        record_id=row.record_id,
        integrated_number=row.integrated_number,
        affair_code=row.procedure_code,
        procedure_code=row.step_code,
        information_code=row.information_code,
        provider_code=row.provider_code,
        asked_at=row.accepted_at,
        user_id=row.asked_by[:20],
        withheld=row.not_disclosed,
        tax_year=row.fiscal_year,
        period_from=row.period_from,
        period_until=row.period_until,
    )


def _check(exchange: Exchange) -> None:
    ids = [row.record_id for row in inquiries.inquiries_in(exchange)]
    if exchange.lane == Lane.INTERACTIVE:
        states: Any = client().inquiry_states(ids, correlation=_trip(exchange))
    elif exchange.state == Exchange.State.READY:
        receipt = client().upload_state_request(ids, correlation=_trip(exchange))
        exchanges.note_receipt(exchange, receipt, at=timezone.now())
        return
    else:
        states = client().fetch_states(exchange.receipt, correlation=_trip(exchange))
    if states is None:
        exchanges.look_later(exchange, at=timezone.now())
        return
    told = [
        ToldState(
            state.record_id,
            str(state.state),
            state.detail_status,
            state.name_status,
            _why(state.reason) if state.reason else None,
        )
        for state in states
    ]
    inquiries.settle_states(exchange, told, act=_act())


def _fetch(exchange: Exchange) -> None:
    ids = [row.record_id for row in inquiries.inquiries_in(exchange)]
    if exchange.lane == Lane.INTERACTIVE:
        results: Any = client().inquiry_results(ids, correlation=_trip(exchange))
    elif exchange.state == Exchange.State.READY:
        receipt = client().upload_result_request(ids, correlation=_trip(exchange))
        exchanges.note_receipt(exchange, receipt, at=timezone.now())
        return
    else:
        results = client().fetch_results(exchange.receipt, correlation=_trip(exchange))
    if results is None:
        exchanges.look_later(exchange, at=timezone.now())
        return
    told = [
        ToldResult(
            result.record_id,
            str(result.state),
            result.detail_status,
            result.name_status,
            result.provided_at,
            dict(result.items),
            _why(result.reason) if result.reason else None,
        )
        for result in results
    ]
    inquiries.settle_results(exchange, told, act=_act())


# 提供, 記録


@shared_task
def look_for_provisions() -> int:
    """Ask for inquiries of others that wait for staff, and fetch what each asks."""
    try:
        waiting = client().waiting_provisions()
        known = provisions.known_provisions([one.provision_id for one in waiting])
        contents = [
            client().provision_content(one.provision_id)
            for one in waiting
            if one.provision_id not in known
        ]
    except failures.PlatformError as error:
        logger.info("provisions not looked for: %s", type(error).__name__)
        return 0
    told = [
        provisions.ToldProvision(
            provision_id=one.provision_id,
            integrated_number=one.integrated_number,
            asker_code=one.asker_code,
            asker_name=one.asker_name,
            procedure_code=one.affair_code,
            step_code=one.procedure_code,
            information_code=one.information_code,
            asked_at=one.asked_at,
            not_disclosed=one.withheld,
            copy_items=one.copy_items,
        )
        for one in contents
    ]
    return provisions.note_provisions(told, act=_act())


def _answer(exchange: Exchange) -> None:
    provision = provisions.provision_in(exchange)
    try:
        client().register_answer(
            provision.provision_id,
            messages.ProvisionAnswer(provision.answer),
            provision.answer_items,
            correlation=_trip(exchange),
        )
        client().permit_sending(provision.provision_id, correlation=_trip(exchange))
    except failures.PlatformRefused as error:
        if error.reason.code != failures.ReasonCode.WRONG_STATE:
            raise
        # It was sent before a crash: the platform has the answer.
    provisions.settle_answer(exchange, act=_act())


@shared_task
def fetch_exchange_records() -> int:
    """Fetch the platform's 情報提供等記録 since the last time (番号法第23条)."""
    kept = 0
    try:
        receipt = client().request_exchange_records(provisions.records_read())
        for _ in range(100):
            records = client().fetch_exchange_records(receipt)
            if records is not None:
                break
            time.sleep(_PAUSE_SECONDS)
        else:
            return 0
    except failures.PlatformError as error:
        logger.info("exchange records not fetched: %s", type(error).__name__)
        return 0
    told = [
        provisions.ToldRecord(
            sequence=one.sequence,
            as_inquirer=one.side is messages.RecordSide.INQUIRER,
            inquirer=one.inquirer_code,
            provider=one.provider_code,
            integrated_number=one.integrated_number,
            procedure_code=one.affair_code,
            information_code=one.information_code,
            requested_at=one.requested_at,
            provided_at=one.provided_at,
            result=one.result,
            items=one.items,
            not_disclosed=one.withheld,
        )
        for one in records
    ]
    kept += provisions.keep_exchange_records(told, act=_act())
    return kept


_STEPS: Mapping[str, Callable[[Exchange], None]] = {
    "register_numbers": _tell_numbers,
    "delete_numbers": _tell_numbers,
    "request_codes": _request_codes,
    "check_codes": _check_codes,
    "register_copies": _register_copies,
    "delete_copies": _delete_copies,
    "ask": _ask,
    "check": _check,
    "fetch": _fetch,
    "answer": _answer,
}
