"""One block of the city: about 20,000 people and all rows about them, from the seed and its number."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from sapporo_base.sample_city import days, doubles, names, people, places, rates, registers, taxes
from sapporo_base.sample_city.claim_writing import ClaimWriter
from sapporo_base.sample_city.claims import (
    BIRTH,
    MOVED_IN,
    RECENT_BIRTH,
    RECENT_MOVE,
    Claim,
    ClaimBook,
    received_after,
)
from sapporo_base.sample_city.defects import Planted, chosen, plant, some_by_lot
from sapporo_base.sample_city.events import Days
from sapporo_base.sample_city.families import Family, Strangers, families_of
from sapporo_base.sample_city.files import layout, write_part
from sapporo_base.sample_city.inconsistencies import DEAD_HEADS, contradict
from sapporo_base.sample_city.passing import Chronicle
from sapporo_base.sample_city.registering import register
from sapporo_base.sample_city.residents import Register, Serials

BLOCK_SIZE: Final = 20_000
FORMER_START, GHOST_START, NEWCOMER_START = 22_000, 23_000, 24_000
NEWCOMERS_AT_MOST: Final = 6_000
FORMER_SHARE: Final = 0.012
_OLDER_MONTHS: Final = 0.25


@dataclass(frozen=True)
class Order:
    """What is to be made: the city's settings and the block's own."""

    seed: int
    block: int
    size: int
    as_of: date
    calendar: tuple[date, ...]
    parts: Path
    encoding: str
    defects: str


@dataclass
class BlockResult:
    """What was made: rows by file, defects, daily rows, and the truths that the whole city adds up."""

    rows: dict[str, int] = field(default_factory=dict)
    planted: dict[str, list[Planted]] = field(default_factory=dict)
    ghosts: list[dict[str, str]] = field(default_factory=list)
    daily: dict[date, list[tuple[str, str]]] = field(default_factory=dict)
    daily_claims: dict[date, list[tuple[str, list[str]]]] = field(default_factory=dict)
    reasons: dict[date, Counter[str]] = field(default_factory=dict)
    happenings: dict[date, Counter[str]] = field(default_factory=dict)
    residents_by_day: dict[date, int] = field(default_factory=dict)
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    protected: dict[str, list[str]] = field(default_factory=dict)
    inconsistencies: dict[str, list[str]] = field(default_factory=dict)
    same_person: list[dict[str, str]] = field(default_factory=list)
    doubles: list[dict[str, str]] = field(default_factory=list)
    look_alikes: list[dict[str, str]] = field(default_factory=list)
    inquiries: list[dict[str, Any]] = field(default_factory=list)
    first_months: dict[str, str] = field(default_factory=dict)
    citizens: list[dict[str, Any]] = field(default_factory=list)
    monthly: dict[str, tuple[int, int]] = field(default_factory=dict)


def make_block(order: Order) -> BlockResult:
    """Make one block: write its parts of the files, return the truth about them."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([order.seed, order.block])))
    serials, strangers = Serials(order.block), Strangers(rng, order.block)
    result, book = BlockResult(), ClaimBook()
    part = register(rng, people.settle(rng, order.size), order.as_of, serials, 0)
    former = _former(rng, order, serials)
    # Draws of their own, so that the rest of the city is what it would be without them.
    odd = contradict(_draws(order, "inconsistencies"), part, former, serials)
    result.inconsistencies = odd.found
    income = taxes.incomes(rng, part)
    by_year = _tax_years(part, income, order.as_of.year)
    families = families_of(rng, part, by_year[order.as_of.year], strangers)
    writer = ClaimWriter(rng, order.block, part, by_year, strangers, book)
    newcomers = _newcomers(rng, order, serials)
    newcomer_taxes = _tax_years(newcomers, taxes.incomes(rng, newcomers), order.as_of.year)
    newcomer_families = families_of(rng, newcomers, newcomer_taxes[order.as_of.year], strangers)
    newcomer_writer = ClaimWriter(rng, order.block, newcomers, newcomer_taxes, strangers, book)
    later = _claims(rng, order, part, families, writer, book, result)
    parents = np.array(
        sorted({p for f in families for p in (f.claimant, f.spouse) if p >= 0}), dtype=np.int64
    )
    _write_registers(rng, order, part, former, serials, result, by_year, parents, strangers)
    initial = [claim for claim in book.claims if claim not in later]
    _write_claims(rng, order, initial, result)
    chronicle = Days(
        rng, serials, part, newcomers, former, families, (writer, newcomer_writer), newcomer_families,
        list(order.calendar), odd.households,
    ).pass_by()  # fmt: skip
    for claim in later:
        chronicle.claims[claim.received].append(claim)
    _collect(chronicle, book, result)
    return result


