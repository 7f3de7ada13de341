"""What a system would be given of a person, item by item, and for each withheld item the cause in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from resident_basic.models import UseApplication
from resident_basic.rules.applications import CAUSES, Phase, telling
from resident_basic.rules.items import INDIVIDUAL_NUMBER, REDUCTIONS, resident_items
from resident_basic.selectors.approvals import (
    Approval,
    approval_as_of,
    approved_items,
    phase,
)
from resident_basic.selectors.disclosure import residents_for
from sapporo_base.models import BusinessSystem

GIVEN: Final = "移転する"
NOT_ASKED: Final = "未承認(申請されていません)"
LEFT_OUT: Final = "未承認(審査で除かれました)"
GIVEN_UP: Final = "年次確認で不要とされました"
PROTECTED: Final = "支援措置"
DOES_NOT_USE_NUMBER: Final = "個人番号を利用しないシステム"
NUMBER_NOT_GRANTED: Final = "個人番号の移転が承認されていません"
IN_WORDS: Final[Mapping[Phase, str]] = {
    Phase.STOPPED: "年次確認の期限超過",
    Phase.REVOKED: "承認取消し",
    Phase.TAKEN_BACK: "取下げ",
    Phase.EXPIRED: "期間満了",
    Phase.NOT_BEGUN: "開始前",
    Phase.SUBMITTED: "未承認(審査中)",
    Phase.RETURNED: "未承認(差戻し中)",
    Phase.DRAFT: "未承認(作成中)",
    Phase.REFUSED: "却下",
}


@dataclass(frozen=True, slots=True)
class PreviewedItem:
    """One item as a system would be given it: its value exactly as delivered, or why it is not."""

    name: str
    label: str
    is_given: bool
    value: Any
    reduction: str
    cause: str
    application: int | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a system would see of a person on a day; `known` says whether the register holds them."""

    system: BusinessSystem
    day: date
    approval: Approval
    known: bool
    is_suppressed: bool
    items: Sequence[PreviewedItem]


def preview(*, system: BusinessSystem, number: str, day: date, today: date) -> Preview:
    """
    Return what a system would be given of a person today, or was entitled to on an earlier day.

    The values come from the selector that every delivery asks. 個人番号 is said to go or not, and
    never shown. An earlier day is judged by what had been decided by then.
    """
    is_past = day < today
    approval = (approval_as_of if is_past else approved_items)(system=system, day=day)
    rows = residents_for(numbers=[number], approval=approval, as_of=day if is_past else None)
    row = rows[0] if rows else None
    known = row is not None
    causes = _causes(system, day)
    items = []
    for name, item in resident_items().items():
        reduction = REDUCTIONS.get(approval.reductions.get(name, ""), "")
        given = name in approval.items
        hidden = given and row is not None and name in row.withheld
        cause, application = (PROTECTED, None) if hidden else causes.get(name, (NOT_ASKED, None))
        items.append(
            PreviewedItem(
                name=name,
                label=item.label,
                is_given=given and not hidden,
                value=_value(row.items, item.columns) if row and given and not hidden else None,
                reduction=reduction,
                cause="" if given and not hidden else cause,
                application=None if given else application,
            )
        )
    return Preview(
        system=system,
        day=day,
        approval=approval,
        known=known,
        is_suppressed=row.is_suppressed if row else False,
        items=[_number(system, approval, causes), *items],
    )


def _value(values: Mapping[str, Any], columns: Sequence[str]) -> Any:
    """Return the value as it leaves; the words of an 不詳日 stand for the day that is missing."""
    words = next((values[one] for one in columns if one.endswith("_text") and values.get(one)), "")
    return words or values.get(columns[0])


def _number(
    system: BusinessSystem, approval: Approval, causes: Mapping[str, tuple[str, int | None]]
) -> PreviewedItem:
    cause, application = causes.get(INDIVIDUAL_NUMBER, (NUMBER_NOT_GRANTED, None))
    if not system.uses_individual_number:
        cause, application = DOES_NOT_USE_NUMBER, None
    return PreviewedItem(
        name=INDIVIDUAL_NUMBER,
        label="個人番号",
        is_given=approval.individual_number,
        value=None,
        reduction="",
        cause="" if approval.individual_number else cause,
        application=None if approval.individual_number else application,
    )


def _causes(system: BusinessSystem, day: date) -> dict[str, tuple[str, int | None]]:
    """Return, for each item that was ever asked for, why it is not given on a day, and by which 利用申請."""
    stories: dict[str, dict[Phase, tuple[str, int | None]]] = {}
    applications = UseApplication.objects.filter(system=system).order_by("pk")
    for application in applications.prefetch_related(
        "requested_items", "approved_items", "certifications"
    ):
        now = phase(application, day=day)
        given = {one.item for one in application.approved_items.all()}
        given_up = {item for one in application.certifications.all() for item in one.given_up}
        asked = {one.item for one in application.requested_items.all()}
        if application.individual_number:
            asked.add(INDIVIDUAL_NUMBER)
            if application.grants_individual_number:
                given.add(INDIVIDUAL_NUMBER)
        for item in asked:
            words = IN_WORDS.get(now, LEFT_OUT)
            if now in IN_WORDS and application.decided_at and item not in given:
                words = LEFT_OUT if now is not Phase.REFUSED else words
            if item in given_up:
                words = GIVEN_UP
            stories.setdefault(item, {})[now] = (words, application.pk)
    return {item: _best(found) for item, found in stories.items()}


def _best(found: Mapping[Phase, tuple[str, int | None]]) -> tuple[str, int | None]:
    ended = [one for one in found if one in CAUSES]
    in_force = [one for one in found if one.is_in_force]
    # What stands in force and still does not give the item explains more than what ended before it.
    best = in_force[-1] if in_force else telling(ended)
    return found[best] if best else (NOT_ASKED, None)
