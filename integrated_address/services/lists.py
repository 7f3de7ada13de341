"""Search by a list: one call, one record, a result for each item (0320004)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection

from integrated_address.rules import is_integrated_number
from integrated_address.services.keys import writing_column
from integrated_address.services.numbering import refuse_wrong_number
from integrated_address.services.searching import (
    refuse_integrated_number,
    refuse_numbers_of,
    refuse_search_by_number,
)
from integrated_address.services.watching import count_searches
from sapporo_base import sealing
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, Refusal
from sapporo_base.models import BusinessSystem
from sapporo_base.rows import prepared_rows
from sapporo_base.rules.kana import kana_keys, written_keys

MOST_ITEMS: Final = 10_000
FOUND, NOBODY, SEVERAL, REFUSED = "found", "none", "several", "refused"
_OPEN = "valid_until IS NULL AND superseded_at IS NULL"
# Prepared: planned for a list whose length nobody knows, so by the index whatever the register's size.
_BY_BUSINESS_NUMBER: Final = f"""
SELECT asked.place, b.addressee_id, 1
FROM unnest(%(keys)s::varchar[]) WITH ORDINALITY AS asked (key, place)
JOIN integrated_address_businessnumber b
    ON b.system_id = %(owner)s::bigint AND b.number = asked.key AND {_OPEN}
"""
_BY_INTEGRATED_NUMBER: Final = """
SELECT asked.place, a.integrated_number, 1
FROM unnest(%(keys)s::varchar[]) WITH ORDINALITY AS asked (key, place)
JOIN integrated_address_integratedaddressee a
    ON a.integrated_number = integrated_address_present_number(asked.key)
    AND a.state = 'active'
"""
_BY_INDIVIDUAL_NUMBER: Final = """
SELECT asked.place, coalesce(i1.addressee_id, i2.addressee_id), 1
FROM unnest(%(keys)s::bytea[]) WITH ORDINALITY AS asked (key, place)
LEFT JOIN integrated_address_individualnumber i1
    ON i1.digest = asked.key AND i1.valid_until IS NULL AND i1.superseded_at IS NULL
LEFT JOIN integrated_address_individualnumber i2
    ON i2.second_digest = asked.key AND i2.valid_until IS NULL AND i2.superseded_at IS NULL
WHERE coalesce(i1.addressee_id, i2.addressee_id) IS NOT NULL
"""
# Who is asked for by kana is found by kana, who is not by the written name. No key has a space in it: the
# keys of one item, several where a long mark may be a vowel, are one text.
_BY_ITEMS: Final = """
SELECT asked.place, found.number, found.people
FROM unnest(%(names)s::text[], %(kana)s::text[], %(births)s::date[], %(sexes)s::varchar[])
    WITH ORDINALITY AS asked (name, kana, birth, sex, place)
CROSS JOIN LATERAL (
    SELECT min(named.addressee_id) AS number, count(*) AS people FROM (
        SELECT DISTINCT b.addressee_id FROM integrated_address_basicitems b
        JOIN integrated_address_integratedaddressee a ON a.integrated_number = b.addressee_id
        WHERE b.{key} = ANY(string_to_array(asked.{column}, ' '))
          AND (asked.name = '' OR b.name_key = ANY(string_to_array(asked.name, ' ')))
          AND b.valid_until IS NULL AND b.superseded_at IS NULL AND a.state = 'active'
          AND (asked.birth IS NULL OR b.birth_on = asked.birth)
          AND (asked.sex = '' OR b.sex = asked.sex)
          AND a.under_support = {protected}
        LIMIT 2
    ) named
) found
WHERE found.people > 0
"""
# The state of the 符号 is read for those alone who are told it.
_TOLD: Final = """
SELECT found.number, found.place,
    array_agg(b.number ORDER BY b.valid_from DESC, b.id DESC) FILTER (WHERE b.id IS NOT NULL),
    {state}