def _draws(order: Order, purpose: str) -> np.random.Generator:
    words = [order.seed, order.block, *purpose.encode()]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))


def _tax_years(part: Register, income: taxes.Incomes, last: int) -> dict[int, taxes.TaxItems]:
    years = range(taxes.FIRST_YEAR_OF_PARENTS, last + 1)
    return {
        year: taxes.tax_items(
            part, taxes.earlier(income, last - year) if year < last else income, year
        )
        for year in years
    }


def _former(rng: np.random.Generator, order: Order, serials: Serials) -> Register:
    """Register people who left the register in the last years (除票)."""
    part = register(
        rng,
        people.singles(rng, max(4, int(order.size * FORMER_SHARE))),
        order.as_of,
        serials,
        FORMER_START,
    )
    count, columns = len(part), part.columns
    sites = places.elsewhere().sites(rng, count)
    for name in (
        "moving_out_notified_on", "moving_out_planned_on", "planned_municipality_code", "planned_residential_address",
        "moved_out_on", "confirmed_municipality_code", "confirmed_residential_address", "removed_on",
        "removed_on_unknown",
    ):  # fmt: skip
        columns[name] = [""] * count
    today = days.number_of(order.as_of)
    for place, dice in enumerate(rng.random((count, 2)).tolist()):
        left = max(int(part.fixed[place]) + 1, today - 30 - int(dice[1] * 1500))
        left = min(left, today - 4)
        day, site = days.iso_texts()[left], sites[place]
        status, reason = (
            ("3", "23") if place < DEAD_HEADS or 0.7 <= dice[0] < 0.95
            else ("2", "21") if dice[0] < 0.7 else ("9", "26")
        )  # fmt: skip
        changes = {
            "resident_status": status, "change_reason": reason, "changed_on": day, "notified_on": day,
            "processed_on": day, "removed_on": day, "removed_on_unknown": "0", "voter_registered": "0",
            "history_number": str(int(columns["history_number"][place]) + 1),
        }  # fmt: skip
        if status == "2":
            changes |= {
                "moving_out_notified_on": day, "moving_out_planned_on": day, "moved_out_on": day,
                "planned_municipality_code": site.municipality_code, "planned_residential_address": site.text,
                "confirmed_municipality_code": site.municipality_code, "confirmed_residential_address": site.text,
            }  # fmt: skip
        for name, value in changes.items():
            columns[name][place] = value
    return part


def _newcomers(rng: np.random.Generator, order: Order, serials: Serials) -> Register:
    """Register the people who may move in during the days; they become residents when they do."""
    expected = sum(rates.expected("move_in", day, order.size) for day in order.calendar)
    size = min(NEWCOMERS_AT_MOST, 600 + int(expected * 4))
    part = register(rng, people.settle(rng, size), order.as_of, serials, NEWCOMER_START)
    part.became[:] = days.number_of(order.as_of)
    part.from_outside[:] = True
    for name in ("support_measure", "support_subject", "support_from", "support_until"):
        part.columns[name] = [""] * len(part)
    part.columns["individual_number"] = list(part.individual_numbers)
    return part


