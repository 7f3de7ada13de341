"""
付番 (0320001, 0320002): search by 個人番号 first; known → link only; unknown → number and link.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from integrated_address.rules import (
    NO_CORPORATIONS,
    RESIDENT_NUMBERS,
    RESIDENT_REGISTER,
    Doubt,
    FourBasicItems,
)
from integrated_address.services import basics_sql, sql
from integrated_address.services.checked_last import links_checked_last
from integrated_address.services.keys import complete_digests, writing_column
from integrated_address.services.locks import lock_everyone, wait_for_masses
from integrated_address.services.matching.finding import match_people
from integrated_address.services.merging import NothingToMerge, propose_merge
from integrated_address.services.name_keys import complete_name_keys
from integrated_address.services.single import number_single
from sapporo_base import sealing
from sapporo_base import selectors as base_selectors
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotPermitted, Refusal
from sapporo_base.bulk import Staging, analyze_grown, indexes_last, temporary_staging
from sapporo_base.models import BusinessSystem
from sapporo_base.nudge import nudge
from sapporo_base.rules.check_digits import CORPORATE_NUMBER_LENGTH, is_individual_number
from sapporo_base.rules.kana import written_key

STAGED: Mapping[str, str] = {
    "business_number": "varchar(20) NOT NULL",
    "digest": "bytea",
    "ciphertext": "bytea",
    "name": "text",
    "name_kana": "text",
    "birth_on": "date",
    "birth_text": "text",
    "sex": "text",
    "residential_address": "text",
    "resident_state": "text",
    "resident_number": "varchar(15)",
    "valid_from": "date",
    "doubt": "text",
    "kana_key": "text",
    "name_key": "text",
    "integrated_number": "varchar(15)",
}
"""Columns of a staging table that `number_newcomers` takes."""
ASKED: Sequence[str] = tuple(STAGED)[:10]
"""
Those that who asks must fill. `resident_number` (住民宛名番号) leads to a person too, `valid_from` is the
day from which the number is theirs (today, if empty). A `kana_key` that is missing is made by the
database, a `name_key` by us; `doubt` is left with what a human must look at.
"""

# A day's file and a single 異動 wait for each other only where they are about the same people.
_LOCKED_SINGLY = 2_000
# Read by triggers, and those of what is past: masses bring what is.
_KEPT_INDEXES = (
    "closed_business_number",
    "superseded_business_number",
    "basic_items_of_the_past",
    "basic_items_by_past_kana",
    "basic_items_by_past_name",
    "basic_items_by_past_birth",
    "individual_number_history",
    "individual_number_of_the_past",
    "individual_number_of_past_2nd",
    "numbers_merged_into",
    "addressee_under_support",
)
_TABLES = tuple(
    f"integrated_address_{name}"
    for name in (
        "integratedaddressee",
        "basicitems",
        "individualnumber",
        "businessnumber",
        "linkagecodestatus",
        "linkagecodestep",
    )
)


class NumberingDoubtful(Refusal):
    """A human being must look at this request before anything is numbered or linked."""

    code = "numbering_doubtful"

    def __init__(self, doubt: Doubt) -> None:
        self.doubt = doubt
        super().__init__(doubt.words, fields={"doubt": doubt.value})


@dataclass(frozen=True, slots=True)
class Numbered:
    """What became of one numbering request."""

    integrated_number: str
    is_new: bool
    is_linked: bool


@dataclass(frozen=True, slots=True)
class NumberingCounts:
    """
    What became of a list: people numbered, numbers linked, requests that changed nothing, doubts.
    """

    numbered: int = 0
    linked: int = 0
    known: int = 0
    doubts: Mapping[Doubt, int] = field(default_factory=dict)


def refuse_wrong_number(number: str) -> None:
    """
    Refuse what can't be a 個人番号.

    :raises InvalidRequest: a 法人番号, or a wrong check digit; the number is not repeated.
    """
    if len(number) == CORPORATE_NUMBER_LENGTH and number.isascii() and number.isdigit():
        raise InvalidRequest(fields={"individual_number": NO_CORPORATIONS})
    if not is_individual_number(number):
        raise InvalidRequest(fields={"individual_number": "検査数字が一致しません。"})


def number_person(
    *,
    system: BusinessSystem,
    business_number: str,
    individual_number: str | None,
    basics: FourBasicItems,
    resident_state: str = "",
    resident_number: str = "",
    act: Act,
) -> Numbered:
    """
    Number one person on a system's request, or link its number to whom the 個人番号 is known.

    The same request again changes nothing. Without a 個人番号 the person is numbered as
    個人番号未登録.

    :param resident_number: 住民宛名番号, by which a system that may not use 個人番号 links its own.
    :raises NotPermitted: the system may not use 個人番号 and sent one.
    :raises InvalidRequest: the check digit of the 個人番号 is wrong, or it is a 法人番号.
    :raises NumberingDoubtful: the numbers contradict what is registered.
    """
    if individual_number and not system.uses_individual_number:
        raise NotPermitted("この庁内業務システムは個人番号を利用できません。")
    if individual_number:
        refuse_wrong_number(individual_number)
    sealed = sealing.NumberSealer().seal(individual_number) if individual_number else None
    row = {
        "business_number": business_number,
        "digest": sealed.digest if sealed else None,
        "ciphertext": sealed.ciphertext if sealed else None,
        "name": basics.name,
        "name_kana": basics.name_kana,
        "birth_on": basics.birth_on,
        "birth_text": basics.birth_text,
        "sex": basics.sex,
        "residential_address": basics.residential_address,
        "resident_state": resident_state,
        "resident_number": resident_number or None,
        "name_key": written_key(basics.name),
    }
    try:
        return _number_one(row, system, act)
    except _OnePersonTwice as twice:
        # What was begun is undone; the proposal stays.
        _propose_merges([twice.pair], act)
        raise NumberingDoubtful(Doubt.MERGE_PROPOSED) from None


class _OnePersonTwice(Exception):
    """The 個人番号 that arrived for one person is registered for another: undoes what was begun."""

    def __init__(self, pair: tuple[str, str]) -> None:
        super().__init__()
        self.pair = pair


@transaction.atomic
def _number_one(row: Mapping[str, Any], system: BusinessSystem, act: Act) -> Numbered:
    single = number_single(
        row,
        column=writing_column(at=act.at),
        values=_parameters(system, act, by_resident_number=row["resident_number"] is not None),
    )
    if single.integrated_number is None:
        numbered = _link_staged(row, system, act)
    else:
        is_new, is_linked = (single.verdict == verdict for verdict in ("number", "link"))
        numbered = Numbered(single.integrated_number, is_new=is_new, is_linked=is_linked)
    if row["digest"]:
        complete_digests()
    if numbered.is_new:
        nudge("gateway.tasks.read_feeds")
        # Masses are matched behind the intake, from the feed.
        match_people(integrated_numbers=[numbered.integrated_number], act=act, new=True)
    base.record_linkage(
        act,
        "person_numbered",
        subjects=[
            ("integrated", numbered.integrated_number),
            ("business", row["business_number"]),
        ],
        receiver_code=system.code,
        opened_individual_number=row["digest"] is not None,
    )
    return numbered


def _link_staged(row: Mapping[str, Any], system: BusinessSystem, act: Act) -> Numbered:
    """Go the way of masses: something that is known changes, or a human being must look."""
    with temporary_staging("integrated_single", STAGED) as staging:
        staging.copy(list(row), [list(row.values())])
        counts, pairs = _number(staging, system, act)
        if pairs:
            raise _OnePersonTwice(pairs[0])
        if counts.doubts:
            raise NumberingDoubtful(next(iter(counts.doubts)))
        ((number,),) = staging.select("SELECT integrated_number FROM {staging}")
    return Numbered(number, is_new=False, is_linked=counts.linked == 1)


def _propose_merges(pairs: Sequence[tuple[str, str]], act: Act) -> None:
    """Propose that those are one person to whom one 個人番号 belongs; people decide."""
    for linked, known in pairs:
        with suppress(NothingToMerge):
            propose_merge(
                addressee=linked,
                other=known,
                cause="individual_number",
                act=act,
                reason="後から届いた個人番号が、別の番号の方に登録されています。",
            )


@transaction.atomic
def number_newcomers(
    *,
    staging: Staging,
    system: BusinessSystem,
    act: Act,
    people: int | None = None,
    request_codes: bool = False,
    fill: bool = True,
) -> NumberingCounts:
    """
    Number everyone in `staging` who is unknown, link the business numbers, take over changed items.

    `staging` has the columns of `STAGED`; a business number stands in it once. It is left with
    `integrated_number` filled, but for doubtful rows. From the 住民記録 another 個人番号 of a
    linked person is a 個人番号変更. Rows are never fetched: two million people take seconds.

    :param people: how many, where that is known.
    :param request_codes: request the 符号 of the newcomers in the same breath.
    :param fill: leave `integrated_number` and `doubt` filled; without, `staging` may be a view, and
        two million rows are not written once more.
    """
    people = staging.count() if people is None else people
    is_alone = people > _LOCKED_SINGLY
    if is_alone:
        lock_everyone()
    else:
        _lock_people(staging, system)
    with (
        indexes_last(*_TABLES, added=people, keep=_KEPT_INDEXES) as alone,
        links_checked_last(alone),
    ):
        counts, pairs = _number(
            staging, system, act, is_alone=is_alone, request_codes=request_codes, fill=fill
        )
    _propose_merges(pairs, act)
    analyze_grown(counts.numbered, *_TABLES)
    analyze_grown(counts.linked, "integrated_address_businessnumber")
    base.record_linkage(
        act,
        "people_numbered",
        receiver_code=system.code,
        subject_count=counts.numbered + counts.linked,
        opened_individual_number=True,
        detail=f"付番{counts.numbered}件、紐付{counts.linked}件",
    )
    return counts


def _lock_people(staging: Staging, system: BusinessSystem) -> None:
    """Let a bulk job pass first, then two requests about one person or one number one by one."""
    wait_for_masses()
    staging.select(
        "SELECT pg_advisory_xact_lock(key) FROM ("
        " SELECT hashtextextended(encode(digest, 'hex'), 1) AS key FROM {staging}"
        " WHERE digest IS NOT NULL"
        " UNION SELECT hashtextextended(business_number, %(system)s) FROM {staging}"
        " ORDER BY key) keys",
        system=system.pk + 1,
    )


def _names_residents(staging: Staging) -> bool:
    """Say whether a row leads to its person by the 住民宛名番号."""
    question = "SELECT EXISTS (SELECT FROM {staging} WHERE resident_number IS NOT NULL)"
    return bool(staging.select(question)[0][0])


def _parameters(system: BusinessSystem, act: Act, *, by_resident_number: bool) -> dict[str, object]:
    register = base_selectors.system(RESIDENT_NUMBERS).pk if by_resident_number else None
    return {
        "system": system.pk,
        "is_register": system.code in RESIDENT_REGISTER,
        "register": register,
        "at": act.at,
        "day": act.day,
        "trip": act.correlation_id,
    }


def _count_verdicts(staging: Staging) -> tuple[dict[str, int], int]:
    """Return how many rows have which verdict, and how many came without 検索用氏名."""
    counted = staging.select(sql.COUNT)
    return {verdict: rows for verdict, rows, _ in counted}, sum(row[2] for row in counted)


def _number(
    staging: Staging,
    system: BusinessSystem,
    act: Act,
    *,
    is_alone: bool = False,
    request_codes: bool = False,
    fill: bool = True,
) -> tuple[NumberingCounts, list[tuple[str, str]]]:
    """Number, link and take over; return the counts, and who turned out to be one person twice."""
    by_resident_number = _names_residents(staging)
    parameters = _parameters(system, act, by_resident_number=by_resident_number)
    column = writing_column(at=act.at)
    if not is_alone:
        staging.execute(sql.lock_the_known(by_resident_number=by_resident_number), **parameters)
    staging.execute(sql.judge(by_resident_number=by_resident_number), **parameters)
    staging.execute(sql.LOOK_AT_JUDGED)
    verdicts, keyless = _count_verdicts(staging)
    if keyless:
        complete_name_keys(Staging("integrated_judged"))
    if sql.BRINGING.isdisjoint(verdicts):
        staging.execute(sql.NOBODY_BRINGS_NUMBERS)
    else:
        staging.execute(sql.TELL_CONTRADICTIONS)
        verdicts, _ = _count_verdicts(staging)
        staging.execute(sql.WHO_BRINGS_NUMBERS)
    if verdicts.get("number", 0) > 1:
        staging.execute(sql.ONE_NUMBER_FOR_ONE_PERSON)
    numbered = staging.execute(sql.ADD_ADDRESSEES, **parameters)
    staging.execute(sql.ADD_BASIC_ITEMS, **parameters)
    if "change_individual_number" in verdicts:
        staging.execute(sql.CLOSE_INDIVIDUAL_NUMBERS, **parameters)
    staging.execute(sql.ADD_INDIVIDUAL_NUMBERS.format(column=column), **parameters)
    if request_codes:
        staging.execute(sql.ADD_REQUESTED_CODES, **parameters)
    else:
        staging.execute(sql.ADD_CODE_STATUS.format(state="'not_requested'"), **parameters)
    linked = staging.execute(sql.ADD_LINKS, **parameters) - numbered
    if set(verdicts) - {"number"}:
        staging.execute(sql.DROP_FLAGS, **parameters)
        staging.execute(sql.SET_FLAGS, **parameters)
        staging.execute(basics_sql.CLOSE_BASIC_ITEMS, **parameters)
        staging.execute(basics_sql.SUPERSEDE_BASIC_ITEMS, **parameters)
        staging.execute(sql.TELL_OF_CHANGES, **parameters)
    if fill:
        staging.execute(sql.FILL_STAGING, **parameters)
    doubts = {Doubt(verdict): count for verdict, count in verdicts.items() if verdict in set(Doubt)}
    pairs = staging.select(sql.ONE_PERSON_TWICE) if Doubt.MERGE_PROPOSED in doubts else []
    if doubts and fill:
        staging.execute(sql.FILL_DOUBTS, doubts=[doubt.value for doubt in doubts])
    staging.execute(sql.TELL_OF_NEW_NUMBERS, **parameters)
    staging.execute(sql.FORGET)
    complete_digests()
    if numbered:
        nudge("gateway.tasks.read_feeds")
    counts = NumberingCounts(
        numbered=numbered,
        linked=linked,
        known=sum(verdicts.values()) - numbered - linked - sum(doubts.values()),
        doubts=doubts,
    )
    return counts, [(linked_to, known) for linked_to, known in pairs]
