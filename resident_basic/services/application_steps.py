"""What every act on a 利用申請 shares: it is locked, four eyes are kept, its step and record written."""

from collections.abc import Collection, Mapping

from resident_basic.models import ApplicationStep, UseApplication
from resident_basic.rules.applications import NEEDS_PROTECTION_MARK
from resident_basic.rules.items import PROTECTION_MARK, contradictions, unknown_items
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotNow, NotPermitted
from sapporo_base.models import Staff

State = UseApplication.State
Step = ApplicationStep.Kind


class OwnApplication(NotPermitted):
    """Who drafted or submitted an application wants to decide it."""

    code = "own_application"
    message = "作成者・申請者本人は承認・却下できません。別の担当者が決定してください。"


class NotAnItem(InvalidRequest):
    """An item is asked for that does not exist, or in a reduction that it does not have."""

    code = "not_an_item"
    message = "移転できない項目、または限定できない項目が含まれています。"


class Contradiction(InvalidRequest):
    """One item promises less of a place than another one tells."""

    code = "contradiction"
    message = "区のみとする住所と、より詳しい項目を同時に申請・承認することはできません。"


class NotToldWhoIsProtected(InvalidRequest):
    """A system would be given the 住所 of people under 支援措置 and not know of whom."""

    code = "not_told_who_is_protected"
    message = NEEDS_PROTECTION_MARK


def staff_of(act: Act) -> Staff:
    """
    Return who acts.

    :raises NotPermitted: nobody does: a system or a task can't apply or decide.
    """
    if act.staff is None:
        raise NotPermitted("職員として操作してください。")
    return act.staff


def locked(application: UseApplication, *states: str) -> UseApplication:
    """
    Return the application as it is now, locked until the transaction ends.

    :raises NotNow: it stands in none of these states.
    """
    found = UseApplication.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if found.state not in states:
        raise NotNow(f"この利用申請は「{found.get_state_display()}」のため、この操作はできません。")
    return found


def refuse_own(application: UseApplication, act: Act) -> None:
    """
    Keep four eyes.

    :raises OwnApplication: who acts drafted or submitted the application.
    """
    if staff_of(act).pk in {application.drafted_by_id, application.submitted_by_id}:
        raise OwnApplication


def refuse_wrong_items(reductions: Mapping[str, str]) -> None:
    """
    Check items (item → reduction) for what can't be.

    :raises NotAnItem: an item does not exist or has no such reduction.
    :raises Contradiction: 区のみ stands beside a finer part of the same place.
    """
    if wrong := unknown_items(reductions):
        raise NotAnItem(fields=dict.fromkeys(wrong, "この項目または限定は指定できません。"))
    if beside := contradictions(reductions):
        raise Contradiction(fields=beside)


def lacks_protection_mark(
    application: UseApplication, *, protected_people: bool, items: Collection[str]
) -> bool:
    """
    Say whether a system would be given the 住所 of protected people without being told whose they are.

    Who is part of this project knows it by the flag of 団体内統合宛名.
    """
    return protected_people and not application.system.in_process and PROTECTION_MARK not in items


def needed_reason(reason: str, *, words: str) -> str:
    """
    Return the reason without blanks around it.

    :raises InvalidRequest: there is none.
    """
    if not reason.strip():
        raise InvalidRequest(words, fields={"reason": "必須です。"})
    return reason.strip()


def take_step(act: Act, kind: str, application: UseApplication, *, reason: str = "") -> None:
    """Write the step into the life of the application and the 情報連携記録 of the act."""
    ApplicationStep.objects.create(
        application=application, kind=kind, at=act.at, by=staff_of(act), reason=reason[:300]
    )
    base.record_linkage(
        act.for_purpose(reason=reason),
        f"application_{kind}",
        items=application.requested_items.values_list("item", flat=True),
        receiver_code=application.system.code,
        legal_basis=application.legal_basis,
        detail=f"利用申請第{application.pk}号",
    )