def _claims(  # noqa: PLR0912 - one step after another, in the order they happen
    rng: np.random.Generator, order: Order, part: Register, families: list[Family], writer: ClaimWriter,
    book: ClaimBook, result: BlockResult,
) -> list[Claim]:  # fmt: skip
    """Write the claims known on the reference day; return those that arrive in the days after it."""
    today = days.number_of(order.as_of)
    last_day = order.as_of - timedelta(days=max(0, order.as_of.weekday() - 4))
    later: list[Claim] = []
    paid: list[tuple[Family, set[int], bool]] = []
    new: list[tuple[Family, str, date, set[int]]] = []
    for family in families:
        newborns = {child for child in family.children if part.born[child] > today - RECENT_BIRTH}
        came = int(part.became[family.claimant])
        if part.from_outside[family.claimant] and came > today - RECENT_MOVE:
            new.append((family, MOVED_IN, days.day_of(came), set()))
            continue
        if newborns:
            born = days.day_of(max(int(part.born[child]) for child in newborns))
            new.append((family, BIRTH, born, newborns))
        if len(newborns) < len(family.children) or family.children_elsewhere:
            in_2024 = days.number_of(date(2024, 3, 1)) <= came <= days.number_of(date(2024, 8, 15))
            old = bool(
                part.from_outside[family.claimant] and in_2024 and rng.random() < _OLDER_MONTHS
            )
            paid.append(
                (
                    family,
                    newborns,
                    old and bool(part.columns["previous_municipality_code"][family.claimant]),
                )
            )
    book_of_accounts = registers.account_book(
        rng, part, order.block, np.array([family.claimant for family, _, _ in paid], dtype=np.int64)
    )
    _plant_and_write(rng, order, "accounts", book_of_accounts.rows, [], result)
    for family, newborns, old in paid:
        account = book_of_accounts.paid_into[family.claimant]
        writer.hand_over(family, account, newborns, since_reform=old)
        _mark_recipients(part, family, newborns)
        if old:
            writer.older_months(family, account)
        elif rng.random() < 0.004:
            writer.account_change(family, writer.account(), last_day)
    for family, cause, cause_on, newborns in new:
        received = received_after(rng, cause_on, min(cause_on, last_day))
        if received > last_day:
            received = next((day for day in order.calendar if day >= received), date.max)
        if received == date.max:
            continue
        if newborns and (len(newborns) < len(family.children) or family.children_elsewhere):
            claim = writer.more_children(
                family, cause_on, received, [part.values(child) for child in sorted(newborns)]
            )
        else:
            claim = writer.new_family(family, cause, cause_on, received, writer.account())
        if received > last_day:
            later.append(claim)
    return later


def _mark_recipients(part: Register, family: Family, newborns: set[int]) -> None:
    """Write 児童手当 into the 住民票 of the recipient and the children (住民基本台帳法第7条第11号の2)."""
    since = days.month_text(2024, 10)
    for place, status in [
        (family.claimant, "1"),
        *((child, "2") for child in family.children if child not in newborns),
    ]:
        part.columns["child_allowance"][place] = status
        part.columns["child_allowance_from"][place] = since


def _write_registers(
    rng: np.random.Generator, order: Order, part: Register, former: Register, serials: Serials, result: BlockResult,
    by_year: dict[int, taxes.TaxItems], parents: days.Integers, strangers: Strangers,
) -> None:  # fmt: skip
    resident_rows = layout("juki_resident").rows(part.columns, len(part))
    resident_rows += layout("juki_resident").rows(former.columns, len(former))
    ghosts = _ghosts(rng, order, serials)
    if order.block == 0:
        result.ghosts = ghosts
    _plant_and_write(rng, order, "juki_resident", resident_rows, ghosts, result)
    tax_rows = taxes.tax_rows(rng, part, by_year, parents)
    _plant_and_write(rng, order, "tax", tax_rows, [], result)
    number_rows, with_several = registers.business_number_rows(rng, part)
    _plant_and_write(rng, order, "business_numbers", number_rows, [], result)
    count = max(20, int(order.size * registers.OUTSIDE_SHARE))
    outside = registers.outsiders(
        rng, part, order.block, count, [strangers.number() for _ in range(count)]
    )
    _plant_and_write(rng, order, "out_of_registry", outside.rows, [], result)
    result.same_person = outside.same_person
    doubtful = doubles.doubles(_draws(order, "doubles"), part, order.block)
    result.doubles, result.look_alikes = doubtful.same, doubtful.different
    _write(order, "doubtful_people", doubtful.rows, result)
    result.counts["business_numbers"] = Counter(people_with_several=with_several)
    result.counts["out_of_registry"] = Counter(corporations=outside.corporations)
    _count_residents(part, former, result)


