"""The whole city: blocks made side by side, their parts put together, and the truth written beside them."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import numpy as np

from sapporo_base.sample_city import days, inconsistencies, places
from sapporo_base.sample_city.block import BLOCK_SIZE, BlockResult, Order, make_block
from sapporo_base.sample_city.defects import ALL, USUAL, Planted, kinds, plant, some_by_lot
from sapporo_base.sample_city.families import pay_months
from sapporo_base.sample_city.files import encoded, layout

VERSION: Final = 1
LEAST_POPULATION: Final = 500
MOST_POPULATION: Final = 10_000_000
FULL_SETS: Final = {
    "juki_resident": "juki_full", "tax": "tax", "accounts": "accounts", "business_numbers": "business_numbers",
    "out_of_registry": "out_of_registry", "claims": "claims", "claim_children": "claim_children",
    "doubtful_people": "doubtful_people",
}  # fmt: skip
_LAYOUTS: Final = {"doubtful_people": "business_numbers"}
"""Of those sets whose layout bears another name."""

Progress = Callable[[int, int], None]
"""Called with the blocks that are ready and those that there are."""


@dataclass
class Expected:
    """The truth about the generated files; `expected.json` holds the same."""

    truth: dict[str, Any]
    counts: dict[str, Counter[str]] = field(default_factory=dict)


def generate(
    population: int, seed: int, out: Path, days_after: int = 7, as_of: date = date(2026, 11, 1),
    processes: int = 2, progress: Progress | None = None, encoding: str = "utf-8", defects: str = USUAL,
) -> Expected:  # fmt: skip
    """
    Write a fictitious Sapporo into `out`: full sets, daily files, citizens elsewhere, and the truth.

    The bytes depend on population, seed, days, reference day, encoding and defects alone, not on the number of
    processes.

    :param population: residents in the full set, exactly.
    :param days_after: working days after `as_of` that get daily files.
    :param defects: `usual`, or `all`: one of every rule for every item, in the full sets and over the daily files.
    :raises ValueError: the population is too small or too large.
    """
    if not LEAST_POPULATION <= population <= MOST_POPULATION:
        raise ValueError(
            f"population must lie between {LEAST_POPULATION:,} and {MOST_POPULATION:,}"
        )
    out.mkdir(parents=True, exist_ok=True)
    calendar = tuple(days.working_days_after(as_of, days_after))
    with tempfile.TemporaryDirectory(dir=out, prefix=".parts-") as folder:
        orders = list(_orders(population, seed, as_of, calendar, Path(folder), encoding, defects))
        merger = _Merger(out, as_of, calendar, encoding, seed, population, defects)
        for ready, result in enumerate(_made(orders, processes), start=1):
            merger.add(ready - 1, result)
            if progress is not None:
                progress(ready, len(orders))
        return merger.finish(Path(folder), len(orders))


def _orders(
    population: int,
    seed: int,
    as_of: date,
    calendar: tuple[date, ...],
    parts: Path,
    encoding: str,
    defects: str,
) -> Iterator[Order]:
    blocks = -(-population // BLOCK_SIZE)
    for block in range(blocks):
        size = population * (block + 1) // blocks - population * block // blocks
        yield Order(seed, block, size, as_of, calendar, parts, encoding, defects)


def _made(orders: list[Order], processes: int) -> Iterator[BlockResult]:
    places.streets_of_wards()
    places.elsewhere()
    if processes <= 1 or len(orders) == 1:
        yield from map(make_block, orders)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("forkserver")) as pool:
        yield from pool.map(make_block, orders)


class _Merger:
    """Adds up what the blocks return and puts their parts together."""

    def __init__(
        self,
        out: Path,
        as_of: date,
        calendar: tuple[date, ...],
        encoding: str,
        seed: int,
        population: int,
        defects: str,
    ) -> None:
        self._out, self._as_of, self._calendar, self._encoding = out, as_of, calendar, encoding
        self._seed, self._planting = seed, defects
        self._ghosts: list[dict[str, str]] = []
        self._generated = {
            "version": VERSION, "seed": seed, "population": population, "as_of": as_of.isoformat(),
            "days": [day.isoformat() for day in calendar], "encoding": encoding, "defects": defects,
        }  # fmt: skip
        self._rows: Counter[str] = Counter()
        self._defects: dict[str, dict[str, dict[str, Any]]] = {
            f"{stem}_{as_of:%Y%m%d}.csv": {} for stem in FULL_SETS.values()
        }
        self._daily: dict[date, list[tuple[str, str]]] = {day: [] for day in calendar}
        self._daily_claims: dict[date, list[tuple[str, list[str]]]] = {day: [] for day in calendar}
        self._reasons: dict[date, Counter[str]] = {day: Counter() for day in calendar}
        self._happenings: dict[date, Counter[str]] = {day: Counter() for day in calendar}
        self._residents: Counter[date] = Counter()
        self._counts: dict[str, Counter[str]] = {}
        self._protected: dict[str, list[str]] = {}
        self._inconsistencies: dict[str, list[str]] = {kind: [] for kind in inconsistencies.KINDS}
        self._same_person: list[dict[str, str]] = []
        self._doubtful: dict[str, list[dict[str, str]]] = {"same": [], "different": []}
        self._inquiries: list[dict[str, Any]] = []
        self._first_months: dict[str, str] = {}
        self._citizens: list[dict[str, Any]] = []
        self._monthly: dict[str, tuple[int, int]] = {}
        self._files: dict[str, dict[str, Any]] = {}

    def add(self, block: int, result: BlockResult) -> None:
        for code, planted in result.planted.items():
            self._note(f"{FULL_SETS[code]}_{self._as_of:%Y%m%d}.csv", planted, self._rows[code])
        self._ghosts = self._ghosts or result.ghosts
        self._rows.update(result.rows)
        for day in self._calendar:
            self._daily[day] += result.daily.get(day, [])
            self._daily_claims[day] += result.daily_claims.get(day, [])
            self._reasons[day].update(result.reasons.get(day, Counter()))
            self._happenings[day].update(result.happenings.get(day, Counter()))
            self._residents[day] += result.residents_by_day[day]
        for name, counter in result.counts.items():
            self._counts.setdefault(name, Counter()).update(counter)
        for kind_of_measure, numbers in result.protected.items():
            self._protected.setdefault(kind_of_measure, []).extend(numbers)
        for contradiction, numbers in result.inconsistencies.items():
            self._inconsistencies[contradiction] += numbers
        self._same_person += result.same_person
        self._doubtful["same"] += result.doubles
        self._doubtful["different"] += result.look_alikes
        self._inquiries += result.inquiries
        self._first_months |= result.first_months
        self._citizens += result.citizens
        self._monthly |= result.monthly

    def _note(self, name: str, planted: list[Planted], rows_before: int) -> None:
        for one in planted:
            kind = self._defects.setdefault(name, {}).setdefault(
                one.kind.name,
                {"count": 0, "item": one.kind.item, "code": one.kind.code, "rows": []},
            )
            kind["count"] += 1
            kind["rows"].append(rows_before + one.row + 1)

    def finish(self, parts: Path, blocks: int) -> Expected:
        for code, stem in FULL_SETS.items():
            name = f"{stem}_{self._as_of:%Y%m%d}.csv"
            chunks = (parts / f"{code}.{block:05d}" for block in range(blocks))
            self._write(name, _LAYOUTS.get(code, code), self._as_of, self._rows[code], chunks)
        for place, day in enumerate(self._calendar):
            rows = self._with_defects(place, day, [row for _, row in sorted(self._daily[day])])
            self._write_rows(f"juki_daily_{day:%Y%m%d}.csv", "juki_resident", day, rows)
            claims = self._daily_claims[day]
            self._write_rows(
                f"claims_daily_{day:%Y%m%d}.csv", "claims", day, [row for row, _ in claims]
            )
            children = [child for _, some in claims for child in some]
            self._write_rows(
                f"claim_children_daily_{day:%Y%m%d}.csv", "claim_children", day, children
            )
        self._write_json("platform_citizens.json", {**self._generated, "citizens": self._citizens})
        truth = self._truth()
        self._write_json("expected.json", truth)
        return Expected(truth, self._counts)

    def _with_defects(self, place: int, day: date, rows: list[str]) -> list[str]:
        """Plant one row that must be refused into each day's 異動; all of them are dealt out over the days."""
        rng = np.random.Generator(
            np.random.PCG64(np.random.SeedSequence([self._seed, day.toordinal()]))
        )
        every = kinds("juki_resident")
        if self._planting == ALL:
            wanted = [*every[place :: len(self._calendar)]]
        else:
            wanted = [every[int(rng.integers(len(every)))]]
        wanted += some_by_lot(rng, "juki_resident", len(rows))
        rows, planted = plant(rng, "juki_resident", rows, self._ghosts, wanted, block=0)
        self._note(f"juki_daily_{day:%Y%m%d}.csv", planted, 0)
        return rows

    def _truth(self) -> dict[str, Any]:
        _, first, second = pay_months(self._as_of)
        counted = self._counts
        return {
            "generated": self._generated,
            "files": self._files,
            "defects": self._defects,
            "residents": {
                **counted["residents"],
                "by_ward": dict(sorted(counted["wards"].items())),
                "household_sizes": dict(sorted(counted["household_sizes"].items())),
            },
            "protected": {
                kind: sorted(numbers) for kind, numbers in sorted(self._protected.items())
            },
            "inconsistencies": {
                kind: sorted(numbers) for kind, numbers in self._inconsistencies.items()
            },
            "events": {
                day.isoformat(): {
                    "reasons": dict(sorted(self._reasons[day].items())),
                    "happenings": dict(sorted(self._happenings[day].items())),
                    "residents": self._residents[day],
                }
                for day in self._calendar
            },
            "claims": {
                "by_kind": dict(sorted(counted["claims"].items())),
                "daily": dict(sorted(counted["daily_claims"].items())),
                "first_month": self._first_months,
            },
            "business_numbers": dict(counted["business_numbers"]),
            "out_of_registry": dict(counted["out_of_registry"]),
            "inquiries": self._inquiries,
            "same_person": self._same_person,
            "doubtful_people": self._doubtful,
            "yen": {
                "months": [days.month_text(*first), days.month_text(*second)],
                "total": sum(map(sum, self._monthly.values())),
                "recipients": len(self._monthly),
                "monthly": {number: list(amounts) for number, amounts in self._monthly.items()},
            },
        }

    def _write_rows(self, name: str, code: str, day: date, rows: list[str]) -> None:
        newline = layout(code).newline
        body = encoded("".join(row + newline for row in rows), self._encoding)
        self._write(name, code, day, len(rows), iter([body]))

    def _write(
        self,
        name: str,
        code: str,
        day: date,
        rows: int,
        chunks: Iterator[Path] | Iterator[bytes],
    ) -> None:
        spec, digest = layout(code), hashlib.sha256()
        with (self._out / name).open("wb") as target:
            head = encoded(",".join(spec.labels) + spec.newline, self._encoding)
            tail = encoded(f"T,{rows}{spec.newline}", self._encoding)
            for piece in (head, *chunks, tail):
                if isinstance(piece, Path):
                    with piece.open("rb") as source:
                        while block := source.read(1 << 20):
                            digest.update(block)
                            target.write(block)
                    piece.unlink()
                else:
                    digest.update(piece)
                    target.write(piece)
        defective = sum(kind["count"] for kind in self._defects.get(name, {}).values())
        self._files[name] = {
            "layout": code, "day": day.isoformat(), "rows": rows, "good": rows - defective, "defective": defective,
            "sha256": digest.hexdigest(),
        }  # fmt: skip

    def _write_json(self, name: str, content: dict[str, Any]) -> None:
        temporary = self._out / f".{name}"
        temporary.write_text(
            json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        shutil.move(temporary, self._out / name)
