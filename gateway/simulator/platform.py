"""The platform: opens a message, sends it to its desk, and keeps its hours."""

from __future__ import annotations

from datetime import datetime

from gateway.simulator import masters, wire
from gateway.simulator.citizens import Citizens
from gateway.simulator.desks.copies import Copies
from gateway.simulator.desks.desk import (
    Desk,
    FileMaker,
    Handler,
    Office,
    Settings,
    Upload,
    fates,
    iso,
)
from gateway.simulator.desks.disclosures import Disclosures
from gateway.simulator.desks.flags import Flags
from gateway.simulator.desks.holdings import Holdings
from gateway.simulator.desks.inquiries import Inquiries
from gateway.simulator.desks.masters import MasterChanges
from gateway.simulator.desks.notices import Notices
from gateway.simulator.desks.numbers import Numbers
from gateway.simulator.desks.provisions import Provisions
from gateway.simulator.desks.records import Records
from gateway.simulator.hours import WeeklyHours
from gateway.simulator.juki_net import JukiNet
from gateway.simulator.masters import Masters
from gateway.simulator.state import State
from gateway.simulator.state.copies import Copy
from gateway.simulator.wire import Refused, Reply, Request


class Platform:
    """
    The platform. `now` is the moment a message came in.

    :param city: 機関コード that this line belongs to.
    """

    def __init__(
        self,
        state: State,
        citizens: Citizens,
        juki_net: JukiNet,
        *,
        hours: WeeklyHours,
        settings: Settings,
        city: str = masters.SAPPORO,
    ) -> None:
        self.state = state
        self.hours = hours
        self.settings = settings
        self.citizens = citizens
        self._juki_net = juki_net
        office = Office(state, citizens, juki_net, settings, city, Masters())
        self._office = office
        copies = Copies(office)
        self.inquiries = Inquiries(office)
        self.provisions = Provisions(office, copies)
        self.notices = Notices(office)
        self.disclosures = Disclosures(office, copies)
        desks: tuple[Desk, ...] = (
            Numbers(office),
            copies,
            Flags(office),
            Holdings(office, copies),
            self.inquiries,
            self.provisions,
            Records(office, self.inquiries),
            self.notices,
            self.disclosures,
            MasterChanges(office),
        )
        self._interfaces: dict[str, Handler] = {"IF_SYM_20212": self._operating_state}
        self._uploads: dict[str, Upload] = {}
        self._files: dict[str, FileMaker] = {"fates": fates}
        for desk in desks:
            self._interfaces.update(desk.interfaces)
            self._interfaces.update(dict.fromkeys(desk.fetched, self._fetch))
            self._uploads.update(desk.uploads)
            self._files.update(desk.files)

    def asker_name(self, item: int) -> str:
        """Return who asks under an item, in words."""
        return self._office.masters.asker(item).name

    def open_at(self, now: datetime) -> tuple[bool, datetime | None, datetime | None]:
        """Return whether it is open, when it closes, when it reopens (None: not known)."""
        told = self.state.operating
        until = datetime.fromisoformat(told["until"]) if told.get("until") else None
        if told and (until is None or now < until):
            if told["is_open"]:
                return True, until, None
            return False, None, until
        change = self.hours.next_change(now)
        if self.hours.is_open(now):
            return True, change, None
        return False, None, change

    def read(
        self, interface: str, content: bytes, *, zipped: bool
    ) -> tuple[Request, dict[str, bytes]]:
        """
        Return a message and, for files, its entries.

        :raises Refused: it cannot be read; there may be no envelope to answer to.
        """
        if not zipped:
            if len(content) > wire.ONLINE_BYTES:
                raise Refused("CMN0006")
            return wire.read_request(interface, content), {}
        entries = wire.unpack(content)
        for name, entry in entries.items():
            if name.endswith(".xml") and "_ATTACH_" not in name:
                return wire.read_request(interface, entry), entries
        raise Refused("CMN0010")

    def handle(self, request: Request, entries: dict[str, bytes], now: datetime) -> Reply:
        """
        Return the answer to a message.

        :raises Refused: as a whole.
        """
        self.state.requests[request.interface] += 1
        reply = self._handled(request, entries, now)
        if not reply.code:
            self.state.granted[request.interface] += 1
        return reply

    def _handled(self, request: Request, entries: dict[str, bytes], now: datetime) -> Reply:
        if request.sender != self._office.city:
            raise Refused("CMN0007")
        if request.mode != "1":
            raise Refused("CMN0009")
        if request.interface in self._uploads:
            if not entries:
                raise Refused("CMN0010")
            return self._uploads[request.interface](request, entries, now)
        if request.interface not in self._interfaces:
            raise Refused("CMN0008")
        if entries:
            raise Refused("CMN0010")
        return self._interfaces[request.interface](request, now)

    def _operating_state(self, request: Request, now: datetime) -> Reply:
        is_open, closes_at, reopens_at = self.open_at(now)
        return Reply(
            {
                "OperatingState": "1" if is_open else "2",
                "ClosesAt": iso(closes_at),
                "ReopensAt": iso(reopens_at),
            }
        )

    def _fetch(self, request: Request, now: datetime) -> Reply:
        receipt = self.state.receipts.get(request.said("ReceiptNumber"))
        if receipt is None or receipt.fetched_by != request.interface:
            raise Refused("CMN0003")
        at = now.timestamp()
        if at < receipt.ready_at:
            return Reply({}, code="SYS0100")
        body = {}
        if request.interface == "IF_FGU_20234":
            body = {"SealingKey": self._juki_net.public_key}
        records = self._files[receipt.told["kind"]](receipt.told["told"], at)
        return Reply(body, records, as_file=True)

    def tamper_numbers(self, what: str, count: int) -> None:
        """Will make so many numbers, or what is known of their 符号, differ from what the city holds."""
        known = sorted(self.state.people)
        if what == "invent":
            last = int(known[-1]) if known else 0
            self.state.commit("numbers", told=[f"{last + n:015d}" for n in range(1, count + 1)])
        else:
            self.state.commit("numbers_gone", told=known[:count])
        if what == "forget":
            self.state.commit("numbers", told=known[:count])

    def tamper(self, what: str, information: str, count: int) -> None:
        """Will make so many 副本 differ from what the city sent."""
        held = self.state.holdings[information].by_number
        some = [copy for copies in held.values() for copy in copies.values()][:count]
        for place, copy in enumerate(some):
            texts = [getattr(copy, name) for name in Copy.__slots__ if name != "digest"]
            record_id = f"T{self.state.new_id()}{place}"
            if what == "lose":
                key = [copy.dataset, copy.key, copy.version]
                gone = [record_id, copy.number, copy.information, *key]
                self.state.commit("copies_gone", told=[gone])
            elif what == "spoil":
                texts[-1] = texts[-1].replace("</Data>", "<異常>1</異常></Data>")
                self.state.commit("copies", told=[[record_id, *texts]])
            else:
                texts[3] = f"{copy.key}.x"
                self.state.commit("copies", told=[[record_id, *texts]])
