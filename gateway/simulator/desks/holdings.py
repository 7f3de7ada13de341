"""What is held, would be answered and was told, and the end of a publication: IF_DBM_30212 to 90332."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from gateway.simulator import wire
from gateway.simulator.desks.copies import Copies
from gateway.simulator.desks.desk import (
    FILE_RECORDS,
    INFORMATION,
    RECORD_ID,
    FileMaker,
    Handler,
    Office,
    Row,
    Upload,
    at_most,
    iso,
    moment,
    yes,
)
from gateway.simulator.wire import Refused, Reply, Request

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Holdings:
    """Tells of what the platform holds, and ends publications."""

    def __init__(self, office: Office, copies: Copies) -> None:
        self._office = office
        self._state = office.state
        self._copies = copies
        self.interfaces: dict[str, Handler] = {
            "IF_DBM_30212": self._detail,
            "IF_DBM_30312": self._search,
            "IF_DBM_60412": self._recipients,
            "IF_DBM_90311": self._end,
            "IF_DBM_90321": self._undo,
            "IF_DBM_90332": self._result,
        }
        self.uploads: dict[str, Upload] = {"IF_DBM_60423": self._recipients_file}
        self.fetched: tuple[str, ...] = ("IF_DBM_60434",)
        self.files: dict[str, FileMaker] = {"recipients": self._recipient_records}

    def _detail(self, request: Request, now: datetime) -> Reply:
        number, information = self._person(request)
        key = (
            request.said("DataSetIdentificationItemCode"),
            request.said("DataSetRecordKey"),
            request.said("SPIMajorVersion"),
        )
        copy = self._state.holdings[information].by_number.get(number, {}).get(key)
        if copy is None:
            return Reply({})
        told = {
            "IntegratedAddressNumber": copy.number,
            "SpecificPersonalInformationCode": copy.information,
            "DataSetIdentificationItemCode": copy.dataset,
            "DataSetRecordKey": copy.key,
            "SPIMajorVersion": copy.version,
            "PublicationDate": copy.published_from,
            "PublishedEndDate": copy.published_until,
            "ParentDataSetRecordKey": copy.parent_key,
            "AdministrativeRegionCode": copy.ward,
            "DuplicateCopyData": copy.data,
        }
        return Reply({}, [wire.record(told)])

    def _search(self, request: Request, now: datetime) -> Reply:
        number, information = self._person(request)
        day = self._day(request, "InquiryDate")
        found = self._copies.items(number, information, day)
        held = self._state.holdings[information].by_number.get(number, {})
        shown = [
            c for c in held.values() if c.published_from <= day.isoformat() <= c.published_until
        ]
        answers = not self._state.holds_back(number, information)
        body = {"Count": str(len(shown)), "AutomaticAnswer": yes(answers)}
        return Reply(body, [wire.record({}, wire.items(found or {}))])

    def _person(self, request: Request) -> tuple[str, str]:
        number = request.said("IntegratedAddressNumber")
        information = request.said("SpecificPersonalInformationCode")
        if number not in self._state.people:
            raise Refused("CMN0002", number)
        if not INFORMATION.fullmatch(information):
            raise Refused("CMN0005", "SpecificPersonalInformationCode")
        return number, information

    def _day(self, request: Request, name: str) -> date:
        text = request.said(name)
        try:
            if _DAY.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        raise Refused("CMN0005", name)

    # 提供先

    def _recipients(self, request: Request, now: datetime) -> Reply:
        asked = self._asked(at_most(request.records, 1))
        return Reply({}, self._recipient_records(asked, now.timestamp()))

    def _recipients_file(
        self, request: Request, entries: Mapping[str, bytes], now: datetime
    ) -> Reply:
        asked = self._asked(at_most(request.records, FILE_RECORDS))
        return self._office.receipt("IF_DBM_60434", "recipients", asked, now)

    def _asked(self, rows: Sequence[Row]) -> list[list[str]]:
        names = ("IntegratedAddressNumber", "SpecificPersonalInformationCode")
        return [[row.get(name, "") for name in names] for row in rows]

    def _recipient_records(self, asked: Sequence[Sequence[str]], at: float) -> list[str]:
        wanted = {(number, information) for number, information in asked}
        return [
            self._recipient(told)
            for told in self._state.records
            if told["side"] == "2"
            and told["result"] == "01"
            and (told["number"], told["information"]) in wanted
        ]

    def _recipient(self, told: Mapping[str, Any]) -> str:
        texts = {
            "IntegratedAddressNumber": told["number"],
            "SpecificPersonalInformationCode": told["information"],
            "InquirerOrganizationCode": told["inquirer"],
            "InquirerName": self._office.masters.asker_named(told["inquirer"]),
            "AffairCode": told["affair"],
            "ProvidedAt": iso(moment(told["provided_at"])),
        }
        return wire.record(texts, wire.names(told["items"]))

    # 公開終了

    def _end(self, request: Request, now: datetime) -> Reply:
        record_id = request.said("RecordIdentificationNumber")
        information = request.said("SpecificPersonalInformationCode")
        ends_on = self._day(request, "PublishedEndDate").isoformat()
        if not RECORD_ID.fullmatch(record_id):
            raise Refused("CMN0005", "RecordIdentificationNumber")
        if any(end.record_id == record_id for end in self._state.ends.values()):
            raise Refused("CMN0001")
        if not INFORMATION.fullmatch(information):
            raise Refused("CMN0005", "SpecificPersonalInformationCode")
        receipt = f"E{len(self._state.ends) + 1:015d}"
        told = [record_id, information, request.said("SPIMajorVersion"), ends_on]
        ready_at = now.timestamp() + self._office.settings.end_delay
        self._state.commit("end", receipt=receipt, told=told, ready_at=ready_at)
        return Reply({"ReceiptNumber": receipt})

    def _undo(self, request: Request, now: datetime) -> Reply:
        receipt = request.said("ReceiptNumber")
        self.settle(now)
        end = self._state.ends.get(receipt)
        if end is None:
            raise Refused("CMN0003")
        if end.state == "2":
            raise Refused("CMN0004")
        if end.state == "1":
            self._state.commit("end_undone", receipt=receipt)
        return Reply({})

    def _result(self, request: Request, now: datetime) -> Reply:
        self.settle(now)
        end = self._state.ends.get(request.said("ReceiptNumber"))
        if end is None:
            raise Refused("CMN0003")
        return Reply({"EndState": end.state, "Count": str(end.count)})

    def settle(self, now: datetime) -> None:
        """Will carry out the ends whose time has come."""
        for receipt, end in self._state.ends.items():
            if end.state == "1" and end.ready_at <= now.timestamp():
                self._state.commit("ended", receipt=receipt)
