"""What other systems keep: accounts, numbers of their own, people and bodies outside the register."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from sapporo_base.sample_city import banks, days, names, numbers, places
from sapporo_base.sample_city.days import Integers
from sapporo_base.sample_city.files import Column, layout
from sapporo_base.sample_city.residents import YEAR, Register

HEALTH, CARE, ELDERLY, SCHOOL, SOCIAL, ALLOWANCE = (
    "024-000", "023-000", "025-000", "017-000", "030-002", "027-000",
)  # fmt: skip
_ACCOUNT_SHARES: Final = {HEALTH: 0.16, CARE: 0.3, ELDERLY: 0.5}
_PUBLIC_MONEY: Final = 0.3
_BY_INDIVIDUAL_NUMBER_ONLY: Final = 0.02
_SECOND_NUMBER: Final = 0.01
_CORPORATE: Final = 0.06
_SAME_AS_RESIDENT: Final = 0.08
_SAME_TWICE: Final = 0.04
OUTSIDE_SHARE: Final = 0.004
_CORPORATIONS: Final = [
    "福祉会",
    "メディカル",
    "運輸",
    "建設",
    "商事",
    "サービス",
    "食品",
    "システム",
]


@dataclass(frozen=True)
class AccountBook:
    """Rows of `accounts`, and the accounts into which the recipients of 児童手当 are paid."""

    rows: list[str]
    paid_into: dict[int, banks.Account]


def account_book(
    rng: np.random.Generator, part: Register, block: int, recipients: Integers
) -> AccountBook:
    """Write the accounts of a register; each recipient of 児童手当 has one for it."""
    served: list[tuple[Integers, str, str]] = [(np.asarray(recipients), ALLOWANCE, "01")]
    for system, column in (
        (HEALTH, "health_insurance"),
        (CARE, "care_insurance"),
        (ELDERLY, "elderly_medical"),
    ):
        has = np.array(part.columns[column]) == "1"
        chosen = np.flatnonzero(has & (rng.random(len(part)) < _ACCOUNT_SHARES[system]))
        served.append((chosen, system, "02"))
    paid_into: dict[int, banks.Account] = {}
    rows: list[str] = []
    for who, system, purpose in served:
        held = banks.accounts(rng, len(who))
        if system == ALLOWANCE:
            paid_into = dict(zip(who.tolist(), held, strict=True))
        since = np.maximum(
            part.became[who], days.number_of(part.as_of) - rng.integers(60, 3000, len(who))
        )
        since_texts = days.texts(np.minimum(since, days.number_of(part.as_of) - 1))
        public = rng.random(len(who)) < _PUBLIC_MONEY
        first = len(rows)
        columns: dict[str, Column] = {
            "account_id": [f"{block:05d}{first + n:010d}" for n in range(len(who))],
            "system_code": system,
            "purpose": purpose,
            "resident_number": [part.columns["resident_number"][p] for p in who.tolist()],
            "bank_code": [a.bank_code for a in held],
            "branch_code": [a.branch_code for a in held],
            "deposit_type": [a.deposit_type for a in held],
            "account_number": [a.account_number for a in held],
            "yucho_symbol": [a.yucho_symbol for a in held],
            "yucho_number": [a.yucho_number for a in held],
            "holder_kana": [part.zengin[p][:40] for p in who.tolist()],
            "is_public_money_account": ["1" if flag else "0" for flag in public.tolist()],
            "valid_from": since_texts,
            "registered_on": since_texts,
        }
        rows += layout("accounts").rows(columns, len(who))
    return AccountBook(rows, paid_into)


def business_number_rows(rng: np.random.Generator, part: Register) -> tuple[list[str], int]:
    """
    Write the numbers that business systems have given people; some people have two in one system, one of them closed.

    :returns: the rows, and how many people have numbers of more than one system or two of one.
    """
    rows: list[str] = []
    held = np.zeros(len(part), dtype=np.int64)
    today = days.number_of(part.as_of)
    age = (today - part.born) / YEAR
    pupils = np.array([6 <= a < 15 for a in age.tolist()])
    for system, has in (
        (HEALTH, np.array(part.columns["health_insurance"]) == "1"),
        (CARE, np.array(part.columns["care_insurance"]) == "1"),
        (ELDERLY, np.array(part.columns["elderly_medical"]) == "1"),
        (SCHOOL, pupils),
    ):
        who = np.flatnonzero(has)
        second = who[rng.random(len(who)) < _SECOND_NUMBER]
        for some, closed in ((who, False), (second, True)):
            rows += _business_rows(rng, part, system, some, closed=closed)
            np.add.at(held, some, 1)
    return rows, int((held > 1).sum())


def _business_rows(
    rng: np.random.Generator, part: Register, system: str, who: Integers, *, closed: bool
) -> list[str]:
    people = who.tolist()
    secret = system == SCHOOL
    only = (
        np.zeros(len(who), dtype=np.bool_)
        if secret
        else rng.random(len(who)) < _BY_INDIVIDUAL_NUMBER_ONLY
    )
    columns: dict[str, Column] = {
        name: [part.columns[name][p] for p in people]
        for name in ("name", "name_kana", "born_on", "sex", "municipality_code", "town_code", "prefecture",
                     "municipality", "town", "block", "building", "postal_code")
    }  # fmt: skip
    mine = [part.columns["resident_number"][p] for p in people]
    individual = [part.columns["individual_number"][p] for p in people]
    prefix = f"{system[:3]}{'8' if closed else '1'}"
    columns |= {
        "system_code": system,
        "business_number": [f"{prefix}{number[4:]}" for number in mine],
        "resident_number": [
            "" if o and i else m for o, i, m in zip(only.tolist(), individual, mine, strict=True)
        ],
        "individual_number": "" if secret else individual,
        "valid_from": days.texts(part.became[who]),
        "valid_until": part.as_of.replace(day=1).isoformat() if closed else "",
    }
    return layout("business_numbers").rows(columns, len(people))


@dataclass(frozen=True)
class Outsiders:
    """Rows of `out_of_registry`, and the pairs that are in truth the same person."""

    rows: list[str]
    same_person: list[dict[str, str]]
    corporations: int


def outsiders(
    rng: np.random.Generator, part: Register, block: int, count: int, strangers: list[str]
) -> Outsiders:
    """
    Write people and corporations known to 社会保障 who are not residents.

    Some of them are residents in truth, or are there twice: written in other characters, at an earlier place, with
    another spelling of the reading. The pairs are returned.

    :param strangers: 個人番号 for those who are nobody of the city, one for each row.
    """
    serial = numbers.OUT_OF_REGISTRY_SERIALS + block * 2_000
    own = [f"{n:015d}" for n in numbers.numbers_from(serial, count).tolist()]
    models = rng.choice(len(part), size=count, replace=False).tolist()
    homes = places.elsewhere().sites(rng, count)
    kinds = rng.random((count, 3)).tolist()
    found: list[dict[str, str]] = []
    pairs: list[dict[str, str]] = []
    corporations = 0
    for n, (model, home, dice) in enumerate(zip(models, homes, kinds, strict=True)):
        base = _outsider(part, model, own[n], home)
        if dice[0] < _CORPORATE:
            corporations += 1
            found.append(_corporation(base, block * 2_000 + n))
        elif dice[0] < _CORPORATE + _SAME_AS_RESIDENT:
            pairs.append(
                {
                    "out_of_registry": own[n],
                    "resident": part.columns["resident_number"][model],
                    "why": "resident",
                }
            )
            found.append(_written_otherwise(base | _known_number(part, model, dice[1]), dice[2]))
        elif (
            dice[0] < _CORPORATE + _SAME_AS_RESIDENT + _SAME_TWICE
            and found
            and found[-1]["party_kind"] == "1"
        ):
            earlier = found[-1]
            pairs.append(
                {"out_of_registry": earlier["social_number"], "also": own[n], "why": "twice"}
            )
            again = {
                **earlier,
                "social_number": own[n],
                "individual_number": "",
                "system_code": SOCIAL,
            }
            found.append(_written_otherwise(again, dice[2]))
        else:
            found.append(_stranger(rng, base, strangers[n]))
    rows = [layout("out_of_registry").row(values) for values in found]
    return Outsiders(rows, pairs, corporations)


def _outsider(part: Register, model: int, own: str, home: places.Site) -> dict[str, str]:
    items = {
        name: part.columns[name][model]
        for name in (
            "name",
            "family_name",
            "given_name",
            "name_kana",
            "born_on",
            "born_on_unknown",
            "born_on_text",
            "sex",
        )
    }
    return items | site_items(home) | {
        "social_number": own, "history_number": "1", "party_kind": "1", "system_code": HEALTH,
        "not_for_other_work": "0", "valid_from": date(part.as_of.year - 2, 4, 1).isoformat(),
    }  # fmt: skip


def site_items(site: places.Site) -> dict[str, str]:
    """Return a place as the split items that most layouts have."""
    return {
        "municipality_code": site.municipality_code, "town_code": places.UNKNOWN_TOWN_CODE,
        "prefecture": site.prefecture, "municipality": site.municipality, "town": site.town, "block": site.block,
        "building": site.building, "postal_code": site.postal_code,
    }  # fmt: skip


def _known_number(part: Register, model: int, dice: float) -> dict[str, str]:
    """Give a third of the doubles their 個人番号, so that a match is sure; the others must be found by likeness."""
    return {"individual_number": part.columns["individual_number"][model] if dice < 1 / 3 else ""}


def _written_otherwise(items: dict[str, str], dice: float) -> dict[str, str]:
    """Write a person as another office might: common characters for rare ones, another spelling, no space."""
    if dice < 0.4:
        plain = items["name"].translate(str.maketrans("髙﨑斉邉德渡", "高崎斎辺徳渡"))
        return {**items, "name": plain, "family_name": "", "given_name": ""}
    if dice < 0.7:
        kana = items["name_kana"].translate(str.maketrans("ヅヂヲ", "ズジオ"))
        return {**items, "name_kana": kana, "name": items["name"].replace("　", "")}
    return {**items, "building": "", "system_code": CARE}


def _stranger(
    rng: np.random.Generator, items: dict[str, str], individual_number: str
) -> dict[str, str]:
    sex = items["sex"] if items["sex"] in "12" else "1"
    surname, given = names.surnames(), names.given_names(sex, 2)
    s, g = int(surname.draw(rng, 1)[0]), int(given.draw(rng, 1)[0])
    day = days.day_of(days.number_of(date(1940, 1, 1)) + int(rng.integers(0, 27_000)))
    known = rng.random() < 0.6
    return {
        **items,
        "name": f"{surname.written[s]}　{given.written[g]}",
        "family_name": surname.written[s],
        "given_name": given.written[g],
        "name_kana": f"{surname.kana[s]}　{given.kana[g]}",
        "born_on": day.isoformat(),
        "born_on_unknown": "0",
        "born_on_text": "",
        "individual_number": individual_number if known else "",
    }


def _corporation(items: dict[str, str], serial: int) -> dict[str, str]:
    kind = _CORPORATIONS[serial % len(_CORPORATIONS)]
    return {
        **{name: value for name, value in items.items() if not name.startswith("born_on")},
        "party_kind": "2",
        "name": f"架空{kind}{days.full_width_number(serial)}号株式会社",
        "name_kana": f"カクウ{kind if kind.isascii() else ''}".rstrip() or "カクウ",
        "family_name": "",
        "given_name": "",
        "sex": "",
        "corporate_number": numbers.corporate_number(serial),
    }


def with_account(account: banks.Account, number: str) -> banks.Account:
    """Return the account with another number: what a 口座変更届 asks for."""
    return (
        replace(account, account_number=number, yucho_symbol="", yucho_number="")
        if account.bank_code != banks.YUCHO
        else account
    )
