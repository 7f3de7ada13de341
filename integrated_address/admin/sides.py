"""Two people side by side, their differences marked. Never a 個人番号: whether it is there, and equal."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from integrated_address import selectors
from sapporo_base import selectors as base
from sapporo_base.admin import display


def compared(one: str, other: str, *, headings: tuple[str, str], day: date) -> SafeString:
    """Return the two people as a table, what differs marked."""
    sides = selectors.sides([one, other])
    sexes = base.code_names("sex", day=day)
    states = base.code_names("resident_status", day=day)
    items = [_items(sides[number], sexes) for number in (one, other)]
    kept = [_kept(sides[number], states) for number in (one, other)]
    compared_items = display.differences(
        *items,
        caption="基本4情報",
        only_changed=False,
        headings=headings,
        word="相違",
        marks=("mark", "mark"),
    )
    registrations = display.table(
        ("項目", *headings),
        [(label, kept[0][label], kept[1][label]) for label in kept[0]],
        caption="登録の状況",
    )
    return SafeString(f"{compared_items}{registrations}{_numbers(sides[one], sides[other])}")


def _items(side: Any, sexes: Mapping[str, str]) -> dict[str, str]:
    known = side.basics
    born = ""
    if known:
        born = strip_tags(display.day(known.birth_on, weekday=False, words=known.birth_text))
    return {
        "氏名": known.name if known else "",
        "氏名フリガナ": known.name_kana if known else "",
        "生年月日": born,
        "性別": sexes.get(known.sex, "不明") if known else "",
        "住所": known.residential_address if known else "",
    }


def _kept(side: Any, states: Mapping[str, str]) -> dict[str, Any]:
    known = side.basics
    return {
        "団体内統合宛名番号": display.grouped(side.addressee.pk),
        "住民状態": states.get(known.resident_state, "住登外または不明") if known else "",
        "支援措置": "対象" if side.addressee.under_support else "なし",
        "個人番号": "登録あり" if side.has_individual_number else "登録なし",
        "符号": side.code_state or "なし",
        "業務番号": "、".join(f"{link.system.name} {link.number}" for link in side.links) or "なし",
    }


def _numbers(one: Any, other: Any) -> SafeString:
    """Say of the 個人番号 of the two what may be said."""
    having = one.has_individual_number + other.has_individual_number
    words = {
        0: "二人とも個人番号の登録はありません。",
        1: "個人番号の登録は一方だけです。番号が一致するかは比較できません。",
        # One 個人番号 is of one person: the database lets nobody else hold it.
        2: "二人とも個人番号の登録があり、番号は一致しません。",
    }
    return display.facts([("個人番号の比較", words[having])])
