"""副本 as they were registered."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field


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


class CopiesKept:
    """The copies, changed by events."""

    def __init__(self) -> None:
        super().__init__()
        self.holdings: dict[str, Holdings] = defaultdict(Holdings)
        self.copy_records: set[str] = set()

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
