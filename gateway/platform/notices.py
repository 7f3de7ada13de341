"""お知らせ on the wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from lxml import etree

from gateway.platform import profile
from gateway.platform.envelope import Fields, Outgoing, moment, reason_of, row
from gateway.platform.failures import BadAnswer, CannotBeSent, WhyBad
from gateway.platform.inquiries import once
from gateway.platform.messages import Notice, NoticeFate, NoticeState

JAPAN: Final = ZoneInfo("Asia/Tokyo")
TITLE_CHARACTERS: Final = 60
TEXT_CHARACTERS: Final = 1000
_UNIT_CHARACTERS: Final = 20

_STATES: Final = {
    "1": NoticeState.ACCEPTED,
    "2": NoticeState.DELIVERED,
    "3": NoticeState.READ,
    "4": NoticeState.WITHDRAWN,
    "9": NoticeState.UNDELIVERABLE,
}
_FATE: Final[Fields] = {
    "RecordIdentificationNumber": profile.RECORD_ID,
    "ResultCode": profile.RESULT_CODE,
    "ResultMessage": profile.WORDS,
    "NoticeStatus": profile.ONE_STATUS,
    "ReadAt": profile.MOMENT,
}


def put_notice(message: Outgoing, notice: Notice) -> None:
    """
    Will append a notice.

    :raises CannotBeSent: an item does not fit; it is named, not quoted.
    """

    def checked(item: str, *, holds: bool) -> None:
        if not holds:
            raise CannotBeSent(message.interface, item, notice.record_id)

    checked("RecordIdentificationNumber", holds=bool(profile.RECORD_ID.fullmatch(notice.record_id)))
    checked(
        "IntegratedAddressNumber", holds=bool(profile.NUMBER.fullmatch(notice.integrated_number))
    )
    checked("Title", holds=0 < len(notice.title) <= TITLE_CHARACTERS)
    checked("Text", holds=0 < len(notice.text) <= TEXT_CHARACTERS)
    checked("SenderUnitCode", holds=len(notice.unit_code) <= _UNIT_CHARACTERS)
    checked("ShownFrom", holds=notice.shown_from.tzinfo is not None)
    checked("ShownUntil", holds=notice.shown_until > notice.shown_from)
    record = etree.SubElement(message.attachment, "Record")
    texts = {
        "RecordIdentificationNumber": notice.record_id,
        "IntegratedAddressNumber": notice.integrated_number,
        "SenderUnitCode": notice.unit_code,
        "Title": notice.title,
        "Text": notice.text,
        "ShownFrom": _iso(notice.shown_from),
        "ShownUntil": _iso(notice.shown_until),
    }
    for name, text in texts.items():
        message.put(record, name, text)


def read_fates(
    interface: str, records: Iterable[etree._Element], asked: Iterable[str] | None
) -> list[NoticeFate]:
    """
    Return what became of notices, in the order they were asked for.

    :raises BadAnswer: a notice nobody asked about, one that is missing, or two fates of one.
    """
    found = once(
        interface,
        (_fate(interface, row(interface, record, _FATE)) for record in records),
        by=lambda fate: fate.record_id,
    )
    if asked is None:
        return list(found.values())
    wanted = list(dict.fromkeys(asked))
    if set(found) != set(wanted):
        raise BadAnswer(interface, WhyBad.NOT_ASKED)
    return [found[record_id] for record_id in wanted]


def _fate(interface: str, told: Mapping[str, str]) -> NoticeFate:
    refused = told["ResultCode"]
    return NoticeFate(
        record_id=told["RecordIdentificationNumber"],
        state=_STATES.get(told["NoticeStatus"], NoticeState.UNKNOWN),
        status=told["NoticeStatus"],
        read_at=moment(interface, told["ReadAt"], "ReadAt"),
        reason=reason_of(refused, told["ResultMessage"]) if refused else None,
    )


def _iso(at: datetime) -> str:
    return at.astimezone(JAPAN).isoformat(timespec="seconds")
