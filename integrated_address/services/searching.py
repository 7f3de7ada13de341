"""団体内統合宛名番号の検索 (0320004): recorded before it is answered."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from integrated_address.rules import is_integrated_number
from integrated_address.services.keys import writing_column
from sapporo_base import sealing
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotPermitted
from sapporo_base.models import BusinessSystem
from sapporo_base.rules.check_digits import is_individual_number
from sapporo_base.rules.kana import kana_key

_OPEN = "valid_until IS NULL AND superseded_at IS NULL"
_BY_BUSINESS_NUMBER = f"""
SELECT addressee_id, number AS asked FROM integrated_address_businessnumber
WHERE system_id = %(owner)s AND number = ANY(%(numbers)s) AND {_OPEN}
"""
_BY_INTEGRATED_NUMBER = f"""
SELECT addressee_id, '' AS asked FROM integrated_address_basicitems
WHERE addressee_id = integrated_address_present_number(%(number)s) AND {_OPEN}
"""
_BY_INDIVIDUAL_NUMBER = f"""
SELECT addressee_id, '' AS asked FROM integrated_address_individualnumber
WHERE (digest = %(digest)s OR second_digest = %(digest)s) AND {_OPEN}
"""
_BY_BASIC_ITEMS = f"""
SELECT b.addressee_id, '' AS asked FROM integrated_address_basicitems b
JOIN integrated_address_integratedaddressee a ON a.integrated_number = b.addressee_id
WHERE b.kana_key = %(kana_key)s AND {_OPEN} AND NOT a.under_support
    AND (%(birth_on)s::date IS NULL OR b.birth_on = %(birth_on)s)
    AND (%(sex)s = '' OR b.sex = %(sex)s)
"""
_WITHHELD = _BY_BASIC_ITEMS.replace("NOT a.under_support", "a.under_support")
# Who it is, the asker's own numbers of them (the newest first), their 符号取得状況, are there more.
_PEOPLE = f"""
SELECT found.addressee_id AS number, found.asked, own.numbers, code.state,
    found.people > %%(most)s
FROM (
    SELECT addressee_id, asked, count(*) OVER () AS people
    FROM (%s ORDER BY addressee_id LIMIT %%(most)s + 1) matching
    LIMIT %%(most)s
) found
LEFT JOIN LATERAL (
    SELECT array_agg(number ORDER BY valid_from DESC, id DESC) AS numbers
    FROM integrated_address_businessnumber
    WHERE addressee_id = found.addressee_id AND system_id = %%(system)s AND {_OPEN}
) own ON true
LEFT JOIN integrated_address_linkagecodestatus code ON code.addressee_id = found.addressee_id
WHERE %%(holds_integrated_number)s OR own.numbers IS NOT NULL
"""
MOST_FOUND = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whom to search for: by one number, by a list of them, or by 基本4情報."""

    individual_number: str = ""
    business_numbers: Sequence[str] = ()
    numbers_of: BusinessSystem | None = None
    """The system whose numbers `business_numbers` are."""
    integrated_number: str = ""
    name_kana: str = ""
    birth_on: date | None = None
    sex: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """
    One person as the asking system may know them: its own numbers, and the integrated one if it
    may. `asked_number` is the business number of the request that names the person, if one does.
    """

    business_numbers: Sequence[str]
    asked_number: str = ""
    integrated_number: str | None = None
    code_state: str | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """
    Who was found; `more` says that there are others beyond the limit, `withheld` names what is kept
    back.
    """

    people: Sequence[Found]
    more: bool = False
    withheld: Sequence[str] = field(default_factory=tuple)


def search(*, wanted: Wanted, act: Act) -> SearchResult:
    """
    Search people for a business system. No system ever gets another system's number.

    People under 支援措置 are not found by 基本4情報, only by a number that the asker holds already.

    :raises NotPermitted: by 個人番号 where the system may not use it, or by a number it does not
    hold.
    :raises InvalidRequest: nothing to search by, a wrong check digit, or no reason for a 個人番号.
    """
    system = act.system
    if system is None:
        raise NotPermitted("庁内業務システムとして検索してください。")
    question, values = _question(wanted, system, act)
    if question is _BY_BASIC_ITEMS:
        _record_withheld(values, act)
    holds = system.holds_integrated_number
    rows = base.read_recorded(
        act,
        "addressee_searched",
        question=_PEOPLE % question,
        values={
            **values,
            "system": system.pk,
            "most": len(wanted.business_numbers) or MOST_FOUND,
            "holds_integrated_number": holds,
        },
        items=["団体内統合宛名番号" if holds else "業務番号"],
        opened_individual_number=bool(wanted.individual_number),
    )
    return SearchResult(
        people=[
            Found(own or [], asked, number if holds else None, state if holds else None)
            for number, asked, own, state, _ in rows
        ],
        more=any(row[-1] for row in rows),
        withheld=() if holds else ("integrated_number", "code_state"),
    )


def _record_withheld(values: dict[str, Any], act: Act) -> None:
    """Record that people under 支援措置 were looked for whom no system finds so."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_WITHHELD} ORDER BY 1 LIMIT %(most)s", {**values, "most": MOST_FOUND})
        hidden = [number for number, _ in cursor.fetchall()]
    if hidden:
        base.record_refusal(
            act,
            "addressee_searched",
            detail="支援措置対象者を検索結果に含めませんでした。",
            subjects=[("integrated", number) for number in hidden],
        )


def _question(wanted: Wanted, system: BusinessSystem, act: Act) -> tuple[str, dict[str, Any]]:
    """Return the SQL that finds whom the system wants, with its values, if the system may ask so."""
    if wanted.individual_number:
        return _BY_INDIVIDUAL_NUMBER, {"digest": _digest(wanted.individual_number, system, act)}
    if wanted.business_numbers:
        owner = wanted.numbers_of or system
        if owner != system and not system.holds_integrated_number:
            raise NotPermitted("他の庁内業務システムの番号では検索できません。")
        return _BY_BUSINESS_NUMBER, {"owner": owner.pk, "numbers": list(wanted.business_numbers)}
    if wanted.integrated_number:
        if not system.holds_integrated_number:
            raise NotPermitted("この庁内業務システムは団体内統合宛名番号を利用できません。")
        if not is_integrated_number(wanted.integrated_number):
            raise InvalidRequest(fields={"integrated_number": "15桁の番号ではありません。"})
        return _BY_INTEGRATED_NUMBER, {"number": wanted.integrated_number}
    if wanted.name_kana and (wanted.birth_on or wanted.sex):
        kana = kana_key(wanted.name_kana)
        return _BY_BASIC_ITEMS, {"kana_key": kana, "birth_on": wanted.birth_on, "sex": wanted.sex}
    raise InvalidRequest("番号、または氏名カナと生年月日(性別)を指定してください。")


def _digest(number: str, system: BusinessSystem, act: Act) -> bytes:
    if not system.uses_individual_number:
        raise NotPermitted("この庁内業務システムは個人番号を利用できません。")
    if not act.reason:
        raise InvalidRequest(fields={"reason": "個人番号で検索する理由を入力してください。"})
    if not is_individual_number(number):
        raise InvalidRequest(fields={"individual_number": "検査数字が一致しません。"})
    writing_column(at=act.at)
    return sealing.digest(number)