FROM unnest(%(found)s::varchar[]) WITH ORDINALITY AS found (number, place)
{join} integrated_address_businessnumber b
    ON b.addressee_id = found.number AND b.system_id = %(system)s::bigint
    AND b.valid_until IS NULL AND b.superseded_at IS NULL
{code}
GROUP BY found.number, found.place{also}
"""
_TOLD_TO_HOLDERS: Final = _TOLD.format(
    state="code.state",
    join="LEFT JOIN",
    code="LEFT JOIN integrated_address_linkagecodestatus code ON code.addressee_id = found.number",
    also=", code.state",
)
_TOLD_TO_OTHERS: Final = _TOLD.format(state="NULL", join="JOIN", code="", also="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a list: whoever one number names, or 基本4情報."""

    individual_number: str = ""
    business_number: str = ""
    integrated_number: str = ""
    name: str = ""
    name_kana: str = ""
    birth_on: date | None = None
    sex: str = ""


@dataclass(slots=True)
class ItemResult:
    """What became of one item: found, none, several or refused (`detail` says why)."""

    result: str = NOBODY
    detail: str = ""
    business_numbers: Sequence[str] = ()
    integrated_number: str | None = None
    code_state: str | None = None


def search_list(
    *,
    items: Sequence[Item],
    act: Act,
    numbers_of: BusinessSystem | None = None,
    with_protected: bool = False,
) -> list[ItemResult]:
    """
    Search for each item of a list; the results stand in the order of the items.

    A business system gets its own numbers and, if it holds such, the 団体内統合宛名番号; staff get the
    latter. An item that can't be searched by is refused, the others are answered. People under 支援措置
    are found by numbers alone; of staff only by who may see them.

    :param numbers_of: the system whose numbers the business numbers are; the asking one, if None.
    :param with_protected: for staff: may see people under 支援措置.
    :raises InvalidRequest: more than ten thousand items.
    :raises SearchesStopped: too many searches by 個人番号 within the hour.
    """
    if len(items) > MOST_ITEMS:
        raise InvalidRequest(fields={"items": f"{MOST_ITEMS:,}件以内に分けてください。"})
    results = [ItemResult() for _ in items]
    found = _Resolved(items, results, act).everyone(numbers_of)
    if act.system is None and not with_protected:
        found = _without_protected(found, results, act)
    holds = act.system is None or act.system.holds_integrated_number
    rows = base.read_recorded(
        act,
        "addressee_searched",
        question=_TOLD_TO_HOLDERS if holds else _TOLD_TO_OTHERS,
        values={
            "found": list(found.values()),
            "system": act.system.pk if act.system else numbers_of.pk if numbers_of else 0,
        },
        items=["団体内統合宛名番号" if holds else "業務番号"],
        opened_individual_number=any(item.individual_number for item in items),
        detail=f"一覧検索{len(items)}件",
    )
    places = list(found)
    for number, place, own, state in rows:
        result = results[places[place - 1]]
        result.result, result.business_numbers = FOUND, own or ()
        if holds:
            result.integrated_number, result.code_state = number, state
    return results


