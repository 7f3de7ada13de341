"""What the page of a resident shows: card, household, history, what was handed to whom, who looked."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString

from resident_basic import selectors
from resident_basic.admin.finding import address_of, born, names_of_codes
from resident_basic.models import ResidentVersion
from resident_basic.rules.items import item_labels
from sapporo_base import selectors as base
from sapporo_base.admin import display, drawings

_HEAD = "02"
_STATE_LEVELS = {"1": "done", "2": "plain", "3": "stopped", "9": "plain"}
# How many generations below (or above) the one before it a 続柄 stands.
_GENERATIONS = {"20": 1, "2X": 1, "51": -1, "52": -1}
# What the time-line says of a version already.
_SAID_ABOVE = frozenset({"change_reason", "changed_on", "notified_on"})
_RARE = {"旧氏", "通称", "氏名ローマ字", "国籍・地域"}


def states(version: ResidentVersion, *, is_protected: bool, is_former: bool = False) -> SafeString:
    """Return 住民状態 and 支援措置 as words, and whether something of the past was searched for."""
    code = version.resident_status
    words = [
        display.badge(
            names_of_codes("resident_status").get(code, code), _STATE_LEVELS.get(code, "plain")
        )
    ]
    if is_protected:
        words.append(display.badge("支援措置", "warned"))
    if is_former:
        words.append(display.badge("過去の氏名・住所で該当", "info"))
    return format_html_join(" ", "{}", ((word,) for word in words))


def _age(version: ResidentVersion) -> str:
    unknown = version.born_on is None or version.born_on_text
    if unknown or version.resident_status == "3":
        return ""
    return f"{display.age_on(version.born_on, timezone.localdate())}歳"


def card(version: ResidentVersion, *, is_protected: bool) -> SafeString:
    """Return the person at a glance."""
    pairs: list[tuple[str, Any]] = [
        ("氏名", version.name),
        ("氏名フリガナ", version.name_kana),
        ("旧氏", version.former_family_name),
        ("通称", version.alias),
        ("氏名ローマ字", version.name_roman),
        ("生年月日", format_html("{} {}", born(version), _age(version))),
        ("性別", names_of_codes("sex").get(version.sex, "")),
        ("状態", states(version, is_protected=is_protected)),
        ("住民種別", names_of_codes("resident_kind").get(version.resident_kind, "")),
        ("住所", address_of(version)),
        (
            "郵便番号",
            version.postal_code and f"〒{version.postal_code[:3]}-{version.postal_code[3:]}",
        ),
        ("国籍・地域", version.nationality),
        (
            "住民となった年月日",
            display.day(version.became_resident_on, words=version.became_resident_on_text),
        ),
        ("宛名番号", display.grouped(version.resident_number)),
        ("世帯番号", display.grouped(version.household_number)),
    ]
    return display.facts([(label, value) for label, value in pairs if value or label not in _RARE])


def household(
    version: ResidentVersion, page_of: Callable[[str], str], *, with_protected: bool
) -> SafeString:
    """
    Return who is what to whom in the household of a person, drawn.

    Who is protected stands in nobody else's household, or the others' 住所 would tell theirs; who may
    open protected people (`with_protected`) sees that there is someone, and the way to their page.
    """
    members = selectors.household_members(version.household_number)
    protected = selectors.protected_among([one.resident_number for one in members])
    names = names_of_codes("relationship")
    drawn = []
    # The 世帯主 first, whatever the 記載順位 says.
    for one in sorted(members, key=lambda member: member.relationship_1 != _HEAD):
        is_self = one.resident_number == version.resident_number
        hidden = one.resident_number in protected and not is_self
        if hidden and not with_protected:
            continue
        chain = [
            code
            for code in (
                one.relationship_1,
                one.relationship_2,
                one.relationship_3,
                one.relationship_4,
            )
            if code
        ]
        drawn.append(
            drawings.Member(
                name="非公開" if hidden else one.name,
                relationship="の".join(names.get(code, code) for code in chain) or "続柄なし",
                generation=sum(_GENERATIONS.get(code, 0) for code in chain),
                age="" if hidden else _age(one),
                state="支援措置" if hidden else "",
                url="" if is_self else page_of(one.resident_number),
                is_self=is_self,
            )
        )
    return drawings.household(drawn)


# History -----------------------------------------------------------------------------------


def reason_of(version: ResidentVersion) -> str:
    """Return the 異動事由 of a version in words."""
    return names_of_codes("change_reason").get(version.change_reason, version.change_reason)


def timeline(versions: Sequence[ResidentVersion]) -> SafeString:
    """Return every version that was ever known in the order given; corrections stay visible."""
    return display.timeline(
        [
            display.Moment(
                at=one.valid_from,
                what=reason_of(one),
                text=f"履歴{one.history_number}" + ("(訂正前の内容)" if one.superseded_at else ""),
                who="最新" if one.is_latest else "",
                level="plain" if one.superseded_at else "info",
            )
            for one in versions
        ]
    )


def what_changed(versions: Sequence[ResidentVersion], *, most: int) -> SafeString:
    """Return what each of the newest versions changed, and what each correction did, marked."""
    known = [one for one in versions if one.superseded_at is None]
    before = dict(zip([one.pk for one in known], known[1:], strict=False))
    by_number = {one.history_number: one for one in known}
    parts = []
    for one in versions[:most]:
        if one.superseded_at is not None and one.history_number in by_number:
            parts.append(
                difference(
                    one,
                    by_number[one.history_number],
                    caption=f"履歴{one.history_number}の訂正",
                    headings=("訂正前", "訂正後"),
                )
            )
        elif one.pk in before:
            parts.append(
                difference(
                    before[one.pk],
                    one,
                    caption=f"履歴{one.history_number} {reason_of(one)}",
                    without=_SAID_ABOVE,
                )
            )
    return format_html_join("", "{}", ((part,) for part in parts))


def difference(
    before: ResidentVersion,
    after: ResidentVersion,
    *,
    caption: str,
    headings: tuple[str, str] = ("変更前", "変更後"),
    without: frozenset[str] = frozenset(),
) -> SafeString:
    """Return in which items two versions differ, marked in place; the page has the right to all of them."""
    found = [
        one
        for one in selectors.differences(before, after, with_protected=True).items
        if one.item not in without
    ]
    return display.differences(
        {one.label: _said(one.before) for one in found},
        {one.label: _said(one.after) for one in found},
        caption=caption,
        headings=headings,
    )


def _said(value: date | str) -> str:
    return strip_tags(display.day(value, weekday=False)) if isinstance(value, date) else value


def all_items(version: ResidentVersion) -> SafeString:
    """Return every item of a version that is not empty, in the order of the layout."""
    return display.facts(
        [(label, _said(value)) for label, value in selectors.items_in_words(version) if value]
    )


# Who was told what --------------------------------------------------------------------------


def deliveries(found: Sequence[selectors.PersonDelivery]) -> SafeString:
    """Return to which systems something of this person was handed on, in bulk too."""
    systems = base.system_names()
    rows = [
        (
            display.moment(one.at),
            systems.get(one.receiver_code, one.receiver_code),
            one.form,
            _items(one.items),
            "あり" if one.with_individual_number else "なし",
            one.procedure,
        )
        for one in found
    ]
    return display.table(
        ("日時", "移転先", "方法", "項目", "個人番号", "事務"),
        rows,
        caption="庁内業務システムへの移転",
        empty="どのシステムにも移転していません。",
    )


def _items(names: Sequence[str]) -> SafeString:
    words = item_labels(names)
    if not words:
        return display.NOTHING
    return format_html(
        "<details><summary>{}項目</summary>{}</details>", len(words), display.items(words)
    )
