"""What staff ask about copies at the platform, and publications that end."""

from collections.abc import Mapping
from typing import Any

from celery import shared_task
from django.utils import timezone

from gateway.models import CopyInspection, Exchange
from gateway.platform import failures, messages
from gateway.services import copies, exchanges
from gateway.tasks import answers, line
from gateway.tasks.copies import key_of


def _inspect(exchange: Exchange) -> None:
    if exchange.interface_id == "IF_DBM_60423":
        _inspect_many(exchange)
        return
    (asked,) = copies.inspections_in(exchange)
    told: dict[int, Mapping[str, Any]] = {}
    words = ""
    try:
        told[asked.pk] = _ASKED[CopyInspection.Kind(asked.kind)](asked, line.trip(exchange))
    except failures.PlatformRefused as error:
        words = error.reason.text or str(error.reason.code)
    copies.settle_inspections(exchange, told, words=words, act=line.act())


def _inspect_many(exchange: Exchange) -> None:
    asked = copies.inspections_in(exchange)
    trip = line.trip(exchange)

    def settle(found: list[messages.Recipient]) -> None:
        told = {
            one.pk: {
                "recipients": [
                    _recipient(r)
                    for r in found
                    if (r.integrated_number, r.information_code)
                    == (one.integrated_number, one.information_code)
                ]
            }
            for one in asked
        }
        copies.settle_inspections(exchange, told, words="", act=line.act())

    answers.in_two_steps(
        exchange,
        send=lambda: line.client().upload_recipients_request(
            [(one.integrated_number, one.information_code) for one in asked], correlation=trip
        ),
        fetch=lambda receipt: line.client().fetch_recipients(receipt, correlation=trip),
        settle=settle,
    )


def _detail(asked: CopyInspection, trip: str) -> dict[str, Any]:
    found = line.client().copy_detail(key_of(asked.copy), correlation=trip)
    if found is None:
        return {"is_held": False}
    return {
        "is_held": True,
        "published_from": found.published_from.isoformat(),
        "published_until": found.published_until.isoformat(),
        "items": dict(found.items),
        "digest": found.digest.hex(),
    }


def _search(asked: CopyInspection, trip: str) -> dict[str, Any]:
    found = line.client().search_copies(
        asked.integrated_number,
        asked.information_code,
        as_of=asked.as_of or timezone.localdate(),
        correlation=trip,
    )
    return {
        "items": dict(found.items),
        "count": found.copy_count,
        "is_automatic": found.is_automatic,
    }


def _recipients(asked: CopyInspection, trip: str) -> dict[str, Any]:
    found = line.client().recipients(
        asked.integrated_number, asked.information_code, correlation=trip
    )
    return {"recipients": [_recipient(one) for one in found]}


def _recipient(one: messages.Recipient) -> dict[str, Any]:
    return {
        "asker": one.asker_name or one.asker_code,
        "affair_code": one.affair_code,
        "provided_at": one.provided_at.isoformat(),
        "items": list(one.items),
    }


def _flags(asked: CopyInspection, trip: str) -> dict[str, Any]:
    of_person = line.client().flags([asked.integrated_number], correlation=trip)
    of_information = line.client().information_flags(
        [(asked.integrated_number, asked.information_code)], correlation=trip
    )
    return {
        "no_automatic_answer": any(one.no_automatic_answer for one in of_person),
        "not_disclosed": any(one.withheld for one in of_person),
        "information_no_automatic_answer": any(one.no_automatic_answer for one in of_information),
    }


_ASKED = {
    CopyInspection.Kind.DETAIL: _detail,
    CopyInspection.Kind.SEARCH: _search,
    CopyInspection.Kind.RECIPIENTS: _recipients,
    CopyInspection.Kind.FLAGS: _flags,
}


def _end_publication(exchange: Exchange) -> None:
    trip = line.trip(exchange)
    if exchange.state == Exchange.State.READY:
        end = copies.publication_end_in(exchange)
        try:
            receipt = line.client().end_publication(
                end.record_id,
                end.information_code,
                end.layout_version,
                ends_on=end.ends_on,
                correlation=trip,
            )
        except failures.PlatformRefused as error:
            words = error.reason.text or str(error.reason.code)
            copies.settle_publication_end(exchange, count=None, words=words, act=line.act())
            return
        copies.note_publication_end_registered(exchange, receipt)
        exchanges.note_receipt(exchange, receipt, at=line.now())
        return
    result = line.client().publication_end_result(exchange.receipt, correlation=trip)
    if result.state is messages.EndState.REGISTERED:
        exchanges.look_later(exchange, at=line.now())
        return
    count = result.count if result.state is messages.EndState.DONE else None
    copies.settle_publication_end(exchange, count=count, act=line.act())


def _undo_publication_end(exchange: Exchange) -> None:
    end = copies.publication_end_in(exchange)
    words = ""
    try:
        line.client().undo_publication_end(end.receipt, correlation=line.trip(exchange))
    except failures.PlatformRefused as error:
        words = error.reason.text or str(error.reason.code)
    copies.settle_undone(exchange, is_undone=not words, words=words, act=line.act())


@shared_task(name="gateway.tasks.discard_inspections")
def discard_inspections() -> int:
    """Drop what staff were shown of the platform's copies a day ago."""
    return copies.discard_inspections(act=line.act())


STEPS = {
    "inspect": _inspect,
    "end_publication": _end_publication,
    "undo_publication_end": _undo_publication_end,
}
