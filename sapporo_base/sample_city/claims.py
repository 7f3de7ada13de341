"""請求・届出 for 児童手当: what one is, and when it arrives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from sapporo_base.sample_city import days, places
from sapporo_base.sample_city.files import layout
from sapporo_base.sample_city.people import MAN

NEW_CLAIM, CHANGE, ACCOUNT_CHANGE, YEARLY, HANDED_OVER = "01", "02", "07", "05", "90"
BIRTH, MOVED_IN, OTHER = "01", "02", "09"
RECENT_BIRTH: Final = 25
RECENT_MOVE: Final = 40
LAST_INCOME_TEST: Final = "2024-09"
_LATE: Final = 0.2


@dataclass
class Claim:
    """One claim with its children, as items of the layouts `claims` and `claim_children`."""

    items: dict[str, str]
    children: list[dict[str, str]]
    received: date
    inquiries: list[dict[str, Any]] = field(default_factory=list)
    first_month: str = ""
    """The month the law begins to pay, for new claims; the claimant may have asked for another."""

    def rows(self) -> tuple[str, list[str]]:
        """Write the claim and its children."""
        number = self.items["claim_number"]
        children = [
            layout("claim_children").row({**child, "claim_number": number, "child_order": str(n)})
            for n, child in enumerate(self.children, start=1)
        ]
        return layout("claims").row(
            {**self.items, "child_count": str(len(self.children))}
        ), children


@dataclass
class ClaimBook:
    """The claims of a block, and the citizens about whom the platform will be asked."""

    claims: list[Claim] = field(default_factory=list)
    citizens: dict[str, dict[str, Any]] = field(default_factory=dict)
    monthly: dict[str, tuple[int, int]] = field(default_factory=dict)
    """認定番号 → yen of the two months of the next pay day."""


def received_after(rng: np.random.Generator, cause_on: date, earliest: date) -> date:
    """Draw the day a claim arrives: mostly within the fifteen days, sometimes too late for them."""
    late = rng.random() < _LATE
    waiting = int(rng.integers(16, 45)) if late else int(rng.integers(1, 15))
    received = max(cause_on + timedelta(days=waiting), earliest)
    return days.day_of(on_weekday(days.number_of(received)))


def on_weekday(day: int) -> int:
    return day + (7 - day % 7 if day % 7 > 4 else 0)


def person_items(prefix: str, person: Mapping[str, str]) -> dict[str, str]:
    return {
        f"{prefix}resident_number": person["resident_number"], f"{prefix}name": person["name"],
        f"{prefix}name_kana": person["name_kana"], f"{prefix}born_on": person["born_on"], f"{prefix}sex": person["sex"],
        f"{prefix}municipality_code": person["municipality_code"],
        f"{prefix}residential_address": person.get("residential_address", ""),
        f"{prefix}postal_code": person["postal_code"],
    }  # fmt: skip


def residence_elsewhere(items: Mapping[str, str], since: str, until: str) -> dict[str, Any]:
    place = items.get("previous_residential_address") or items.get("residential_address", "")
    code = items.get("previous_municipality_code") or items["municipality_code"]
    return {
        "municipality_code": places.body_to_ask(code), "from": since, "until": until,
        "items": {
            "residential_address": place, "became_resident_on": since, "moved_out_on": until, "name": items["name"],
            "relationship": "02" if items["sex"] == str(MAN) else "12", "head_name": items["name"],
        },
    }  # fmt: skip
