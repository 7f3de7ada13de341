"""情報提供等記録: IF_TKM_*."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.simulator import wire
from gateway.simulator.desks.desk import (
    FILE_RECORDS,
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
from gateway.simulator.desks.inquiries import Inquiries
from gateway.simulator.wire import Refused, Reply, Request


class Records:
    """Gives out the records of both sides."""

    def __init__(self, office: Office, inquiries: Inquiries) -> None:
        self._office = office
        self._state = office.state
        self._inquiries = inquiries
        self.interfaces: dict[str, Handler] = {}
        self.uploads: dict[str, Upload] = {
            "IF_TKM_40113": self._records_file,
            "IF_TKM_40133": self._updates_file,
        }
        self.fetched: tuple[str, ...] = ("IF_TKM_40124", "IF_TKM_40144")
        self.files: dict[str, FileMaker] = {"exchange_records": self._exchange_records}

    def _records_file(self, request: Request, entries: Mapping[str, bytes], now: datetime) -> Reply:
        after = request.said("AfterSequence")
        if not after.isdigit():
            raise Refused("CMN0005", "AfterSequence")
        self._inquiries.settle(now)
        return self._office.receipt("IF_TKM_40124", "exchange_records", int(after), now)

    def _updates_file(self, request: Request, entries: Mapping[str, bytes], now: datetime) -> Reply:
        fates: list[list[str]] = []
        taken: list[list[Any]] = []
        seen: set[str] = set()
        for row in at_most(request.records, FILE_RECORDS):
            record_id = row.get("RecordIdentificationNumber", "")
            code, about = self._update_refusal(row, record_id, seen)
            seen.add(record_id)
            fates.append([record_id, code, about])
            if not code:
                withheld = row["NonDisclosureCode"] == "1"
                taken.append([record_id, int(row["SequenceNumber"]), withheld])
        if taken:
            self._state.commit("records_updated", told=taken)
        return self._office.receipt("IF_TKM_40144", "fates", fates, now)

    def _update_refusal(self, row: Row, record_id: str, seen: set[str]) -> tuple[str, str]:
        if record_id in seen or record_id in self._state.record_updates:
            return "CMN0001", ""
        if not RECORD_ID.fullmatch(record_id):
            return "CMN0005", "RecordIdentificationNumber"
        if row.get("NonDisclosureCode") not in {"0", "1"}:
            return "CMN0005", "NonDisclosureCode"
        sequence = row.get("SequenceNumber", "")
        if not sequence.isdigit() or not 0 < int(sequence) <= len(self._state.records):
            return "CMN0003", ""
        return "", ""

    def _exchange_records(self, after: int, at: float) -> list[str]:
        shown = []
        for sequence, told in enumerate(self._state.records[after:][:FILE_RECORDS], after + 1):
            texts = {
                "SequenceNumber": str(sequence),
                "Side": told["side"],
                "InquirerOrganizationCode": told["inquirer"],
                "ProviderOrganizationCode": told["provider"],
                "IntegratedAddressNumber": told["number"],
                "AffairCode": told["affair"],
                "ProcedureCode": told["procedure"],
                "SpecificPersonalInformationCode": told["information"],
                "RequestedAt": iso(moment(told["asked_at"])),
                "ProvidedAt": iso(moment(told["provided_at"])) if told["provided_at"] else "",
                "Result": told["result"],
                "NonDisclosureCode": yes(told["withheld"]),
                "RecordIdentificationNumber": told["record"],
            }
            shown.append(wire.record(texts, wire.names(told["items"])))
        return shown
