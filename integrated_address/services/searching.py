"""団体内統合宛名番号の検索 (0320004): recorded before it is answered."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import Q

from integrated_address.models import BasicItems, BusinessNumber, IndividualNumber
from integrated_address.rules import is_integrated_number
from integrated_address.selectors import business_numbers_of, code_states_of, under_support
from integrated_address.services.keys import writing_column
from sapporo_base import sealing
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotPermitted
from sapporo_base.models import BusinessSystem
from sapporo_base.rules.check_digits import is_individual_number
from sapporo_base.rules.kana import kana_key

_OPEN = Q(valid_until__isnull=True, superseded_at__isnull=True)
MOST_FOUND = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whom to search for: by one number, or by 基本4情報 (kana with birth date or sex)."""

    individual_number: str = ""
    business_number: str = ""
    numbers_of: BusinessSystem | None = None
    """The system whose number `business_number` is."""
    integrated_number: str = ""
    name_kana: str = ""
    birth_on: date | None = None
    sex: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """
    One person as the asking system may know them: its own numbers, and the integrated one if it
    may.
    """

    business_numbers: Sequence[str]
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


@transaction.atomic
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
    numbers = _numbers(wanted, system, act)
    more = len(numbers) > MOST_FOUND
    numbers = numbers[:MOST_FOUND]
    own = business_numbers_of(system=system, integrated_numbers=numbers)
    if not system.holds_integrated_number:
        numbers = [number for number in numbers if number in own]
    states = code_states_of(numbers) if system.holds_integrated_number else {}
    base.record_linkage(
        act,
        "addressee_searched",
        subjects=[("integrated", number) for number in numbers],
        items=["団体内統合宛名番号" if system.holds_integrated_number else "業務番号"],
        opened_individual_number=bool(wanted.individual_number),
    )
    return SearchResult(
        people=[
            Found(
                business_numbers=own.get(number, []),
                integrated_number=number if system.holds_integrated_number else None,
                code_state=states.get(number),
            )
            for number in numbers
        ],
        more=more,
        withheld=() if system.holds_integrated_number else ("integrated_number", "code_state"),
    )


def _numbers(wanted: Wanted, system: BusinessSystem, act: Act) -> list[str]:
    if wanted.individual_number:
        return _by_individual_number(wanted.individual_number, system, act)
    if wanted.business_number:
        return _by_business_number(wanted, system)
    if wanted.integrated_number:
        if not system.holds_integrated_number:
            raise NotPermitted("この庁内業務システムは団体内統合宛名番号を利用できません。")
        if not is_integrated_number(wanted.integrated_number):
            raise InvalidRequest(fields={"integrated_number": "15桁の番号ではありません。"})
        held = BasicItems.objects.filter(_OPEN, addressee=wanted.integrated_number)
        return list(held.values_list("addressee_id", flat=True))
    if wanted.name_kana and (wanted.birth_on or wanted.sex):
        return _by_basic_items(wanted)
    raise InvalidRequest("番号、または氏名カナと生年月日(性別)を指定してください。")


def _by_individual_number(number: str, system: BusinessSystem, act: Act) -> list[str]:
    if not system.uses_individual_number:
        raise NotPermitted("この庁内業務システムは個人番号を利用できません。")
    if not act.reason:
        raise InvalidRequest(fields={"reason": "個人番号で検索する理由を入力してください。"})
    if not is_individual_number(number):
        raise InvalidRequest(fields={"individual_number": "検査数字が一致しません。"})
    writing_column(at=act.at)
    digest = sealing.digest(number)
    held = IndividualNumber.objects.filter(_OPEN, Q(digest=digest) | Q(second_digest=digest))
    return list(held.values_list("addressee_id", flat=True))


def _by_business_number(wanted: Wanted, system: BusinessSystem) -> list[str]:
    owner = wanted.numbers_of or system
    if owner != system and not system.holds_integrated_number:
        raise NotPermitted("他の庁内業務システムの番号では検索できません。")
    links = BusinessNumber.objects.filter(_OPEN, system=owner, number=wanted.business_number)
    return list(links.values_list("addressee_id", flat=True))


def _by_basic_items(wanted: Wanted) -> list[str]:
    items = BasicItems.objects.filter(_OPEN, kana_key=kana_key(wanted.name_kana))
    if wanted.birth_on:
        items = items.filter(birth_on=wanted.birth_on)
    if wanted.sex:
        items = items.filter(sex=wanted.sex)
    found = list(
        items.order_by("addressee_id").values_list("addressee_id", flat=True)[: MOST_FOUND + 1]
    )
    hidden = under_support(found)
    return [number for number in found if number not in hidden]
