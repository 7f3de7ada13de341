"""自動応答不可フラグ and 不開示該当フラグ: IF_DBM_4* to IF_DBM_8*, 90112 to 90212."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from gateway.simulator import wire
from gateway.simulator.desks.desk import (
    FILE_RECORDS,
    INFORMATION,
    ONLINE_RECORDS,
    RECORD_ID,
    FileMaker,
    Handler,
    Office,
    Row,
    Upload,
    at_most,
    fate,
    sane_numbers,
    yes,
)
from gateway.simulator.wire import Refused, Reply, Request

_NAMES: Final = {
    "4": "no_automatic_answer",
    "5": "no_automatic_answer",
    "7": "withheld",
    "8": "withheld",
}
_OF_INFORMATION: Final = frozenset("47")
_KIND: Final = 7  # the place of the digit in IF_DBM_40111


class Flags:
    """Keeps what the platform may not answer by itself, and what may not be shown."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._state = office.state
        self.interfaces: dict[str, Handler] = {
            "IF_DBM_40111": self._settings_online,
            "IF_DBM_50111": self._flag,
            "IF_DBM_70111": self._settings_online,
            "IF_DBM_80111": self._flag,
            "IF_DBM_90112": self._flags,
            "IF_DBM_90212": self._information_flags,
        }
        self.uploads: dict[str, Upload] = {
            **dict.fromkeys(
                ("IF_DBM_40123", "IF_DBM_50123", "IF_DBM_70123", "IF_DBM_80123"),
                self._settings_file,
            ),
            "IF_DBM_90123": self._flags_file,
        }
        self.fetched: tuple[str, ...] = (
            "IF_DBM_40134",
            "IF_DBM_50134",
            "IF_DBM_70134",
            "IF_DBM_80134",
            "IF_DBM_90134",
        )
        self.files: dict[str, FileMaker] = {"flags": self._flag_records}

    def _flag(self, request: Request, now: datetime) -> Reply:
        name = _NAMES[request.interface[_KIND]]
        on = {"1": True, "2": False}.get(request.said("SettingType"))
        if on is None:
            raise Refused("CMN0005", "SettingType")
        numbers = sane_numbers(request.numbers)
        known = [n for n in numbers if n in self._state.people]
        if known:
            self._state.commit("flags", name=name, on=on, told=known)
        return Reply(
            {},
            [
                fate(
                    "IntegratedAddressNumber",
                    n,
                    "" if n in self._state.people else "CMN0002",
                    n,
                )
                for n in numbers
            ],
        )

    def _settings_online(self, request: Request, now: datetime) -> Reply:
        rows = at_most(request.records, ONLINE_RECORDS)
        fates = self._take(request.interface, rows)
        return Reply({}, [fate("RecordIdentificationNumber", *told) for told in fates])

    def _settings_file(
        self, request: Request, entries: Mapping[str, bytes], now: datetime
    ) -> Reply:
        rows = at_most(request.records, FILE_RECORDS)
        by = request.interface.replace("23", "34")
        return self._office.receipt(by, "fates", self._take(request.interface, rows), now)

    def _take(self, interface: str, rows: Sequence[Row]) -> list[list[str]]:
        kind = interface[_KIND]
        taken: list[list[str]] = []
        fates = []
        seen: set[str] = set()
        for row in rows:
            record_id = row.get("RecordIdentificationNumber", "")
            code, about = self._refusal(row, record_id, kind, seen)
            seen.add(record_id)
            fates.append([record_id, code, about])
            if not code:
                information = row.get("SpecificPersonalInformationCode", "")
                number = row["IntegratedAddressNumber"]
                taken.append([record_id, number, information, row["SettingType"]])
        if taken:
            self._state.commit("flags_by_record", name=_NAMES[kind], told=taken)
        return fates

    def _refusal(self, row: Row, record_id: str, kind: str, seen: set[str]) -> tuple[str, str]:
        if record_id in seen or record_id in self._state.flag_records:
            return "CMN0001", ""
        if not RECORD_ID.fullmatch(record_id):
            return "CMN0005", "RecordIdentificationNumber"
        if row.get("SettingType") not in {"1", "2"}:
            return "CMN0005", "SettingType"
        code = row.get("SpecificPersonalInformationCode", "")
        if bool(INFORMATION.fullmatch(code)) is not (kind in _OF_INFORMATION):
            return "CMN0005", "SpecificPersonalInformationCode"
        number = row.get("IntegratedAddressNumber", "")
        return ("", "") if number in self._state.people else ("CMN0002", number)

    def _flags(self, request: Request, now: datetime) -> Reply:
        return Reply({}, self._flag_records(sane_numbers(request.numbers), now.timestamp()))

    def _flags_file(self, request: Request, entries: Mapping[str, bytes], now: datetime) -> Reply:
        numbers = list(sane_numbers(request.numbers))
        return self._office.receipt("IF_DBM_90134", "flags", numbers, now)

    def _flag_records(self, numbers: Sequence[str], at: float) -> list[str]:
        people = [(n, self._state.people.get(n)) for n in numbers]
        return [
            wire.record(
                {
                    "IntegratedAddressNumber": number,
                    "NoAutomaticAnswer": yes(person.no_automatic_answer),
                    "NonDisclosure": yes(person.withheld),
                }
            )
            for number, person in people
            if person is not None
        ]

    def _information_flags(self, request: Request, now: datetime) -> Reply:
        asked = [
            (row.get("IntegratedAddressNumber", ""), row.get("SpecificPersonalInformationCode", ""))
            for row in at_most(request.records, ONLINE_RECORDS)
        ]
        return Reply(
            {},
            [
                wire.record(
                    {
                        "IntegratedAddressNumber": number,
                        "SpecificPersonalInformationCode": information,
                        "NoAutomaticAnswer": yes(
                            self._state.information_flags.get((number, information), {}).get(
                                "no_automatic_answer", False
                            )
                        ),
                    }
                )
                for number, information in asked
            ],
        )
