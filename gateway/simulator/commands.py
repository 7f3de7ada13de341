"""What the far end can be told: hours, delays, faults, inquiries to the city; and how it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.simulator import faults as fault
from gateway.simulator import masters
from gateway.simulator.desks.desk import Settings
from gateway.simulator.desks.masters import FIELDS as MASTER_FIELDS
from gateway.simulator.faults import Fault, Faults
from gateway.simulator.hours import HoursNotUnderstood, WeeklyHours
from gateway.simulator.messages import Messages
from gateway.simulator.platform import Platform
from gateway.simulator.script import Script
from gateway.simulator.state.provisions import Provision

_CHILD_ALLOWANCE: Final = "TM99000000000027"
_MOST_AT_ONCE: Final = 1000
_NEWEST: Final = 30
_STATES: Final = {
    "1": "waiting",
    "2": "answer_registered",
    "3": "sent",
    "4": "withdrawn",
    "5": "refused",
}
_RESULTS: Final = {
    "": "",
    "01": "provided",
    "02": "no_record",
    "03": "refused",
    "04": "not_permitted",
}
_NOTICES: Final = {
    "1": "accepted",
    "2": "delivered",
    "3": "read",
    "4": "withdrawn",
    "9": "undeliverable",
}
_CODE_STATES: Final = {"1": "not_requested", "2": "requested", "3": "acquired", "4": "failed"}


Clock = Callable[[], datetime]
Command = Callable[[dict[str, Any]], dict[str, Any]]


class NotUnderstood(ValueError):
    """A command with an item that is missing or not of its kind."""


class Commands:
    """The commands, by name, each with what was told of it."""

    def __init__(
        self,
        platform: Platform,
        faults: Faults,
        refuse: Callable[[float], None],
        clock: Clock,
        *,
        messages: Messages,
        script: Script,
    ) -> None:
        self._platform = platform
        self._faults = faults
        self._refuse = refuse
        self.clock = clock
        self._messages = messages
        self._script = script
        self.by_name: dict[str, Command] = {
            "open": self.open,
            "close": self.close,
            "settings": self.settings,
            "faults": self.put_fault,
            "ask": self.ask,
            "look": self.look,
            "read": self.read,
            "master": self.master,
            "withdraw": self.withdraw,
            "tamper": self.tamper,
            "tamper_numbers": self.tamper_numbers,
        }

    def run_script(self) -> None:
        """Will do the steps of the script that are due."""
        if self._script.run_due(self.clock(), self._messages, self._do):
            self._platform.state.flush()

    def _do(self, command: str, told: dict[str, Any]) -> object:
        return self.by_name[command](told)

    def open(self, told: dict[str, Any]) -> dict[str, Any]:
        """Will open at once (`until` / `seconds`), or go back to the hours (`by_hours`)."""
        if told.get("by_hours"):
            self._platform.state.commit("operating", told={})
        else:
            self._operate(is_open=True, told=told)
        return self.state()

    def close(self, told: dict[str, Any]) -> dict[str, Any]:
        """Will close at once; `until` (ISO 8601) or `seconds`, else until it is opened."""
        self._operate(is_open=False, told=told)
        return self.state()

    def settings(self, told: dict[str, Any]) -> dict[str, Any]:
        """Will change delays and luck (the fields of `Settings`), or `hours`."""
        known = {f.name: f for f in fields(Settings)}
        for name, value in told.items():
            if name == "hours":
                try:
                    self._platform.hours = WeeklyHours.read(str(value))
                except HoursNotUnderstood as error:
                    raise NotUnderstood(str(error)) from None
            elif name in known and isinstance(value, int | float) and value >= 0:
                setattr(self._platform.settings, name, value)
            else:
                raise NotUnderstood(name)
        return self.state()

    def put_fault(self, told: dict[str, Any]) -> dict[str, Any]:
        """Will put a fault on (`kind`, and the fields of `Fault`), or take all off (`clear`)."""
        if told.get("clear"):
            self._faults.clear()
            return self.state()
        if told.get("kind") not in fault.KINDS:
            raise NotUnderstood("kind")
        try:
            new = Fault(**told)
        except TypeError:
            raise NotUnderstood("kind, interfaces, count, seconds, rate") from None
        if new.kind == fault.REFUSE:
            if not 0 < new.seconds <= 3600:  # noqa: PLR2004 - it cannot be called back while it lasts
                raise NotUnderstood("seconds")
            self._refuse(new.seconds)
        else:
            self._faults.put(new)
        return self.state()

    def ask(self, told: dict[str, Any]) -> dict[str, Any]:
        """
        Will ask the city under an `item` (26, 30, 87, 106; any other may not).

        `information_code` (児童手当関係情報 if absent), `integrated_number` or `count` of people
        who have such a copy, `withheld`.
        """
        item = told.get("item")
        information = told.get("information_code", _CHILD_ALLOWANCE)
        count = told.get("count", 1)
        if not isinstance(item, int) or not isinstance(information, str):
            raise NotUnderstood("item, information_code")
        if not isinstance(count, int) or not 0 < count <= _MOST_AT_ONCE:
            raise NotUnderstood("count")
        numbers = [str(told["integrated_number"])] if told.get("integrated_number") else []
        if not numbers:
            held = self._platform.state.holdings[_CHILD_ALLOWANCE].by_number
            numbers = sorted(held)[:count]
        if not numbers:
            raise NotUnderstood("integrated_number (no copy is held yet)")
        now = self.clock()
        asked = [
            self._platform.provisions.ask_the_city(
                item=item,
                information=information,
                number=number,
                withheld=bool(told.get("withheld")),
                now=now,
            )
            for number in numbers
        ]
        return {"asked": [self._provision(p) for p in asked]}

    def look(self, told: dict[str, Any]) -> dict[str, Any]:
        """Will have a person look at their own data (自己情報開示) in マイナポータル."""
        number = str(told.get("integrated_number") or "")
        held = self._platform.state.holdings[_CHILD_ALLOWANCE].by_number
        number = number or next(iter(sorted(held)), "")
        if number not in self._platform.state.people:
            raise NotUnderstood("integrated_number")
        one = self._platform.disclosures.asked_by_the_person(
            number, str(told.get("information_code", _CHILD_ALLOWANCE)), self.clock()
        )
        return {"looked": {"disclosure_id": one.disclosure_id, "result": one.result}}

    def read(self, told: dict[str, Any]) -> dict[str, Any]:
        """Will have people read the notices (`record_ids`; all that were delivered if absent)."""
        wanted = told.get("record_ids", list(self._platform.state.notices))
        if not isinstance(wanted, list):
            raise NotUnderstood("record_ids")
        read = self._platform.notices.read_by_people([str(r) for r in wanted], self.clock())
        return {"read": read}

    def master(self, told: dict[str, Any]) -> dict[str, Any]:
        """Will change a master: the items of a line of マスター更新情報."""
        unknown = sorted(set(told) - set(MASTER_FIELDS))
        if unknown or told.get("MasterType") not in {"1", "2"} or not told.get("ValidFrom"):
            raise NotUnderstood(", ".join(unknown) or "MasterType, ValidFrom")
        row = {"ChangeType": "1", **{name: str(value) for name, value in told.items()}}
        self._platform.state.commit("master", told=[row])
        return {"master": row}

    def withdraw(self, told: dict[str, Any]) -> dict[str, Any]:
        """Will have the other organisation take its inquiry (`provision_id`) back."""
        self._platform.provisions.withdraw(str(told.get("provision_id", "")))
        return self.state()

    def tamper(self, told: dict[str, Any]) -> dict[str, Any]:
        """
        Will make the platform's 副本 differ from what the city sent, as a fault of its own would.

        `what`: `lose` (a copy is gone), `spoil` (another content) or `invent` (one nobody sent), for
        `count` people of an `information_code`.
        """
        information = str(told.get("information_code", _CHILD_ALLOWANCE))
        count, what = told.get("count", 1), told.get("what")
        if not isinstance(count, int) or not 0 < count <= _MOST_AT_ONCE:
            raise NotUnderstood("count")
        if what not in {"lose", "spoil", "invent"}:
            raise NotUnderstood("what")
        self._platform.tamper(str(what), information, count)
        return self.state()

    def tamper_numbers(self, told: dict[str, Any]) -> dict[str, Any]:
        """
        Will make the numbers that the platform knows differ from those of the city.

        `what`: `lose` (a number is gone), `forget` (its 符号 was never asked for) or `invent` (one that
        nobody told), for `count` of them.
        """
        count, what = told.get("count", 1), told.get("what")
        if not isinstance(count, int) or not 0 < count <= _MOST_AT_ONCE:
            raise NotUnderstood("count")
        if what not in {"lose", "forget", "invent"}:
            raise NotUnderstood("what")
        self._platform.tamper_numbers(str(what), count)
        return self.state()

    def state(self) -> dict[str, Any]:
        """Return how the platform stands: counts, digests, settings, faults."""
        platform = self._platform
        now = self.clock()
        platform.inquiries.settle(now)
        at = now.timestamp()
        is_open, closes_at, reopens_at = platform.open_at(now)
        codes = Counter(p.code_status(at) for p in platform.state.people.values())
        provisions = Counter(p.state for p in platform.state.provisions.values())
        inquiries = platform.state.inquiries.values()
        notices = platform.state.notices.values()
        return {
            "now": now.isoformat(),
            "open": is_open,
            "closes_at": closes_at.isoformat() if closes_at else None,
            "reopens_at": reopens_at.isoformat() if reopens_at else None,
            "numbers": len(platform.state.people),
            "codes": {name: codes.get(code, 0) for code, name in _CODE_STATES.items()},
            "no_automatic_answer": sum(
                p.no_automatic_answer for p in platform.state.people.values()
            ),
            "copies": {
                information: {"count": h.whole.count, "digest": h.whole.digest}
                for information, h in sorted(platform.state.holdings.items())
                if h.whole.count
            },
            "inquiries": {
                "total": len(inquiries),
                "answered": sum(at >= i.ready_at and not i.cancelled for i in inquiries),
                "cancelled": sum(i.cancelled for i in inquiries),
            },
            "provisions": {name: provisions.get(code, 0) for code, name in _STATES.items()},
            "exchange_records": len(platform.state.records),
            "notices": dict(Counter(_NOTICES[n.status(at)] for n in notices)),
            "disclosures": len(platform.state.disclosures),
            "master_changes": len(platform.state.master_changes),
            "citizens_elsewhere": len(platform.citizens),
            "requests": dict(sorted(platform.state.requests.items())),
            "settings": asdict(platform.settings),
            "faults": [asdict(f) for f in self._faults.active],
            "script": self._script.told(),
        }

    # ------------------------------------------------------------ inside

    def _operate(self, *, is_open: bool, told: dict[str, Any]) -> None:
        until = None
        try:
            if told.get("until"):
                until = datetime.fromisoformat(str(told["until"]))
            elif told.get("seconds"):
                until = self.clock() + timedelta(seconds=float(told["seconds"]))
        except (ValueError, OverflowError):
            raise NotUnderstood("until, seconds") from None
        if until is not None and until.tzinfo is None:
            raise NotUnderstood("until (an offset is missing)")
        moment = until.isoformat() if until else None
        self._platform.state.commit("operating", told={"is_open": is_open, "until": moment})

    def _provision(self, provision: Provision) -> dict[str, Any]:
        refused = provision.result == "04"
        return {
            "provision_id": provision.provision_id,
            "integrated_number": provision.number,
            "item": provision.item,
            "information_code": provision.information,
            "state": _STATES[provision.state],
            "result": _RESULTS[provision.result],
            "message": masters.message("SKI0102", provision.information) if refused else "",
            "items": provision.items if provision.state == "3" else {},
        }

    def waiting(self) -> dict[str, Any]:
        """Return the newest inquiries to the city: what became of each, those that wait first."""
        every = reversed(self._platform.state.provisions.values())
        newest = sorted(every, key=lambda p: p.state not in {"1", "2"})[:_NEWEST]
        return {
            "asked": [
                {**self._provision(p), "asker": self._platform.asker_name(p.item)} for p in newest
            ]
        }