def _ghosts(rng: np.random.Generator, order: Order, serials: Serials) -> list[dict[str, str]]:
    """Return people who exist in defective rows only."""
    part = register(rng, people.singles(rng, 40), order.as_of, serials, GHOST_START)
    part.columns["individual_number"] = list(part.individual_numbers)
    return [part.values(place) for place in range(len(part))]


def _count_residents(part: Register, former: Register, result: BlockResult) -> None:
    columns = part.columns
    written, sizes = columns["name"], Counter(columns["household_number"])
    result.counts["residents"] = Counter(
        residents=len(part),
        removed=len(former),
        households=len(sizes),
        foreign=int(part.foreign.sum()),
        unknown_birth=columns["born_on_unknown"].count("1"),
        rare_characters=sum(map(names.is_rare, written)),
        beyond_bmp=sum(any(0x20000 <= ord(c) < 0xE0000 for c in name) for name in written),
        variation_selectors=sum(any(ord(c) >= 0xE0100 for c in name) for name in written),
        without_individual_number=columns["individual_number"].count(""),
    )
    result.counts["wards"] = Counter(columns["municipality_code"])
    result.counts["ages"] = Counter(str(int(age) // 5 * 5) for age in part.people.age.tolist())
    result.counts["ages_0"] = Counter({"0": int((part.people.age < 1).sum())})
    result.counts["household_sizes"] = Counter(str(min(size, 6)) for size in sizes.values())
    for kind, number in zip(columns["support_measure"], columns["resident_number"], strict=True):
        if kind:
            result.protected.setdefault(kind, []).append(number)


def _write_claims(
    rng: np.random.Generator, order: Order, claims: list[Claim], result: BlockResult
) -> None:
    rows, children = [], []
    for claim in claims:
        row, its_children = claim.rows()
        rows.append(row)
        children += its_children
    result.counts["claims"] = Counter(claim.items["claim_kind"] for claim in claims)
    _plant_and_write(rng, order, "claims", rows, [], result)
    _plant_and_write(rng, order, "claim_children", children, [], result)


def _plant_and_write(
    rng: np.random.Generator, order: Order, code: str, rows: list[str], ghosts: list[dict[str, str]],
    result: BlockResult,
) -> None:  # fmt: skip
    wanted = chosen(rng, code, order.defects) if order.block == 0 else []
    wanted += some_by_lot(rng, code, len(rows))
    rows, planted = plant(rng, code, rows, ghosts, wanted, block=order.block)
    result.planted[code] = planted
    _write(order, code, rows, result)


def _write(order: Order, code: str, rows: list[str], result: BlockResult) -> None:
    result.rows[code] = len(rows)
    write_part(
        order.parts / f"{code}.{order.block:05d}",
        rows,
        newline=layout("juki_resident").newline,
        encoding=order.encoding,
    )


def _collect(chronicle: Chronicle, book: ClaimBook, result: BlockResult) -> None:
    result.daily = dict(chronicle.rows)
    result.reasons, result.happenings = dict(chronicle.reasons), dict(chronicle.happenings)
    result.residents_by_day = chronicle.residents
    for day, claims in chronicle.claims.items():
        result.daily_claims[day] = [claim.rows() for claim in claims]
    result.counts["daily_claims"] = Counter(
        f"{day.isoformat()} {claim.items['claim_kind']}"
        for day, claims in chronicle.claims.items()
        for claim in claims
    )
    for claim in book.claims:
        result.inquiries += claim.inquiries
        if claim.first_month:
            result.first_months[claim.items["claim_number"]] = claim.first_month
    result.citizens = list(book.citizens.values())
    result.monthly = book.monthly
