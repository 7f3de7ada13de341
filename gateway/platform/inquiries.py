"""情報照会 on the wire: the 18-item record, statuses and results."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from lxml import etree

from gateway.platform import profile
from gateway.platform.envelope import Fields, Outgoing, items_of, last_child, moment, reason_of, row
from gateway.platform.failures import BadAnswer, CannotBeSent, Reason, WhyBad
from gateway.platform.messages import (
    Inquiry,
    InquiryResult,
    InquiryState,
    InquiryStatus,
    Outcome,
    RegisteredInquiry,
)

T = TypeVar("T")

JAPAN: Final = ZoneInfo("Asia/Tokyo")

# Item of the record, its width; see docs/platform-profile.md §4. 0 is ours, 1 to 18 as found.
RECORD: Final = (
    ("RecordIdentificationNumber", 36),
    ("NumberSystem", 2),
    ("AddressNumber", 15),
    ("IntegratedAddressNumber", 15),
    ("RequestedAt", 17),
    ("InquirerUnitCode", 20),
    ("InquirerUserID", 20),
    ("InquirerOrganizationCode", 16),
    ("NonDisclosureCode", 1),
    ("AffairCode", 16),
    ("ProcedureCode", 16),
    ("DelegatingInquirerCode", 16),
    ("DelegatingProviderCode", 16),
    ("ProviderOrganizationCode", 16),
    ("SpecificPersonalInformationCode", 16),
    ("ConditionType", 1),
    ("FiscalYearType", 1),
    ("PeriodFrom", 8),
    ("PeriodUntil", 8),
)

_OUTCOME: Final[Fields] = {
    "RecordIdentificationNumber": profile.RECORD_ID,
    "ResultCode": profile.RESULT_CODE,
    "ResultMessage": profile.WORDS,
}
_REGISTERED: Final[Fields] = {
    **{
        item: re.compile(rf"[ -~]{{0,{width}}}")
        for item, width in RECORD
        if item != "RecordIdentificationNumber"
    },
    **_OUTCOME,
}
_STATUS: Final[Fields] = {
    **_OUTCOME,
    "DetailStatus": profile.STATUS,
    "NameStatus": profile.STATUS,
}
_RESULT: Final[Fields] = {
    **_STATUS,
    "ProviderOrganizationCode": profile.ORGANIZATION,
    "ProvidedAt": profile.MOMENT,
}


def record_of(interface: str, inquiry: Inquiry, inquirer_code: str) -> tuple[str, ...]:
    """
    Return the texts of the record, unpadded, in order.

    :raises CannotBeSent: an item does not fit; the item is named, not quoted.
    """

    def checked(item: str, *, holds: bool) -> None:
        if not holds:
            raise CannotBeSent(interface, item, inquiry.record_id)

    checked("RecordIdentificationNumber", holds=_is(profile.RECORD_ID, inquiry.record_id))
    checked("IntegratedAddressNumber", holds=_is(profile.NUMBER, inquiry.integrated_number))
    checked("AffairCode", holds=_is(profile.CODE_16, inquiry.affair_code))
    checked("ProcedureCode", holds=_is(profile.CODE_16, inquiry.procedure_code))
    checked(
        "SpecificPersonalInformationCode",
        holds=_is(profile.CODE_16, inquiry.information_code),
    )
    checked("ProviderOrganizationCode", holds=_is(profile.ORGANIZATION, inquiry.provider_code))
    checked("RequestedAt", holds=inquiry.asked_at.tzinfo is not None)
    asked_at = inquiry.asked_at.astimezone(JAPAN)
    if inquiry.tax_year is not None:
        period_from = f"{inquiry.tax_year:04d}0101"
        period_until = f"{inquiry.tax_year:04d}1231"
    else:
        period_from = f"{inquiry.period_from:%Y%m%d}" if inquiry.period_from else ""
        period_until = f"{inquiry.period_until:%Y%m%d}" if inquiry.period_until else ""
    texts = (
        inquiry.record_id,
        "01",
        "",
        inquiry.integrated_number,
        f"{asked_at:%Y%m%d%H%M%S}{asked_at.microsecond // 1000:03d}",
        inquiry.unit_code,
        inquiry.user_id,
        inquirer_code,
        "1" if inquiry.withheld else "0",
        inquiry.affair_code,
        inquiry.procedure_code,
        inquiry.delegating_inquirer_code,
        inquiry.delegating_provider_code,
        inquiry.provider_code,
        inquiry.information_code,
        "1" if period_from else "0",
        "1" if inquiry.tax_year is not None else "0",
        period_from,
        period_until,
    )
    for (item, width), text in zip(RECORD, texts, strict=True):
        checked(item, holds=len(text) <= width and text.isascii() and "," not in text)
        checked(item, holds=text.isprintable() or not text)
    return texts


def put_inquiries(message: Outgoing, inquiries: Iterable[Inquiry], inquirer_code: str) -> None:
    """Will append inquiries as records of the online interface."""
    for inquiry in inquiries:
        record = etree.SubElement(message.attachment, "Record")
        texts = record_of(message.interface, inquiry, inquirer_code)
        for (item, _), text in zip(RECORD, texts, strict=True):
            etree.SubElement(record, item).text = text or None


def inquiry_entries(
    interface: str, inquiries: Sequence[Inquiry], inquirer_code: str
) -> Iterable[tuple[str, bytes]]:
    """Return the entries of the file interface: fixed-length fields, commas, CRLF."""
    made_at = inquiries[0].asked_at.astimezone(JAPAN)
    for part, start in enumerate(range(0, len(inquiries), profile.ENTRY_RECORDS), start=1):
        lines = []
        for inquiry in inquiries[start : start + profile.ENTRY_RECORDS]:
            texts = record_of(interface, inquiry, inquirer_code)
            lines.append(
                ",".join(t.ljust(width) for (_, width), t in zip(RECORD, texts, strict=True))
            )
        content = "\r\n".join([*lines, ""]).encode("ascii")
        yield f"{interface[3:]}_{made_at:%Y%m%d%H%M%S}_{part:03d}.DAT", content


def put_record_ids(message: Outgoing, record_ids: Iterable[str]) -> None:
    """Will append records that only name an inquiry."""
    for record_id in record_ids:
        if not _is(profile.RECORD_ID, record_id):
            raise CannotBeSent(message.interface, "RecordIdentificationNumber", record_id)
        record = etree.SubElement(message.attachment, "Record")
        etree.SubElement(record, "RecordIdentificationNumber").text = record_id


def read_outcome(
    interface: str,
    records: Iterable[etree._Element],
    asked: Iterable[str] | None,
    key: str = "RecordIdentificationNumber",
) -> Outcome:
    """
    Return what became of each record.

    :param asked: the records that the message held; None if the caller cannot know.
    :raises BadAnswer: a record nobody sent, one that is missing, or two fates of one.
    """
    fields = {name: form for name, form in _OUTCOME.items() if name != "RecordIdentificationNumber"}
    fields[key] = profile.RECORD_ID
    fates = once(interface, (row(interface, record, fields) for record in records), by=_by(key))
    _complete(interface, fates.keys(), asked)
    refused = {
        record_id: reason_of(fate["ResultCode"], fate["ResultMessage"])
        for record_id, fate in fates.items()
        if fate["ResultCode"]
    }
    return Outcome(tuple(r for r in fates if r not in refused), refused)


def read_registered(
    interface: str, records: Iterable[etree._Element], asked: Iterable[str] | None
) -> list[RegisteredInquiry]:
    """Return inquiries as the platform holds them, in the order they were asked for."""
    found = once(
        interface,
        (_registered(interface, record) for record in records),
        by=lambda inquiry: inquiry.record_id,
    )
    return _in_order(interface, found, asked)


def texts_of(inquiry: Inquiry, inquirer_code: str) -> dict[str, str]:
    """Return the 18 items of an inquiry by name, as they are sent."""
    texts = record_of("IF_SKI_10111", inquiry, inquirer_code)
    return {item: text for (item, _), text in zip(RECORD, texts, strict=True)}


def read_statuses(
    interface: str, records: Iterable[etree._Element], asked: Iterable[str] | None
) -> list[InquiryStatus]:
    """Return where each inquiry stands, in the order they were asked for."""
    found = once(
        interface,
        (_status(row(interface, record, _STATUS)) for record in records),
        by=lambda status: status.record_id,
    )
    return _in_order(interface, found, asked)


def read_results(
    interface: str, records: Iterable[etree._Element], asked: Iterable[str] | None
) -> list[InquiryResult]:
    """Return the results, in the order they were asked for."""
    found = once(
        interface,
        (_result(interface, record) for record in records),
        by=lambda result: result.record_id,
    )
    return _in_order(interface, found, asked)


def once(interface: str, found: Iterable[T], by: Callable[[T], str]) -> dict[str, T]:
    """
    Return what was found by its key; the same said twice counts once.

    :raises BadAnswer: the same key with different contents.
    """
    kept: dict[str, T] = {}
    for thing in found:
        key = by(thing)
        if kept.setdefault(key, thing) != thing:
            raise BadAnswer(interface, WhyBad.CONTRADICTION)
    return kept


def _registered(interface: str, record: etree._Element) -> RegisteredInquiry:
    told = row(interface, record, _REGISTERED)
    texts = {item: told[item].rstrip(" ") for item, _ in RECORD}
    record_id = texts.pop("RecordIdentificationNumber")
    return RegisteredInquiry(record_id, texts, _reason(told))


def _status(told: Mapping[str, str]) -> InquiryStatus:
    return InquiryStatus(
        record_id=told["RecordIdentificationNumber"],
        state=_state(told),
        detail_status=told["DetailStatus"],
        name_status=told["NameStatus"],
        reason=_reason(told),
    )


def _result(interface: str, record: etree._Element) -> InquiryResult:
    items = last_child(interface, record, "Items")
    told = row(interface, record, _RESULT)
    return InquiryResult(
        record_id=told["RecordIdentificationNumber"],
        state=_state(told),
        detail_status=told["DetailStatus"],
        name_status=told["NameStatus"],
        provider_code=told["ProviderOrganizationCode"],
        provided_at=moment(interface, told["ProvidedAt"], "ProvidedAt"),
        items=items_of(interface, items),
        reason=_reason(told),
    )


def _state(told: Mapping[str, str]) -> InquiryState:
    pair = (told["DetailStatus"], told["NameStatus"])
    return profile.INQUIRY_STATES.get(pair, InquiryState.UNKNOWN)


def _reason(told: Mapping[str, str]) -> Reason | None:
    return reason_of(told["ResultCode"], told["ResultMessage"]) if told["ResultCode"] else None


def _in_order(interface: str, found: dict[str, T], asked: Iterable[str] | None) -> list[T]:
    _complete(interface, found.keys(), asked)
    return list(found.values()) if asked is None else [found[r] for r in dict.fromkeys(asked)]


def _complete(interface: str, found: Iterable[str], asked: Iterable[str] | None) -> None:
    if asked is not None and set(found) != set(asked):
        raise BadAnswer(interface, WhyBad.NOT_ASKED)


def _by(key: str) -> Callable[[Mapping[str, str]], str]:
    return lambda told: told[key]


def _is(form: re.Pattern[str], text: str) -> bool:
    return form.fullmatch(text) is not None
