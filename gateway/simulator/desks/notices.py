"""お知らせ: IF_OSR_*, shown to people by マイナポータル."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from gateway.simulator import masters, wire
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
    ids,
    iso,
    moment,
    spread,
)
from gateway.simulator.wire import Reply, Request

_MOMENT: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"
_NOTICE: Final = {
    "RecordIdentificationNumber": RECORD_ID,
    "IntegratedAddressNumber": NUMBER,
    "SenderUnitCode": re.compile(r".{0,20}"),
    "Title": re.compile(r".{1,60}"),
    "Text": re.compile(r".{1,1000}", re.DOTALL),
    "ShownFrom": re.compile(_MOMENT),
    "ShownUntil": re.compile(_MOMENT),
}


class Notices:
    """Takes notices in, has people read them, takes them back."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._state = office.state
        self.interfaces: dict[str, Handler] = {
            "IF_OSR_10111": self._online,
            "IF_OSR_20111": self._states,
            "IF_OSR_30111": self._withdraw,
        }
        self.uploads: dict[str, Upload] = {
            "IF_OSR_10123": self._file,
            "IF_OSR_20123": self._states_file,
            "IF_OSR_30123": self._withdraw_file,
        }
        self.fetched: tuple[str, ...] = ("IF_OSR_40134",)
        self.files: dict[str, FileMaker] = {
            "notice_fates": self._fate_records,
            "notice_states": self._state_records,
        }

    def read_by_people(self, record_ids: Sequence[str], now: datetime) -> int:
        """Will have people read notices that were delivered to them; return how many."""
        at = now.timestamp()
        read = [
            record_id
            for record_id in record_ids
            if (notice := self._state.notices.get(record_id)) and notice.status(at) == "2"
        ]
        if read:
            self._state.commit("notices_read", at=at, told=read)
        return len(read)

    def _online(self, request: Request, now: datetime) -> Reply:
        fates = self._take_in(at_most(request.records, ONLINE_RECORDS), now)
        return Reply({}, self._fate_records(fates, now.timestamp()))

    def _file(self, request: Request, entries: Mapping[str, bytes], now: datetime) -> Reply:
        fates = self._take_in(at_most(request.records, FILE_RECORDS), now)
        return self._office.receipt("IF_OSR_40134", "notice_fates", fates, now)

    def _take_in(self, rows: Sequence[Row], now: datetime) -> list[list[str]]:
        at = now.timestamp()
        taken: dict[str, list[Any]] = {}
        fates = []
        for row in rows:
            record_id = row.get("RecordIdentificationNumber", "")
            code, about = self._refusal(record_id, row, taken)
            fates.append([record_id, code, about])
            if code:
                continue
            person = self._state.people[row["IntegratedAddressNumber"]]
            delay = self._office.settings.answer_delay * (0.5 + spread(record_id))
            # Only somebody whose 符号 is known can be shown anything.
            deliverable = person.code_status(at) == "3"
            taken[record_id] = [record_id, at + delay, deliverable, dict(row)]
        if taken:
            self._state.commit("notices", at=at, told=list(taken.values()))
        return fates

    def _refusal(self, record_id: str, row: Row, taken: Mapping[str, object]) -> tuple[str, str]:
        wrong = next((n for n, form in _NOTICE.items() if not form.fullmatch(row.get(n, ""))), "")
        if wrong:
            return "CMN0005", wrong
        if record_id in taken or record_id in self._state.notices:
            return "CMN0001", ""
        if row["IntegratedAddressNumber"] not in self._state.people:
            return "CMN0002", row["IntegratedAddressNumber"]
        if row["ShownUntil"] <= row["ShownFrom"]:
            return "CMN0005", "ShownUntil"
        return "", ""

    def _states(self, request: Request, now: datetime) -> Reply:
        return Reply({}, self._state_records(ids(request), now.timestamp()))

    def _states_file(self, request: Request, entries: Mapping[str, bytes], now: datetime) -> Reply:
        return self._office.receipt("IF_OSR_40134", "notice_states", _file_ids(request), now)

    def _withdraw(self, request: Request, now: datetime) -> Reply:
        fates = self._take_back(ids(request), now)
        return Reply({}, self._fate_records(fates, now.timestamp()))

    def _withdraw_file(
        self, request: Request, entries: Mapping[str, bytes], now: datetime
    ) -> Reply:
        fates = self._take_back(_file_ids(request), now)
        return self._office.receipt("IF_OSR_40134", "notice_fates", fates, now)

    def _take_back(self, record_ids: Sequence[str], now: datetime) -> list[list[str]]:
        at = now.timestamp()
        fates, withdrawn = [], []
        for record_id in dict.fromkeys(record_ids):
            notice = self._state.notices.get(record_id)
            if notice is None:
                code = "CMN0003"
            elif notice.status(at) in {"3", "9"}:
                code = "CMN0004"
            else:
                code = ""
                if not notice.withdrawn:
                    withdrawn.append(record_id)
            fates.append([record_id, code, ""])
        if withdrawn:
            self._state.commit("notices_withdrawn", told=withdrawn)
        return fates

    def _fate_records(self, fates: Sequence[Sequence[str]], at: float) -> list[str]:
        return [self._told(record_id, code, about, at) for record_id, code, about in fates]

    def _state_records(self, record_ids: Iterable[str], at: float) -> list[str]:
        return [
            self._told(r, "" if r in self._state.notices else "CMN0003", "", at) for r in record_ids
        ]

    def _told(self, record_id: str, code: str, about: str, at: float) -> str:
        notice = self._state.notices.get(record_id)
        read_at = notice.read_at if notice and not notice.withdrawn else 0.0
        return wire.record(
            {
                "RecordIdentificationNumber": record_id,
                "ResultCode": code,
                "ResultMessage": masters.message(code, about),
                "NoticeStatus": notice.status(at) if notice else "0",
                "ReadAt": iso(moment(read_at)) if read_at else "",
            }
        )


def _file_ids(request: Request) -> list[str]:
    record_ids = [row.get("RecordIdentificationNumber", "") for row in request.records]
    at_most(record_ids, FILE_RECORDS)
    return record_ids
