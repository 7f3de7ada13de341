"""情報照会: IF_SKI_*, answered from the fictitious people of other places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from gateway.simulator import masters, wire
from gateway.simulator.citizens import Question
from gateway.simulator.desks.desk import (
    FILE_RECORDS,
    NUMBER,
    ONLINE_RECORDS,
    RECORD_ID,
    FileMaker,
    Handler,
    Office,
    Row,
    Upload,
    at_most,
    fate,
    ids,
    iso,
    moment,
    spread,
)
from gateway.simulator.state.inquiries import Inquiry
from gateway.simulator.wire import Refused, Reply, Request

# The record of an inquiry: what each item must look like once its padding is off.
_INQUIRY: Final = {
    "RecordIdentificationNumber": RECORD_ID,
    "NumberSystem": re.compile(r"01"),
    "AddressNumber": re.compile(r"[0-9]{0,15}"),
    "IntegratedAddressNumber": NUMBER,
    "RequestedAt": re.compile(r"[0-9]{17}"),
    "InquirerUnitCode": re.compile(r"[ -~]{0,20}"),
    "InquirerUserID": re.compile(r"[ -~]{0,20}"),
    "InquirerOrganizationCode": re.compile(r"[0-9]{16}"),
    "NonDisclosureCode": re.compile(r"[01]"),
    "AffairCode": re.compile(r"JM[0-9]{14}"),
    "ProcedureCode": re.compile(r"JT[0-9]{14}"),
    "DelegatingInquirerCode": re.compile(r"(?:[0-9]{16})?"),
    "DelegatingProviderCode": re.compile(r"(?:[0-9]{16})?"),
    "ProviderOrganizationCode": re.compile(r"[0-9]{16}"),
    "SpecificPersonalInformationCode": re.compile(r"TM[0-9]{14}"),
    "ConditionType": re.compile(r"[01]"),
    "FiscalYearType": re.compile(r"[01]"),
    "PeriodFrom": re.compile(r"(?:[0-9]{8})?"),
    "PeriodUntil": re.compile(r"(?:[0-9]{8})?"),
}
_FILES_OF_IDS: Final = {
    "IF_SKI_10723": ("IF_SKI_10734", "inquiry_states"),
    "IF_SKI_10923": ("IF_SKI_10934", "inquiries_held"),
    "IF_SKI_11123": ("IF_SKI_11134", "inquiry_results"),
    "IF_SKI_50423": ("IF_SKI_50434", "inquiry_states"),
}
_WIDTHS: Final = (36, 2, 15, 15, 17, 20, 20, 16, 1, 16, 16, 16, 16, 16, 16, 1, 1, 8, 8)


class Inquiries:
    """Takes the inquiries of the city and answers as the other organisations would."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._state = office.state
        self.interfaces: dict[str, Handler] = {
            "IF_SKI_10111": self._inquiries_online,
            "IF_SKI_10712": self._inquiry_states,
            "IF_SKI_10912": self._registered,
            "IF_SKI_11112": self._inquiry_results,
            "IF_SKI_50111": self._cancel,
            "IF_SKI_50412": self._inquiry_states,
        }
        self.uploads: dict[str, Upload] = {
            "IF_SKI_10123": self._inquiries_file,
            "IF_SKI_10723": self._ids_file,
            "IF_SKI_10923": self._ids_file,
            "IF_SKI_11123": self._ids_file,
            "IF_SKI_50123": self._cancel_file,
            "IF_SKI_50423": self._ids_file,
        }
        self.fetched: tuple[str, ...] = (
            "IF_SKI_10134",
            "IF_SKI_10734",
            "IF_SKI_10934",
            "IF_SKI_11134",
            "IF_SKI_50134",
            "IF_SKI_50434",
        )
        self.files: dict[str, FileMaker] = {
            "inquiry_states": self._state_records,
            "inquiry_results": self._result_records,
            "inquiries_held": self._registered_records,
        }

    def _inquiries_online(self, request: Request, now: datetime) -> Reply:
        rows = at_most(request.records, ONLINE_RECORDS)
        fates = self._take_inquiries(rows, now)
        return Reply({}, [fate("RecordIdentificationNumber", *told) for told in fates])

    def _inquiries_file(
        self, request: Request, entries: Mapping[str, bytes], now: datetime
    ) -> Reply:
        rows: list[Row] = []
        for name, content in entries.items():
            if name.endswith(".DAT"):
                rows += _fixed_rows(content)
        fates = self._take_inquiries(at_most(rows, FILE_RECORDS), now)
        return self._office.receipt("IF_SKI_10134", "fates", fates, now)

    def _take_inquiries(self, rows: Sequence[Row], now: datetime) -> list[list[str]]:
        at = now.timestamp()
        taken: dict[str, list[Any]] = {}
        fates, refused = [], []
        for row in rows:
            record_id = row.get("RecordIdentificationNumber", "")
            code, about = self._inquiry_refusal(record_id, row, taken, at)
            fates.append([record_id, code, about])
            if code == "SKI0102":
                refused.append(self._exchange(row, at, None, "04"))
            if code:
                continue
            person = self._state.people[row["IntegratedAddressNumber"]]
            normal_at = at + self._office.settings.answer_delay * (0.5 + spread(record_id))
            held = self._office.citizens.held_seconds(person.known_elsewhere_as)
            taken[record_id] = [record_id, normal_at, normal_at + held, dict(row)]
        if taken:
            self._state.commit("inquiries", at=at, told=list(taken.values()))
        if refused:
            self._state.commit("records", told=refused)
        return fates

    def _inquiry_refusal(
        self, record_id: str, row: Row, taken: Mapping[str, object], at: float
    ) -> tuple[str, str]:
        wrong = next((n for n, form in _INQUIRY.items() if not form.fullmatch(row.get(n, ""))), "")
        if wrong:
            return "CMN0005", wrong
        if record_id in taken or record_id in self._state.inquiries:
            return "CMN0001", ""
        return self._content_refusal(row, at)

    def _content_refusal(self, row: Row, at: float) -> tuple[str, str]:
        if row["InquirerOrganizationCode"] != self._office.city:
            return "CMN0007", ""
        number = row["IntegratedAddressNumber"]
        person = self._state.people.get(number)
        if person is None:
            return "CMN0002", number
        if person.code_status(at) != "3":
            return "SKI0101", number
        information = row["SpecificPersonalInformationCode"]
        if not self._office.masters.city_may_ask(
            row["AffairCode"], row["ProcedureCode"], information, row["ProviderOrganizationCode"]
        ):
            return "SKI0102", information
        return "", ""

    def _ids_file(self, request: Request, entries: Mapping[str, bytes], now: datetime) -> Reply:
        record_ids = [row.get("RecordIdentificationNumber", "") for row in request.records]
        at_most(record_ids, FILE_RECORDS)
        fetched_by, kind = _FILES_OF_IDS[request.interface]
        return self._office.receipt(fetched_by, kind, record_ids, now)

    def _registered(self, request: Request, now: datetime) -> Reply:
        return Reply({}, self._registered_records(ids(request), now.timestamp()))

    def _registered_records(self, record_ids: Iterable[str], at: float) -> list[str]:
        records = []
        for record_id in record_ids:
            inquiry = self._state.inquiries.get(record_id)
            code = "" if inquiry else "CMN0003"
            told = dict.fromkeys(_INQUIRY, "")
            told |= inquiry.told if inquiry else {"RecordIdentificationNumber": record_id}
            told |= {"ResultCode": code, "ResultMessage": masters.message(code)}
            records.append(wire.record(told))
        return records

    def _inquiry_states(self, request: Request, now: datetime) -> Reply:
        return Reply({}, self._state_records(ids(request), now.timestamp()))

    def _state_records(self, record_ids: Iterable[str], at: float) -> list[str]:
        return [
            wire.record({"RecordIdentificationNumber": record_id, **self._standing(record_id, at)})
            for record_id in record_ids
        ]

    def _inquiry_results(self, request: Request, now: datetime) -> Reply:
        return Reply({}, self._result_records(ids(request), now.timestamp()))

    def _result_records(self, record_ids: Iterable[str], at: float) -> list[str]:
        records = []
        for record_id in record_ids:
            told = {"RecordIdentificationNumber": record_id, **self._standing(record_id, at)}
            inquiry = self._state.inquiries.get(record_id)
            told["ProviderOrganizationCode"] = (
                inquiry.told["ProviderOrganizationCode"] if inquiry else masters.PLATFORM
            )
            done = told["DetailStatus"] == "09" and inquiry is not None
            told["ProvidedAt"] = iso(moment(inquiry.ready_at)) if done and inquiry else ""
            found = self._provider_items(inquiry) if done and inquiry else None
            records.append(wire.record(told, wire.items(found or {})))
        return records

    def _standing(self, record_id: str, at: float) -> dict[str, str]:
        inquiry = self._state.inquiries.get(record_id)
        code, name = "", "00"
        if inquiry is None:
            detail, code = "90", "CMN0003"
        elif inquiry.cancelled:
            detail = "08"
        elif at < inquiry.normal_at:
            early = at - inquiry.accepted_at < (inquiry.normal_at - inquiry.accepted_at) / 5
            detail = "01" if early else "02"
        elif at < inquiry.ready_at:
            detail = "03"
        else:
            detail = "09"
            name = "01" if self._provider_items(inquiry) is not None else "02"
        return {
            "ResultCode": code,
            "ResultMessage": masters.message(code),
            "DetailStatus": detail,
            "NameStatus": name,
        }

    def _provider_items(self, inquiry: Inquiry) -> Mapping[str, Any] | None:
        told = inquiry.told
        person = self._state.people.get(told["IntegratedAddressNumber"])
        by_year = told["FiscalYearType"] == "1" and told["PeriodFrom"]
        question = Question(
            information=told["SpecificPersonalInformationCode"],
            provider=told["ProviderOrganizationCode"],
            tax_year=int(told["PeriodFrom"][:4]) if by_year else None,
            period_from=told["PeriodFrom"],
            period_until=told["PeriodUntil"],
        )
        return self._office.citizens.answer(person.known_elsewhere_as if person else None, question)

    def _cancel(self, request: Request, now: datetime) -> Reply:
        fates = self._take_back(ids(request), now)
        return Reply({}, [fate("RecordIdentificationNumber", *told) for told in fates])

    def _cancel_file(self, request: Request, entries: Mapping[str, bytes], now: datetime) -> Reply:
        record_ids = [row.get("RecordIdentificationNumber", "") for row in request.records]
        fates = self._take_back(at_most(record_ids, FILE_RECORDS), now)
        return self._office.receipt("IF_SKI_50134", "fates", fates, now)

    def _take_back(self, record_ids: Sequence[str], now: datetime) -> list[list[str]]:
        at = now.timestamp()
        fates, cancelled = [], []
        for record_id in dict.fromkeys(record_ids):
            inquiry = self._state.inquiries.get(record_id)
            if inquiry is None:
                code = "CMN0003"
            elif at >= inquiry.ready_at and not inquiry.cancelled:
                code = "CMN0004"
            else:
                code = ""
                if not inquiry.cancelled:
                    cancelled.append(record_id)
            fates.append([record_id, code])
        if cancelled:
            self._state.commit("cancelled", told=cancelled)
            taken_back = [self._state.inquiries[record_id] for record_id in cancelled]
            self._state.commit(
                "records",
                told=[self._exchange(i.told, i.accepted_at, None, "05") for i in taken_back],
            )
        return fates

    def settle(self, now: datetime) -> None:
        """Will record the inquiries of the city that were answered since (番号法第23条)."""
        told = []
        for inquiry in self._state.settle(now.timestamp()):
            found = self._provider_items(inquiry)
            result = "01" if found is not None else "02"
            told.append(
                self._exchange(
                    inquiry.told, inquiry.accepted_at, inquiry.ready_at, result, found or ()
                )
            )
        if told:
            self._state.commit("records", told=told)

    def _exchange(
        self,
        row: Row,
        asked_at: float,
        provided_at: float | None,
        result: str,
        names: Iterable[str] = (),
    ) -> dict[str, Any]:
        return {
            "side": "1",
            "inquirer": self._office.city,
            "provider": row["ProviderOrganizationCode"],
            "number": row["IntegratedAddressNumber"],
            "affair": row["AffairCode"],
            "procedure": row["ProcedureCode"],
            "information": row["SpecificPersonalInformationCode"],
            "asked_at": asked_at,
            "provided_at": provided_at,
            "result": result,
            "items": list(names),
            "withheld": row["NonDisclosureCode"] == "1",
            "record": row["RecordIdentificationNumber"],
        }


def _fixed_rows(content: bytes) -> list[Row]:
    try:
        lines = content.decode("ascii").split("\r\n")
    except UnicodeDecodeError:
        raise Refused("CMN0010") from None
    if lines.pop() != "":
        raise Refused("CMN0010")
    rows: list[Row] = []
    for line in lines:
        texts = line.split(",")
        if [len(text) for text in texts] != list(_WIDTHS):
            raise Refused("CMN0010")
        rows.append({name: text.rstrip(" ") for name, text in zip(_INQUIRY, texts, strict=True)})
    return rows
