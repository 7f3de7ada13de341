"""副本: IF_DBM_10111, 20113, 20314, 30112."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from gateway.simulator import wire
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
    fate,
)
from gateway.simulator.wire import Refused, Reply, Request

_COPY_KEY: Final = (
    "IntegratedAddressNumber",
    "SpecificPersonalInformationCode",
    "DataSetIdentificationItemCode",
    "DataSetRecordKey",
    "SPIMajorVersion",
)
_COPY: Final = (
    *_COPY_KEY,
    "PublicationDate",
    "PublishedEndDate",
    "ParentDataSetRecordKey",
    "AdministrativeRegionCode",
    "DuplicateCopyData",
)


class Copies:
    """Keeps what the city registered, and tells what it keeps."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._state = office.state
        self.interfaces: dict[str, Handler] = {
            "IF_DBM_10111": self._copy_online,
            "IF_DBM_30112": self._copies_held,
        }
        self.uploads: dict[str, Upload] = {"IF_DBM_20113": self._copies_file}
        self.fetched: tuple[str, ...] = ("IF_DBM_20314",)
        self.files: dict[str, FileMaker] = {}

    def _copy_online(self, request: Request, now: datetime) -> Reply:
        if len(request.records) != 1:
            raise Refused("CMN0006")
        attachment = request.attachment
        segment = (
            attachment.findtext("SegmentOfRegistrationDelete") if attachment is not None else ""
        )
        if segment not in {"1", "2"}:
            raise Refused("CMN0005", "SegmentOfRegistrationDelete")
        fates = self._take_copies([(segment, request.records[0])])
        return Reply({}, [fate("RecordIdentificationNumber", *told) for told in fates])

    def _copies_file(self, request: Request, entries: Mapping[str, bytes], now: datetime) -> Reply:
        rows: list[tuple[str, Row]] = []
        for name, content in entries.items():
            if "_ATTACH_" not in name:
                continue
            attachment = wire.parse(content)
            segment = attachment.findtext("SegmentOfRegistrationDelete") or ""
            if attachment.tag != "Attachment" or segment not in {"1", "2"}:
                raise Refused("CMN0010")
            rows += [(segment, row) for row in wire.records_of(attachment)]
        at_most(rows, FILE_RECORDS)
        return self._office.receipt("IF_DBM_20314", "fates", self._take_copies(rows), now)

    def _take_copies(self, rows: Sequence[tuple[str, Row]]) -> list[list[str]]:
        kept: list[list[str]] = []
        gone: list[list[str]] = []
        fates = []
        seen: set[str] = set()
        for segment, row in rows:
            record_id = row.get("RecordIdentificationNumber", "")
            names = _COPY if segment == "1" else _COPY_KEY
            code, about = self._copy_refusal(record_id, row, names, seen)
            fates.append([record_id, code, about])
            seen.add(record_id)
            if not code:
                (kept if segment == "1" else gone).append([record_id, *(row[n] for n in names)])
        if kept:
            self._state.commit("copies", told=kept)
        if gone:
            self._state.commit("copies_gone", told=gone)
        return fates

    def _copy_refusal(
        self, record_id: str, row: Row, names: Iterable[str], seen: set[str]
    ) -> tuple[str, str]:
        if record_id in seen or record_id in self._state.copy_records:
            return "CMN0001", ""
        missing = next((name for name in names if name not in row), "")
        if not RECORD_ID.fullmatch(record_id):
            missing = "RecordIdentificationNumber"
        if missing:
            return "CMN0005", missing
        if not INFORMATION.fullmatch(row["SpecificPersonalInformationCode"]):
            return "CMN0005", "SpecificPersonalInformationCode"
        if row["IntegratedAddressNumber"] not in self._state.people:
            return "CMN0002", row["IntegratedAddressNumber"]
        if "PublicationDate" in names:
            return _bad_copy_content(row)
        return "", ""

    def _copies_held(self, request: Request, now: datetime) -> Reply:
        holdings = self._state.holdings[request.said("SpecificPersonalInformationCode")]
        bucket = request.said("Bucket")
        if not bucket:
            whole = holdings.whole
            records = [
                wire.record({"Count": str(t.count), "Digest": t.digest, "Bucket": name})
                for name, t in sorted(holdings.buckets.items())
                if t.count
            ]
        else:
            whole = holdings.buckets[bucket]
            records = [
                wire.record(
                    {
                        "IntegratedAddressNumber": number,
                        "DataSetIdentificationItemCode": copy.dataset,
                        "DataSetRecordKey": copy.key,
                        "SPIMajorVersion": copy.version,
                        "Digest": copy.digest.hex(),
                    }
                )
                for number, copies in holdings.by_number.items()
                if number.endswith(bucket)
                for copy in copies.values()
            ]
        return Reply({"Count": str(whole.count), "Digest": whole.digest}, records)

    def items(self, number: str, information: str, on: date) -> dict[str, Any] | None:
        """Return what the copies of somebody answer on a day, None if there is none."""
        today = on.isoformat()
        found: dict[str, Any] = {}
        copies = self._state.holdings[information].by_number.get(number, {})
        # A newer layout version of a record stands for the older ones.
        for _, copy in sorted(copies.items()):
            if copy.published_from <= today <= copy.published_until:
                for name, value in wire.items_of_copy(copy.data).items():
                    if isinstance(value, list):
                        found.setdefault(name, []).extend(value)
                    else:
                        found[name] = value
        return found or None


def _bad_copy_content(row: Row) -> tuple[str, str]:
    for name in ("PublicationDate", "PublishedEndDate"):
        try:
            date.fromisoformat(row[name])
        except ValueError:
            return "CMN0005", name
    if row["PublicationDate"] > row["PublishedEndDate"]:
        return "CMN0005", "PublishedEndDate"
    try:
        wire.parse(row["DuplicateCopyData"].encode())
    except Refused:
        return "CMN0005", "DuplicateCopyData"
    return "", ""
