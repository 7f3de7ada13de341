"""団体内統合宛名番号の検索 (0320004): recorded before it is answered."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from integrated_address.rules import is_integrated_number, place_asked
from integrated_address.services import search_sql as sql
from integrated_address.services.keys import writing_column
from integrated_address.services.numbering import refuse_wrong_number
from integrated_address.services.watching import count_searches
from sapporo_base import sealing
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotPermitted
from sapporo_base.models import BusinessSystem
from sapporo_base.rules.kana import kana_keys, written_keys
from sapporo_base.rules.places import place_key

MOST_FOUND = 50
_MOST_COMPARED = 1_000
"""People whose 住所 are compared with the one that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whom to search for: by one number, by a list of them, or by 基本4情報."""

    individual_number: str = ""
    business_numbers: Sequence[str] = ()
    numbers_of: BusinessSystem | None = None
    """The system whose numbers `business_numbers` are."""
    integrated_number: str = ""
    name: str = ""
    name_kana: str = ""
    birth_on: date | None = None
    sex: str = ""
    residential_address: str = ""
    with_past: bool = False
    """By names and addresses of the past too."""
    as_of: date | None = None
    """On which day the number was the person's; today, if None."""
    known_at: datetime | None = None
    """What the city knew at that time; what it knows now, if None."""

    @property
    def by_items(self) -> bool:
        """Say whether it is by 基本4情報."""
        return bool(self.name or self.name_kana or self.birth_on or self.residential_address)


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
    :raises SearchesStopped: too many searches by 個人番号 within the hour.
    """
    system = act.system
    if system is None:
        raise NotPermitted("庁内業務システムとして検索してください。")
    question, values = _question(wanted, system, act)
    if question is None:
        question, values = _question_by_items(wanted, act)
    holds = system.holds_integrated_number
    rows = base.read_recorded(
        act,
        "addressee_searched",
        question=sql.people(question, own=sql.in_time(wanted.as_of, wanted.known_at)),
        values={
            "day": wanted.as_of,
            "known": wanted.known_at,
            **values,
            "system": system.pk,
            "most": len(wanted.business_numbers) or MOST_FOUND,
            "holds_integrated_number": holds,
        },
        items=["団体内統合宛名番号" if holds else "業務番号"],
        opened_individual_number=bool(wanted.individual_number),
        detail=_said_of_time(wanted),
    )
    return SearchResult(
        people=[
            Found(own or [], asked, number if holds else None, state if holds else None)
            for number, asked, own, state, _ in rows
        ],
        more=any(row[-1] for row in rows),
        withheld=() if holds else ("integrated_number", "code_state"),
    )


def _said_of_time(wanted: Wanted) -> str:
    said = [f"{wanted.as_of.isoformat()}時点"] if wanted.as_of else []
    if wanted.known_at:
        said.append(f"{wanted.known_at.isoformat(timespec='minutes')}までの記録")
    return "、".join(said)


def _question(
    wanted: Wanted, system: BusinessSystem, act: Act
) -> tuple[str | None, dict[str, Any]]:
    """
    Return the SQL that finds whom a number names, with its values, if the system may ask so.

    None where no number is given.
    """
    when = sql.in_time(wanted.as_of, wanted.known_at)
    if wanted.individual_number:
        if wanted.known_at:
            raise InvalidRequest(
                fields={
                    "known_at": "個人番号での検索には指定できません。業務番号で検索してください。"
                }
            )
        digest = digest_to_search_by(wanted.individual_number, system, act)
        count_searches(act)
        return sql.by_individual_number(when), {"digest": digest}
    if wanted.business_numbers:
        owner = wanted.numbers_of or system
        refuse_numbers_of(owner, system)
        return sql.by_business_number(when), {
            "owner": owner.pk,
            "numbers": list(wanted.business_numbers),
        }
    if wanted.integrated_number:
        refuse_integrated_number(wanted.integrated_number, system)
        return sql.BY_INTEGRATED_NUMBER, {"number": wanted.integrated_number}
    return None, {}


def refuse_numbers_of(owner: BusinessSystem, asking: BusinessSystem) -> None:
    """
    Keep a system to its own numbers.

    :raises NotPermitted: the numbers are another system's, and the asker does not convert numbers.
    """
    if owner != asking and not asking.holds_integrated_number:
        raise NotPermitted("他の庁内業務システムの番号では検索できません。")


def refuse_integrated_number(number: str, asking: BusinessSystem) -> None:
    """
    Refuse a search by a 団体内統合宛名番号 that is none, or that the asker may not know.

    :raises NotPermitted: the system does not hold such numbers.
    :raises InvalidRequest: it is no such number.
    """
    if not asking.holds_integrated_number:
        raise NotPermitted("この庁内業務システムは団体内統合宛名番号を利用できません。")
    if not is_integrated_number(number):
        raise InvalidRequest(
            fields={"integrated_number": "15桁の番号ではないか、検査数字が一致しません。"}
        )


def digest_to_search_by(number: str, system: BusinessSystem, act: Act) -> bytes:
    """
    Return the digest by which a 個人番号 is found.

    :raises NotPermitted: the system may not use 個人番号.
    :raises InvalidRequest: no reason, a wrong check digit, or a 法人番号.
    """
    refuse_search_by_number(system, act)
    refuse_wrong_number(number)
    writing_column(at=act.at)
    return sealing.digest(number)


def refuse_search_by_number(system: BusinessSystem, act: Act) -> None:
    """
    Refuse a search by 個人番号 without the right to it or without a reason.

    :raises NotPermitted: the system may not use 個人番号.
    :raises InvalidRequest: no reason.
    """
    if not system.uses_individual_number:
        raise NotPermitted("この庁内業務システムは個人番号を利用できません。")
    if not act.reason:
        raise InvalidRequest(fields={"reason": "個人番号で検索する理由を入力してください。"})


def _question_by_items(wanted: Wanted, act: Act) -> tuple[str, dict[str, Any]]:
    """
    Return the SQL that finds whom 基本4情報 name; that somebody is kept back is recorded.

    A 住所 is compared in its folded form, among the people whom the other items name.
    """
    values = {
        "kana_keys": [*kana_keys(wanted.name_kana)],
        "name_keys": [*written_keys(wanted.name)],
        "birth_on": wanted.birth_on,
        "sex": wanted.sex,
    }
    # A name of nothing but marks ("ー") names nobody, and would leave the birth date alone.
    named = bool(values["name_keys"] or values["kana_keys"])
    if not (named and (wanted.birth_on or wanted.sex or wanted.residential_address)) and not (
        wanted.birth_on and wanted.residential_address
    ):
        raise InvalidRequest(
            "番号、または氏名(漢字・カナ)と生年月日・性別・住所のいずれかを指定してください。"
        )
    if wanted.as_of or wanted.known_at:
        raise InvalidRequest(
            fields={"as_of": "基本4情報の検索では、過去の氏名・住所を含める指定を使ってください。"}
        )
    question = sql.by_items(
        sql.Asked(
            by_name=bool(values["name_keys"]),
            by_kana=bool(values["kana_keys"]),
            by_birth=wanted.birth_on is not None,
            by_sex=bool(wanted.sex),
            with_past=wanted.with_past,
        )
    )
    if wanted.residential_address:
        place = place_asked(wanted.residential_address)
        shown, hidden = (
            _living_at(place, question, {**values, "protected": protected})
            for protected in (False, True)
        )
        _record_withheld(hidden, act)
        return sql.BY_LIST, {"integrated_numbers": shown}
    _record_withheld(_numbers_of(question, {**values, "protected": True}, MOST_FOUND), act)
    return question, {**values, "protected": False}


def _living_at(place: str, question: str, values: dict[str, Any]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT addressee_id, residential_address FROM ({question}) q"
            f" ORDER BY 1 LIMIT {_MOST_COMPARED:d}",
            values,
        )
        return sorted({number for number, lives in cursor.fetchall() if place in place_key(lives)})


def _numbers_of(question: str, values: dict[str, Any], most: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT addressee_id FROM ({question}) q ORDER BY 1 LIMIT {most:d}", values
        )
        return [number for (number,) in cursor.fetchall()]


def _record_withheld(numbers: Sequence[str], act: Act) -> None:
    """Record that people under 支援措置 were looked for whom no system finds so."""
    if numbers:
        base.record_refusal(
            act,
            "addressee_searched",
            detail="支援措置対象者を検索結果に含めませんでした。",
            subjects=[("integrated", number) for number in numbers],
        )
