"""What the platform knows, changed by events only: each is kept in the journal and replayed."""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.simulator.journal import Journal


@dataclass(slots=True)
class Person:
    """A 団体内統合宛名番号 that the city told, and how far its 符号 is."""

    attempts: int = 0
    asked: bool = False
    ready_at: float = 0.0
    cause: str = ""
    known_elsewhere_as: str | None = None
    no_automatic_answer: bool = False
    withheld: bool = False

    def code_status(self, now: float) -> str:
        """Return `1` 未要求, `2` 要求中, `3` 取得済, `4` エラー."""
        if not self.asked:
            return "1"
        if now < self.ready_at:
            return "2"
        return "4" if self.cause else "3"


@dataclass(frozen=True, slots=True)
class Copy:
    """A 副本 as it was registered."""

    digest: bytes
    number: str
    information: str
    dataset: str
    key: str
    version: str
    published_from: str
    published_until: str
    parent_key: str
    ward: str
    data: str

    @classmethod
    def of(cls, told: list[str]) -> Copy:
        """Return a copy from its texts in order, with the digest of docs/platform-profile.md."""
        content = hashlib.sha256(told[-1].encode()).hexdigest()
        digest = hashlib.sha256("\n".join([*told[:-1], content]).encode()).digest()
        return cls(digest, *told)


@dataclass(slots=True)
class Tally:
    """Count and XOR of digests of some copies."""

    count: int = 0
    xor: int = 0

    def add(self, copy: Copy) -> None:
        """Will count a copy in."""
        self.count += 1
        self.xor ^= int.from_bytes(copy.digest)

    def remove(self, copy: Copy) -> None:
        """Will count a copy out."""
        self.count -= 1
        self.xor ^= int.from_bytes(copy.digest)

    @property
    def digest(self) -> str:
        """The XOR in hexadecimal."""
        return f"{self.xor:064x}"


@dataclass(slots=True)
class Holdings:
    """All copies of one 特定個人情報."""

    by_number: dict[str, dict[tuple[str, str, str], Copy]] = field(default_factory=dict)
    whole: Tally = field(default_factory=Tally)
    buckets: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))

    def put(self, copy: Copy) -> None:
        """Will keep a copy, in place of the one of the same key."""
        self.drop(copy.number, (copy.dataset, copy.key, copy.version))
        mine = self.by_number.setdefault(copy.number, {})
        mine[(copy.dataset, copy.key, copy.version)] = copy
        self.whole.add(copy)
        self.buckets[copy.number[-2:]].add(copy)

    def drop(self, number: str, key: tuple[str, str, str]) -> None:
        """Will forget a copy if it is there."""
        copy = self.by_number.get(number, {}).pop(key, None)
        if copy is None:
            return
        self.whole.remove(copy)
        self.buckets[number[-2:]].remove(copy)
        if not self.by_number[number]:
            del self.by_number[number]

    def drop_all(self, number: str) -> None:
        """Will forget everything about a number."""
        for key in list(self.by_number.get(number, ())):
            self.drop(number, key)


@dataclass(slots=True)
class Inquiry:
    """An inquiry of the city."""

    record_id: str
    told: dict[str, str]
    accepted_at: float
    normal_at: float
    ready_at: float
    cancelled: bool = False


@dataclass(slots=True)
class Provision:
    """An inquiry of another organisation about one of the city's people."""

    provision_id: str
    number: str
    item: int
    information: str
    asked_at: float
    withheld: bool
    state: str  # 1 waiting, 2 answer registered, 3 sent, 5 refused
    result: str = ""  # 01 provided, 02 no record, 03 refused, 04 not permitted
    items: dict[str, Any] = field(default_factory=dict)
    sent_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Receipt:
    """A file that the city can fetch under a 受付番号."""

    fetched_by: str
    ready_at: float
    told: dict[str, Any]