class _Resolved:
    """Turns items into people, set by set; nothing of it is told to anybody yet."""

    def __init__(self, items: Sequence[Item], results: list[ItemResult], act: Act) -> None:
        self._items, self._results, self._act = items, results, act
        self._found: dict[int, str] = {}

    def everyone(self, numbers_of: BusinessSystem | None) -> dict[int, str]:
        """Return place in the list → 団体内統合宛名番号 of those who were found."""
        sets: dict[str, list[int]] = {
            "individual": [],
            "business": [],
            "integrated": [],
            "items": [],
        }
        for place, item in enumerate(self._items):
            sets[_kind(item)].append(place)
        if sets["business"]:
            self._by_business_number(sets["business"], numbers_of)
        if sets["integrated"]:
            self._by_integrated_number(sets["integrated"])
        if sets["individual"]:
            self._by_individual_number(sets["individual"])
        if sets["items"]:
            self._by_items(sets["items"])
        return self._found

    def _refuse(self, places: Sequence[int], refusal: Refusal) -> None:
        words = next(iter(refusal.fields.values()), refusal.message)
        for place in places:
            self._results[place].result, self._results[place].detail = REFUSED, str(words)

    def _by_business_number(self, places: Sequence[int], numbers_of: BusinessSystem | None) -> None:
        system = self._act.system
        owner = numbers_of or system
        try:
            if owner is None:
                raise InvalidRequest("業務番号の属するシステムを指定してください。")
            if system is not None:
                refuse_numbers_of(owner, system)
        except Refusal as refusal:
            self._refuse(places, refusal)
            return
        keys = [self._items[place].business_number for place in places]
        self._take(_BY_BUSINESS_NUMBER, places, {"keys": keys, "owner": owner.pk})

    def _by_integrated_number(self, places: Sequence[int]) -> None:
        good = []
        for place in places:
            number = self._items[place].integrated_number
            try:
                if self._act.system is not None:
                    refuse_integrated_number(number, self._act.system)
                elif not is_integrated_number(number):
                    raise InvalidRequest("15桁の番号ではないか、検査数字が一致しません。")
            except Refusal as refusal:
                self._refuse([place], refusal)
            else:
                good.append(place)
        keys = [self._items[place].integrated_number for place in good]
        self._take(_BY_INTEGRATED_NUMBER, good, {"keys": keys})

    def _by_individual_number(self, places: Sequence[int]) -> None:
        try:
            if self._act.system is not None:
                refuse_search_by_number(self._act.system, self._act)
            elif not self._act.reason:
                raise InvalidRequest("個人番号で検索する理由を入力してください。")
        except Refusal as refusal:
            self._refuse(places, refusal)
            return
        count_searches(self._act, len(places))
        writing_column(at=self._act.at)
        good, digests = [], []
        for place in places:
            number = self._items[place].individual_number
            try:
                refuse_wrong_number(number)
            except InvalidRequest as refusal:
                self._refuse([place], refusal)
            else:
                good.append(place)
                digests.append(sealing.digest(number))
        self._take(_BY_INDIVIDUAL_NUMBER, good, {"keys": digests})

    def _by_items(self, places: Sequence[int]) -> None:
        by: dict[str, list[int]] = {"kana": [], "name": []}
        for place in places:
            item = self._items[place]
            if not (item.birth_on or item.sex) or not (item.name or item.name_kana):
                self._refuse(
                    [place],
                    InvalidRequest(
                        "番号、または氏名(漢字・カナ)と生年月日・性別を指定してください。"
                    ),
                )
            else:
                by["kana" if item.name_kana else "name"].append(place)
        hidden: set[str] = set()
        for column, chosen in by.items():
            if not chosen:
                continue
            asked = [self._items[place] for place in chosen]
            values = {
                "names": [" ".join(written_keys(item.name)) for item in asked],
                "kana": [" ".join(kana_keys(item.name_kana)) for item in asked],
                "births": [item.birth_on for item in asked],
                "sexes": [item.sex for item in asked],
            }
            statement = {"key": f"{column}_key", "column": column}
            self._take(_BY_ITEMS.format(**statement, protected="false"), chosen, values)
            hidden |= {
                number
                for _, number, _ in prepared_rows(
                    _BY_ITEMS.format(**statement, protected="true"), values
                )
            }
        _record_hidden(sorted(hidden), self._act)

    def _take(self, statement: str, places: Sequence[int], values: Mapping[str, Any]) -> None:
        for nth, number, people in prepared_rows(statement, values):
            place = places[nth - 1]
            if people == 1:
                self._found[place] = number
            else:
                self._results[place].result = SEVERAL
                self._results[place].detail = "該当する方が複数います。条件を追加してください。"


def _kind(item: Item) -> str:
    if item.individual_number:
        return "individual"
    if item.business_number:
        return "business"
    return "integrated" if item.integrated_number else "items"


def _without_protected(
    found: Mapping[int, str], results: list[ItemResult], act: Act
) -> dict[int, str]:
    """Leave out whom this member of staff may not see; that they were searched for is recorded."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT integrated_number FROM integrated_address_integratedaddressee"
            " WHERE under_support AND integrated_number = ANY(%s)",
            [list(found.values())],
        )
        hidden = {number for (number,) in cursor.fetchall()}
    _record_hidden(sorted(hidden), act)
    return {place: number for place, number in found.items() if number not in hidden}


def _record_hidden(numbers: Sequence[str], act: Act) -> None:
    if numbers:
        base.record_refusal(
            act,
            "addressee_searched",
            detail="支援措置対象者を検索結果に含めませんでした。",
            subjects=[("integrated", number) for number in numbers],
        )
