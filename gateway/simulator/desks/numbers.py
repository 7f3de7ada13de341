"""Numbers, 符号取得 and the flags of a number: IF_FGU_*, IF_DBM_50111, 80111, 90112."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from gateway.simulator import masters, wire
from gateway.simulator.desks.desk import (
    NUMBERS,
    FileMaker,
    Handler,
    Office,
    Upload,
    at_most,
    fate,
    sane_numbers,
    spread,
)
from gateway.simulator.juki_net import SealNotOpened, cause_of_failure
from gateway.simulator.wire import Refused, Reply, Request


class Numbers:
    """Knows people by number only; their 符号 come over the 住基ネット side."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._state = office.state
        self.interfaces: dict[str, Handler] = {
            "IF_FGU_20221": self._numbers,
            "IF_FGU_20215": self._code_requests,
        }
        self._ordered: list[str] = []
        self._ordered_at = -1
        self.uploads: dict[str, Upload] = {}
        self.fetched: tuple[str, ...] = ("IF_FGU_20234",)
        self.files: dict[str, FileMaker] = {
            "code_requests": self._code_records,
            "code_states": self._code_states,
        }

    def _numbers(self, request: Request, now: datetime) -> Reply:
        kind = request.said("Kind")
        if kind == "5":
            held = self._held_after(request.said("After"))
            return self._office.receipt("IF_FGU_20234", "code_states", held, now)
        numbers = sane_numbers(request.numbers)
        if kind == "1":
            new = [n for n in numbers if n not in self._state.people]
            if new:
                self._state.commit("numbers", told=new)
            return Reply({}, [fate("IntegratedAddressNumber", n) for n in numbers])
        if kind == "2":
            gone = [n for n in numbers if n in self._state.people]
            if gone:
                self._state.commit("numbers_gone", told=gone)
            known = set(gone)
            return Reply(
                {},
                [
                    fate("IntegratedAddressNumber", n, "" if n in known else "CMN0002", n)
                    for n in numbers
                ],
            )
        if kind == "3":
            return self._code_file(numbers, now)
        if kind == "4":
            return self._office.receipt("IF_FGU_20234", "code_states", numbers, now)
        raise Refused("CMN0005", "Kind")

    def _held_after(self, after: str) -> list[str]:
        """Return the next numbers in order; sorted anew only where some came or went."""
        people = self._state.people
        if self._ordered_at != self._state.number_changes:
            self._ordered, self._ordered_at = sorted(people), self._state.number_changes
        start = bisect_right(self._ordered, after)
        return self._ordered[start : start + NUMBERS]

    def _code_file(self, numbers: Sequence[str], now: datetime) -> Reply:
        wanted, refused = [], []
        for number in numbers:
            person = self._state.people.get(number)
            if person is None:
                refused.append([number, "CMN0002"])
            elif person.code_status(now.timestamp()) in {"2", "3"}:
                refused.append([number, "CMN0004"])
            else:
                wanted.append(number)
        serials = self._state.new_serials(len(wanted))
        pairs = [list(pair) for pair in zip(serials, wanted, strict=True)]
        if pairs:
            self._state.commit("serials", pairs=pairs)
        return self._office.receipt(
            "IF_FGU_20234", "code_requests", {"requests": pairs, "refused": refused}, now
        )

    def _code_requests(self, request: Request, now: datetime) -> Reply:
        at = now.timestamp()
        sent: dict[str, list[Any]] = {}
        fates = []
        for row in at_most(request.records, NUMBERS):
            serial = row.get("ProcessSerialNumber", "")
            code = self._code_refusal(serial, sent)
            if not code:
                try:
                    number = self._office.juki_net.open(row.get("SealedIndividualNumber", ""))
                except SealNotOpened:
                    code = "CMN0005"
                else:
                    sent[serial] = self._acquisition(serial, number, at)
            fates.append(fate("ProcessSerialNumber", serial, code, "SealedIndividualNumber"))
        if sent:
            self._state.commit("codes", told=list(sent.values()))
        return Reply({}, fates)

    def _code_refusal(self, serial: str, sent: Mapping[str, object]) -> str:
        if serial in self._state.used_serials or serial in sent:
            return "CMN0001"
        return "" if serial in self._state.serials else "CMN0003"

    def _acquisition(self, serial: str, individual_number: str, at: float) -> list[Any]:
        person = self._state.people.get(self._state.serials[serial])
        cause = cause_of_failure(
            individual_number,
            person.attempts + 1 if person else 1,
            busy_one_in=self._office.settings.codes_busy_one_in,
            nobody_one_in=self._office.settings.codes_nobody_one_in,
        )
        mark = None if cause else self._office.citizens.who(individual_number)
        delay = self._office.settings.code_delay * (0.5 + spread(serial))
        return [serial, at + delay, cause, mark]

    def _code_state(self, number: str, at: float) -> str:
        person = self._state.people.get(number)
        status = person.code_status(at) if person else "9"
        cause = person.cause if person and status == "4" else ""
        return wire.record(
            {"IntegratedAddressNumber": number, "CodeStatus": status, "Cause": cause}
        )

    def _code_states(self, told: Sequence[str], at: float) -> Sequence[str]:
        return [self._code_state(number, at) for number in told]

    def _code_records(self, told: Mapping[str, Any], at: float) -> Sequence[str]:
        return _code_records(told["requests"], told["refused"])


def _code_records(requests: Sequence[Sequence[str]], refused: Sequence[Sequence[str]]) -> list[str]:
    granted = [
        wire.record(
            {
                "IntegratedAddressNumber": number,
                "ProcessSerialNumber": serial,
                "ResultCode": "",
                "ResultMessage": "",
            }
        )
        for serial, number in requests
    ]
    return granted + [
        wire.record(
            {
                "IntegratedAddressNumber": number,
                "ProcessSerialNumber": "",
                "ResultCode": code,
                "ResultMessage": masters.message(code, number),
            }
        )
        for number, code in refused
    ]
