"""請求・届出 for 児童手当: recipients handed over, new families, movers-in; what they need from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from sapporo_base.sample_city import banks, days, places
from sapporo_base.sample_city.claims import (
    ACCOUNT_CHANGE,
    BIRTH,
    CHANGE,
    HANDED_OVER,
    LAST_INCOME_TEST,
    MOVED_IN,
    NEW_CLAIM,
    OTHER,
    Claim,
    ClaimBook,
    on_weekday,
    person_items,
    residence_elsewhere,
)
from sapporo_base.sample_city.families import (
    Family,
    Strangers,
    first_month,
    monthly_amount,
    pay_months,
)
from sapporo_base.sample_city.residents import Register
from sapporo_base.sample_city.taxes import TaxItems

_NO_ANSWER: Final = 0.06
_WITH_INDIVIDUAL_NUMBER: Final = 0.4
_PUBLIC_MONEY: Final = 0.35


class ClaimWriter:
    """Writes the claims of one register's families; keeps count of numbers and of what must be asked elsewhere."""

    def __init__(
        self, rng: np.random.Generator, block: int, part: Register, taxes: Mapping[int, TaxItems],
        strangers: Strangers, book: ClaimBook,
    ) -> None:  # fmt: skip
        self._rng, self._block, self._part, self._taxes = rng, block, part, taxes
        self._strangers, self._book = strangers, book
        self._year = part.as_of.year

    def hand_over(
        self, family: Family, account: banks.Account, newborns: set[int], *, since_reform: bool
    ) -> None:
        """Write a recipient whom the former system hands over (移行), children born lately left out."""
        part = self._part
        paid_until, first, second = pay_months(part.as_of)
        children = [child for child in family.children if child not in newborns]
        if not children and not family.children_elsewhere:
            return
        births = [days.day_of(int(part.born[p])) for p in children]
        births += [date.fromisoformat(c["born_on"]) for c in family.children_elsewhere]
        counted = [p for p in family.counted if self._rng.random() < 0.9]
        settled = days.day_of(int(max(part.became[family.claimant], part.born[family.claimant])))
        since = max(settled, min(births), date(2024, 9, 30) if since_reform else date(2012, 4, 1))
        confirmed = self._counted_items(family, counted)
        claim = self._begin(HANDED_OVER, OTHER, since, since + timedelta(days=9), family, account)
        number = f"{self._block:05d}{len(self._book.claims):010d}"
        claim.items |= {
            "approval_number": number, "approved_on": (since + timedelta(days=30)).isoformat(),
            "entitled_from": days.next_month(since), "paid_until": paid_until, "cause_on": "",
        }  # fmt: skip
        claim.children = [self._child_items(part.values(p)) for p in children]
        claim.children += [self._child_items(c, apart=True) for c in family.children_elsewhere]
        claim.children += confirmed
        counting = [
            date.fromisoformat(c["child_born_on"])
            for c in confirmed
            if c["confirmation_submitted"] == "1"
        ]
        self._book.monthly[number] = (
            monthly_amount(births, counting, *first),
            monthly_amount(births, counting, *second),
        )
        self._finish(claim)

    def new_family(
        self, family: Family, cause: str, cause_on: date, received: date, account: banks.Account,
        newborn: dict[str, str] | None = None,
    ) -> Claim:  # fmt: skip
        """Write a 認定請求 after a birth or a move; `newborn` is a child the register part does not hold yet."""
        claim = self._begin(NEW_CLAIM, cause, cause_on, received, family, account)
        claim.children = [self._child_items(self._part.values(p)) for p in family.children]
        if newborn is not None:
            claim.children.append(self._child_items(newborn))
        claim.children += [self._child_items(c, apart=True) for c in family.children_elsewhere]
        claim.children += self._counted_items(family, family.counted)
        claim.first_month = first_month(cause_on, received)
        asked = claim.first_month if self._rng.random() < 0.9 else days.next_month(cause_on)
        claim.items["requested_from"] = asked
        self._inquire_parents(claim, family, [self._year])
        self._inquire_children(claim, family)
        self._finish(claim)
        return claim

    def more_children(
        self, family: Family, cause_on: date, received: date, newborns: list[dict[str, str]]
    ) -> Claim:
        """Write a 額改定請求 after a birth: it names the new children only."""
        claim = self._begin(CHANGE, BIRTH, cause_on, received, family, None)
        claim.children = [self._child_items(child) for child in newborns]
        claim.first_month = first_month(cause_on, received)
        claim.items["requested_from"] = claim.first_month
        self._finish(claim)
        return claim

    def older_months(self, family: Family, account: banks.Account) -> None:
        """Write a 認定請求 of a mover-in of 2024 that still waits: its months fall under the income test."""
        part = self._part
        moved = days.day_of(int(part.became[family.claimant]))
        claim = self._begin(NEW_CLAIM, MOVED_IN, moved, moved + timedelta(days=8), family, account)
        claim.children = [
            self._child_items(part.values(p))
            for p in family.children
            if part.born[p] < days.number_of(moved)
        ]
        if not claim.children:
            return
        claim.first_month = first_month(moved, claim.received)
        claim.items |= {
            "requested_from": claim.first_month, "requested_until": LAST_INCOME_TEST,
            "remarks": "前住所地の課税情報の確認待ち",
        }  # fmt: skip
        came_from = part.columns["previous_municipality_code"][family.claimant]
        for who in ("claimant", "spouse") if family.spouse >= 0 else ("claimant",):
            claim.items |= {
                f"{who}_tax_municipality_this_year": came_from,
                f"{who}_tax_municipality_last_year": came_from,
            }
        self._inquire_parents(claim, family, [2023, 2024])
        self._finish(claim)

    def account_change(self, family: Family, account: banks.Account, received: date) -> None:
        """Write a 口座変更届."""
        claim = self._begin(ACCOUNT_CHANGE, OTHER, received, received, family, account)
        claim.items["cause_on"] = ""
        self._finish(claim)

    def by_income(self, one: int, other: int) -> tuple[int, int]:
        """Order two parents: the one who earns more claims."""
        total = self._taxes[self._year].amounts["total_income"]
        return (other, one) if other >= 0 and total[other] > total[one] else (one, other)

    def account(self) -> banks.Account:
        """Draw an account for a new claimant."""
        return banks.accounts(self._rng, 1)[0]

    def _begin(
        self,
        kind: str,
        cause: str,
        cause_on: date,
        received: date,
        family: Family,
        account: banks.Account | None,
    ) -> Claim:
        received = days.day_of(on_weekday(days.number_of(received)))
        serial = len(self._book.claims)
        items = {
            "claim_number": f"{received:%Y%m%d}{self._block:04d}{serial:06d}",
            "claim_kind": kind, "cause": cause, "cause_on": cause_on.isoformat(),
            "channel": str(int(self._rng.choice(3, p=(0.55, 0.25, 0.2))) + 1),
            "received_on": received.isoformat(), "claimed_on": received.isoformat(),
            "use_public_money_account": "0", "has_spouse": "0",
        }  # fmt: skip
        items |= self._parent_items("claimant_", family.claimant)
        if family.spouse >= 0:
            items |= self._parent_items("spouse_", family.spouse) | {"has_spouse": "1"}
        elif family.spouse_elsewhere is not None:
            stranger = family.spouse_elsewhere
            items |= person_items("spouse_", stranger) | {
                "has_spouse": "1", "spouse_occupation": "1", "spouse_pension": "1",
                "spouse_individual_number": stranger["individual_number"],
                "spouse_tax_municipality_this_year": stranger["municipality_code"],
                "spouse_tax_municipality_last_year": stranger["municipality_code"],
            }  # fmt: skip
        if account is not None:
            by_state = kind == NEW_CLAIM and self._rng.random() < _PUBLIC_MONEY
            if by_state:
                items["use_public_money_account"] = "1"
            else:
                items |= account.items(self._part.zengin[family.claimant])
        return Claim(items, [], received)

    def _finish(self, claim: Claim) -> None:
        self._book.claims.append(claim)

    def _parent_items(self, prefix: str, place: int) -> dict[str, str]:
        part = self._part
        income = self._taxes[self._year].amounts
        national = part.columns["national_pension"][place]
        employed = bool(income["salary_revenue"][place] > 0)
        occupation = "1" if employed else "3" if income["business_income"][place] > 0 else "4"
        membership = "1" if employed and national != "1" else "2" if national else "4"
        items = person_items(prefix, self._residence(place)) | {
            f"{prefix}occupation": occupation, f"{prefix}pension": membership,
            f"{prefix}tax_municipality_this_year": self._taxed_at(place, self._year),
            f"{prefix}tax_municipality_last_year": self._taxed_at(place, self._year - 1),
        }  # fmt: skip
        if self._rng.random() < _WITH_INDIVIDUAL_NUMBER:
            items[f"{prefix}individual_number"] = part.columns["individual_number"][place]
        return items

    def _residence(self, place: int) -> dict[str, str]:
        return self._part.values(place) | {"residential_address": self._part.site(place).text}

    def _taxed_at(self, place: int, year: int) -> str:
        """Return where someone lived on 1 January: this city, where he came from, or nowhere in Japan."""
        part = self._part
        if part.became[place] < days.number_of(date(year, 1, 1)):
            return places.CITY_CODE
        return part.columns["previous_municipality_code"][place]

    def _child_items(self, child: Mapping[str, str], *, apart: bool = False) -> dict[str, str]:
        items = person_items("child_", child)
        if apart:
            items["child_individual_number"] = child["individual_number"]
        if not apart:
            items |= {
                "child_residential_address": "",
                "child_municipality_code": "",
                "child_postal_code": "",
            }
        return items | {
            "relationship": "20", "living": "2" if apart else "1", "cared_for": "1", "livelihood": "1",
            "studying_abroad": "0", "in_facility": "0", "care_equivalent": "0", "confirmation_submitted": "0",
        }  # fmt: skip

    def _counted_items(self, family: Family, counted: list[int]) -> list[dict[str, str]]:
        """Write the children past the 年度末 of 18, most of them with the 確認書."""
        found = []
        for items, apart in [(self._part.values(p), False) for p in counted] + [
            (c, True) for c in family.counted_elsewhere
        ]:
            with_paper = self._rng.random() < 0.92
            student = apart or self._rng.random() < 0.6
            found.append(
                self._child_items(items, apart=apart)
                | {
                    "care_equivalent": "1",
                    "confirmation_submitted": "1" if with_paper else "0",
                    "confirmation_on": date(self._part.as_of.year, 4, 10).isoformat()
                    if with_paper
                    else "",
                    "student": "1" if student else "2",
                    "graduates_in": f"{date.fromisoformat(items['born_on']).year + 23}-03"
                    if student
                    else "",
                }
            )
        return found

    def _inquire_parents(self, claim: Claim, family: Family, years: list[int]) -> None:
        """
        Note what must be asked: taxes (74) of whoever was taxed elsewhere, 年金 (75) of an employee, 公金受取口座.

        Under the law since 2024-10 taxes only decide who of two parents earns more; a lone parent's are not asked.
        """
        part, items = self._part, claim.items
        both = items["has_spouse"] == "1"
        for who, place in (("claimant", family.claimant), ("spouse", family.spouse)):
            if who == "spouse" and not both:
                continue
            bodies = {
                year: items[
                    f"{who}_tax_municipality_{'this' if year == max(years) else 'last'}_year"
                ]
                for year in years
            }
            if both or items.get("requested_until"):
                for year, body in bodies.items():
                    if body and places.body_to_ask(body) != places.CITY_CODE:
                        self._ask_for_taxes(
                            claim, who, place, family, year, places.body_to_ask(body)
                        )
        if items["claimant_occupation"] == "1":
            answered = bool(self._rng.random() > _NO_ANSWER)
            citizen = self._citizen(part.values(family.claimant), family.claimant)
            if answered:
                citizen["pension"] = {
                    "items": {
                        "membership": items["claimant_pension"],
                        "since": f"{self._year - 6}-04-01",
                    }
                }
            self._note(
                claim, "claimant", "75", "日本年金機構", None, found=citizen["pension"] is not None
            )
        if items["use_public_money_account"] == "1":
            citizen = self._citizen(part.values(family.claimant), family.claimant)
            if citizen["account"] is None and self._rng.random() > _NO_ANSWER:
                account = banks.accounts(self._rng, 1)[0]
                citizen["account"] = {
                    "items": account.items(part.zengin[family.claimant])
                    | {"registered_on": f"{self._year - 2}-05-01"}
                }
            self._note(
                claim,
                "claimant",
                "公金受取口座",
                "デジタル庁",
                None,
                found=citizen["account"] is not None,
            )

    def _ask_for_taxes(
        self, claim: Claim, who: str, place: int, family: Family, year: int, body: str
    ) -> None:
        if place >= 0:
            citizen = self._citizen(self._part.values(place), place)
            amounts = self._taxes[year].of(place)
        else:
            citizen = self._citizen(family.spouse_elsewhere or {}, -1)
            revenue = int(self._rng.integers(2_000, 8_000)) * 1000
            amounts = {
                "salary_revenue": revenue,
                "salary_income": revenue * 7 // 10,
                "total_income": revenue * 7 // 10,
            }
        answered = bool(self._rng.random() > _NO_ANSWER)
        if answered:
            record = {"tax_year": year, "undeclared": "0", **amounts}
            citizen["tax"].append({"municipality_code": body, "tax_year": year, "items": record})
        self._note(claim, who, "74", body, year, found=answered)

    def _inquire_children(self, claim: Claim, family: Family) -> None:
        """Children who live apart: their 住民票関係情報 (74) is asked of the municipality they live in."""
        for child in family.children_elsewhere + family.counted_elsewhere:
            self._citizen(child, -1)
            self._note(
                claim,
                "child",
                "74",
                places.body_to_ask(child["municipality_code"]),
                None,
                found=True,
            )

    def _note(
        self, claim: Claim, who: str, item: str, body: str, year: int | None, *, found: bool
    ) -> None:
        claim.inquiries.append(
            {
                "claim_number": claim.items["claim_number"],
                "subject": who,
                "item": item,
                "body": body,
                "information": {
                    "74": "地方税関係情報" if year else "住民票関係情報",
                    "75": "年金給付関係情報",
                }.get(item, item),
                "tax_year": year,
                "found": found,
            }
        )

    def _citizen(self, items: Mapping[str, str], place: int) -> dict[str, Any]:
        """Return what other bodies know about someone, begun with his residence elsewhere."""
        number = items["individual_number"]
        if number in self._book.citizens:
            return self._book.citizens[number]
        residence = []
        if place < 0:
            residence.append(residence_elsewhere(items, items["since"], ""))
        elif items["previous_municipality_code"]:
            came = days.day_of(int(self._part.became[place]))
            since = max(days.day_of(int(self._part.born[place])), came - timedelta(days=2500))
            residence.append(residence_elsewhere(items, since.isoformat(), came.isoformat()))
        citizen: dict[str, Any] = {
            "individual_number": number, "name": items["name"], "name_kana": items["name_kana"],
            "born_on": items["born_on"], "sex": items["sex"], "residence": residence, "tax": [], "pension": None,
            "account": None,
        }  # fmt: skip
        if number:
            self._book.citizens[number] = citizen
        return citizen