class State:
    """The whole of it. `commit` is the only way in; what it did is in the journal."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.people: dict[str, Person] = {}
        self.serials: dict[str, str] = {}
        self.used_serials: set[str] = set()
        self.holdings: dict[str, Holdings] = defaultdict(Holdings)
        self.copy_records: set[str] = set()
        self.inquiries: dict[str, Inquiry] = {}
        self.provisions: dict[str, Provision] = {}
        self.receipts: dict[str, Receipt] = {}
        self.records: list[dict[str, Any]] = []
        self.operating: dict[str, Any] = {}
        self.requests: Counter[str] = Counter()
        self._unsettled: list[tuple[float, str]] = []
        self._recorded: set[str] = set()
        self._counter = 0
        for kind, told in journal.replay():
            self._apply(kind, told)

    def commit(self, kind: str, **told: Any) -> None:
        """Will change the state by an event, and keep the event."""
        self._apply(kind, told)
        self._journal.add(kind, told)

    def flush(self) -> None:
        """Will have everything on file; called before an answer goes out."""
        self._journal.flush()

    def new_receipt(self, fetched_by: str, ready_at: float, told: dict[str, Any]) -> str:
        """Will keep what a file is to be made of, and return its 受付番号."""
        number = f"R{self._counter + 1:015d}"
        self.commit("receipt", number=number, by=fetched_by, ready_at=ready_at, told=told)
        return number

    def new_serials(self, count: int) -> list[str]:
        """Return 処理通番 that were never given out."""
        return [f"{self._counter + 1 + n:020d}" for n in range(count)]

    def new_id(self) -> str:
        """Return an id for an inquiry of somebody else."""
        return f"P{self._counter + 1:015d}"

    def settle(self, now: float) -> Iterator[Inquiry]:
        """Return the inquiries that were answered since, in the order of their answers."""
        while self._unsettled and self._unsettled[0][0] <= now:
            _, record_id = heapq.heappop(self._unsettled)
            inquiry = self.inquiries[record_id]
            # After a replay the queue holds again what was recorded before.
            if not inquiry.cancelled and record_id not in self._recorded:
                yield inquiry

    # ------------------------------------------------------------ events

    def _apply(self, kind: str, told: dict[str, Any]) -> None:
        self._counter += 1
        getattr(self, f"_on_{kind}")(**told)

    def _on_numbers(self, told: list[str]) -> None:
        for number in told:
            self.people.setdefault(number, Person())

    def _on_numbers_gone(self, told: list[str]) -> None:
        for number in told:
            self.people.pop(number, None)
            for holdings in self.holdings.values():
                holdings.drop_all(number)

    def _on_serials(self, pairs: list[list[str]]) -> None:
        self._counter += len(pairs)
        self.serials.update((serial, number) for serial, number in pairs)

    def _on_codes(self, told: list[list[Any]]) -> None:
        for serial, ready_at, cause, mark in told:
            self.used_serials.add(serial)
            person = self.people.get(self.serials[serial])
            if person is None:
                continue
            person.asked = True
            person.attempts += 1
            person.ready_at, person.cause = ready_at, cause
            person.known_elsewhere_as = mark

    def _on_copies(self, told: list[list[str]]) -> None:
        for record_id, *texts in told:
            self.copy_records.add(record_id)
            copy = Copy.of(texts)
            self.holdings[copy.information].put(copy)

    def _on_copies_gone(self, told: list[list[str]]) -> None:
        for record_id, number, information, *key in told:
            self.copy_records.add(record_id)
            dataset, record_key, version = key
            self.holdings[information].drop(number, (dataset, record_key, version))

    def _on_flags(self, name: str, *, on: bool, told: list[str]) -> None:
        for number in told:
            setattr(self.people[number], name, on)

    def _on_inquiries(self, at: float, told: list[list[Any]]) -> None:
        for record_id, normal_at, ready_at, texts in told:
            self.inquiries[record_id] = Inquiry(record_id, texts, at, normal_at, ready_at)
            heapq.heappush(self._unsettled, (ready_at, record_id))

    def _on_cancelled(self, told: list[str]) -> None:
        for record_id in told:
            self.inquiries[record_id].cancelled = True

    def _on_asked(self, told: dict[str, Any]) -> None:
        provision = Provision(**told)
        self.provisions[provision.provision_id] = provision

    def _on_answer(self, provision_id: str, result: str, items: dict[str, Any]) -> None:
        provision = self.provisions[provision_id]
        provision.state, provision.result, provision.items = "2", result, items

    def _on_sent(self, provision_id: str, at: float) -> None:
        provision = self.provisions[provision_id]
        provision.state, provision.sent_at = "3", at

    def _on_records(self, told: list[dict[str, Any]]) -> None:
        self.records += told
        self._recorded.update(r["record"] for r in told if r["result"] in {"01", "02"})

    def _on_receipt(self, number: str, by: str, ready_at: float, told: dict[str, Any]) -> None:
        self.receipts[number] = Receipt(by, ready_at, told)

    def _on_operating(self, told: Mapping[str, Any]) -> None:
        self.operating = dict(told)
