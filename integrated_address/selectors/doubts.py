"""Doubtful identity for staff: the queue of candidates, two people side by side, what a 名寄せ moves."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Max, Min, Q, QuerySet

from integrated_address.models import (
    BasicItems,
    BusinessNumber,
    IndividualNumber,
    IntegratedAddressee,
    LinkageCodeStatus,
    MatchCandidate,
    MatchModel,
    Merge,
    MergeNotice,
)
from integrated_address.rules import RESIDENT_REGISTER

_OPEN = Q(valid_until__isnull=True, superseded_at__isnull=True)


@dataclass(frozen=True, slots=True)
class Side:
    """One of two people as staff compare them. Whether a 個人番号 is there, never which."""

    addressee: IntegratedAddressee
    basics: BasicItems | None
    links: Sequence[BusinessNumber]
    has_individual_number: bool
    code_state: str


def sides(numbers: Collection[str]) -> Mapping[str, Side]:
    """Return 団体内統合宛名番号 → the person as known now, in as many questions for many as for two."""
    people = IntegratedAddressee.objects.in_bulk(list(numbers))
    basics = {
        row.addressee_id: row for row in BasicItems.objects.filter(_OPEN, addressee__in=numbers)
    }
    links: dict[str, list[BusinessNumber]] = {number: [] for number in numbers}
    found = BusinessNumber.objects.filter(_OPEN, addressee__in=numbers).select_related("system")
    for link in found.order_by("system__business_id", "system__local_id", "number"):
        links[link.addressee_id].append(link)
    numbered = set(
        IndividualNumber.objects.filter(_OPEN, addressee__in=numbers).values_list(
            "addressee_id", flat=True
        )
    )
    codes = {
        row.addressee_id: row.get_state_display()
        for row in LinkageCodeStatus.objects.filter(addressee__in=numbers)
    }
    return {
        number: Side(
            person, basics.get(number), links[number], number in numbered, codes.get(number, "")
        )
        for number, person in people.items()
    }


def candidates(*, with_protected: bool) -> QuerySet[MatchCandidate]:
    """Return the candidates; those of people under 支援措置 only for who may see them."""
    found = MatchCandidate.objects.select_related("first", "second")
    if with_protected:
        return found
    return found.filter(first__under_support=False, second__under_support=False)


def merges(*, with_protected: bool) -> QuerySet[Merge]:
    """Return the 名寄せ; those of people under 支援措置 only for who may see them."""
    found = Merge.objects.select_related("retired", "survivor")
    if with_protected:
        return found
    return found.filter(retired__under_support=False, survivor__under_support=False)


def match_model_in_use() -> MatchModel | None:
    """Return the weights that matching goes by; None before the first matching."""
    return MatchModel.objects.filter(is_current=True).first()


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, and since when the oldest."""

    count: int
    oldest: datetime | None


def doubts_waiting() -> Mapping[str, Waiting]:
    """Return what waits for people: candidates to judge, 名寄せ to approve, notices to acknowledge."""
    asked: Mapping[str, tuple[QuerySet, str]] = {  # type: ignore[type-arg]
        "candidates": (MatchCandidate.objects.filter(state__in=MatchCandidate.OPEN), "found_at"),
        "merges": (Merge.objects.filter(state=Merge.State.PROPOSED), "proposed_at"),
        "notices": (MergeNotice.objects.filter(acknowledged_at=None), "at"),
    }
    told = {}
    for name, (rows, since) in asked.items():
        row = rows.aggregate(count=Count("pk"), oldest=Min(since))
        told[name] = Waiting(row["count"], row["oldest"])
    return told


@dataclass(frozen=True, slots=True)
class NumbersOfSystem:
    """A system that is told of a 名寄せ, with its numbers that move and those that stay."""

    system_id: int
    code: str
    name: str
    moved: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def systems_to_tell(*, survivor: str, retired: str) -> list[NumbersOfSystem]:
    """Return every system that is linked to one of the two, with its own open numbers."""
    links = BusinessNumber.objects.filter(_OPEN, addressee__in=[survivor, retired])
    told: dict[int, NumbersOfSystem] = {}
    for link in links.select_related("system").order_by("system_id", "number"):
        system = link.system
        entry = told.setdefault(system.pk, NumbersOfSystem(system.pk, system.code, system.name))
        (entry.moved if link.addressee_id == retired else entry.kept).append(link.number)
    return list(told.values())


def flag_row(addressee: str) -> BusinessNumber | None:
    """Return the link that bears the 統合宛名フラグ of a person."""
    flagged = BusinessNumber.objects.filter(_OPEN, addressee=addressee, integrated_flag=True)
    return flagged.select_related("system").first()


def whose_word_counts(*, survivor: str, retired: str) -> str:
    """
    Return of which of the two the 基本4情報 hold after a 名寄せ: of the one the 住民記録 speaks for.

    Where it speaks for both or for neither, the survivor's hold.
    """
    of_survivor, of_retired = flag_row(survivor), flag_row(retired)
    if of_retired is None:
        return survivor
    if of_survivor is None:
        return retired
    retired_is_registered = of_retired.system.code in RESIDENT_REGISTER
    survivor_is_registered = of_survivor.system.code in RESIDENT_REGISTER
    return retired if retired_is_registered and not survivor_is_registered else survivor


def later_merge(merge: Merge) -> Merge | None:
    """Return the 名寄せ that must be undone before this one can be: the last that stands upon it."""
    # 名寄せ are carried out one at a time: who moved rows later came later, whatever the clock says.
    moved_last = merge.rows.aggregate(last=Max("pk"))["last"]
    return (
        Merge.objects.filter(
            Q(survivor=merge.survivor_id) | Q(retired=merge.survivor_id),
            state=Merge.State.MERGED,
            rows__pk__gt=moved_last,
        )
        .order_by("-rows__pk")
        .first()
    )


def links_added_since(merge: Merge) -> Sequence[BusinessNumber]:
    """Return the links that came to the survivor after a 名寄せ: an undoing leaves them there."""
    images = (merge.image["survivor"], merge.image["retired"])
    before = {
        (one["system"], one["number"]) for image in images for one in image["business_numbers"]
    }
    links = BusinessNumber.objects.filter(_OPEN, addressee=merge.survivor_id)
    return [
        link
        for link in links.select_related("system").order_by("pk")
        if (link.system.code, link.number) not in before
    ]


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What a 名寄せ will do, in words for who approves it."""

    systems: Sequence[NumbersOfSystem]
    whose_basics: str
    code_words: str
    protects: bool
    contradiction: str


def merge_preview(*, retired: str, survivor: str) -> MergePreview:
    """Return what a 名寄せ will do."""
    both = sides([retired, survivor])
    counts = whose_word_counts(survivor=survivor, retired=retired)
    code = both[survivor].code_state
    contradicts = both[survivor].has_individual_number and both[retired].has_individual_number
    return MergePreview(
        systems=systems_to_tell(survivor=survivor, retired=retired),
        whose_basics="統合される番号の方の内容になります(住民記録の登録があるため)"
        if counts == retired
        else "残る番号の方の内容のままです。統合される番号の方の内容は履歴に残します",
        code_words=f"残る番号の符号({code})をそのまま使います"
        if code
        else "どちらも符号はありません",
        protects=both[survivor].addressee.under_support != both[retired].addressee.under_support,
        contradiction="二人とも個人番号があるため承認できません。先に変更または訂正を登録してください"
        if contradicts
        else "",
    )
