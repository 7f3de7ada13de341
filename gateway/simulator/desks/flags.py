"""自動応答不可フラグ and 不開示該当フラグ: IF_DBM_4* to IF_DBM_9*."""

from __future__ import annotations

from datetime import datetime

from gateway.simulator import wire
from gateway.simulator.desks.desk import FileMaker, Handler, Office, Upload, fate, sane_numbers, yes
from gateway.simulator.wire import Refused, Reply, Request


class Flags:
    """Keeps what the platform may not answer by itself, and what may not be shown."""

    def __init__(self, office: Office) -> None:
        self._state = office.state
        self.interfaces: dict[str, Handler] = {
            "IF_DBM_50111": self._flag,
            "IF_DBM_80111": self._flag,
            "IF_DBM_90112": self._flags,
        }
        self.uploads: dict[str, Upload] = {}
        self.fetched: tuple[str, ...] = ()
        self.files: dict[str, FileMaker] = {}

    def _flag(self, request: Request, now: datetime) -> Reply:
        name = "no_automatic_answer" if request.interface == "IF_DBM_50111" else "withheld"
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

    def _flags(self, request: Request, now: datetime) -> Reply:
        people = [(n, self._state.people.get(n)) for n in sane_numbers(request.numbers)]
        return Reply(
            {},
            [
                wire.record(
                    {
                        "IntegratedAddressNumber": number,
                        "NoAutomaticAnswer": yes(person.no_automatic_answer),
                        "NonDisclosure": yes(person.withheld),
                    }
                )
                for number, person in people
                if person is not None
            ],
        )
