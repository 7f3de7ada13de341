"""利用申請: drafted by the using section, decided by スマートシティ推進部 with four eyes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from resident_basic.models import ApprovedItem, RequestedItem, UseApplication
from resident_basic.rules.items import unknown_items
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotNow, NotPermitted
from sapporo_base.models import BusinessSystem, LegalBasis, Staff

_YEAR = timedelta(days=365)


class OwnApplication(NotPermitted):
    """Who drafted or submitted an application wants to decide it."""

    code = "own_application"
    message = "作成者・申請者本人は承認・却下できません。別の担当者が決定してください。"


class NotAnItem(InvalidRequest):
    """An item is asked for that does not exist, or in a reduction that it does not have."""

    code = "not_an_item"
    message = "移転できない項目、または限定できない項目が含まれています。"


class IndividualNumberNotUsed(InvalidRequest):
    """個人番号 is asked for by a system that does not use it."""

    code = "individual_number_not_used"
    message = "個人番号を利用しない庁内業務システムには、個人番号を移転できません。"


@dataclass(frozen=True, slots=True)
class ItemRequest:
    """One item asked for: which, why, and reduced how ("" is whole)."""

    item: str
    reason: str
    reduction: str = ""


def _staff(act: Act) -> Staff:
    if act.staff is None:
        raise NotPermitted("職員として操作してください。")
    return act.staff


@transaction.atomic
def draft_application(
    *,
    system: BusinessSystem,
    purpose: str,
    procedure: str,
    legal_basis: LegalBasis,
    items: Sequence[ItemRequest],
    valid_from: date,
    valid_until: date,
    individual_number: bool = False,
    protected_people: bool = False,
    act: Act,
) -> UseApplication:
    """
    Draft a 利用申請.

    :raises NotAnItem: an item does not exist or can't be reduced as asked.
    :raises IndividualNumberNotUsed: 個人番号 for a system that does not use it (番号法第9条).
    """
    _refuse_unknown({request.item: request.reduction for request in items})
    if individual_number and not system.uses_individual_number:
        raise IndividualNumberNotUsed
    application = UseApplication.objects.create(
        system=system,
        purpose=purpose,
        procedure=procedure,
        legal_basis=legal_basis,
        individual_number=individual_number,
        protected_people=protected_people,
        valid_from=valid_from,
        valid_until=valid_until,
        recertify_on=min(valid_from + _YEAR, valid_until),
        drafted_by=_staff(act),
        drafted_at=act.at,
    )
    RequestedItem.objects.bulk_create(
        RequestedItem(
            application=application,
            item=request.item,
            reduction=request.reduction,
            reason=request.reason,
        )
        for request in items
    )
    return application


@transaction.atomic
def submit_application(*, application: UseApplication, act: Act) -> UseApplication:
    """
    Submit a drafted 利用申請 to スマートシティ推進部.

    :raises NotNow: it is no draft, or asks for nothing.
    """
    application = _locked(application, UseApplication.State.DRAFT)
    if not application.individual_number and not application.requested_items.exists():
        raise NotNow("申請項目がありません。項目を登録してから提出してください。")
    application.state = UseApplication.State.SUBMITTED
    application.submitted_by = _staff(act)
    application.submitted_at = act.at
    application.save(update_fields=["state", "submitted_by", "submitted_at"])
    _record(act, "application_submitted", application)
    return application


@transaction.atomic
def approve_application(
    *,
    application: UseApplication,
    changes: Mapping[str, str | None] | None = None,
    reason: str = "",
    act: Act,
) -> UseApplication:
    """
    Approve a submitted 利用申請: its items become 移転承認項目.

    :param changes: what is approved otherwise than asked: item → reduction, None where the item
        is not approved.
    :raises OwnApplication: the one who decides drafted or submitted it.
    :raises NotNow: it is not waiting for a decision, or has run out already.
    """
    application = _locked(application, UseApplication.State.SUBMITTED)
    _refuse_own(application, act)
    if application.valid_until <= act.day:
        raise NotNow("利用終了日を過ぎているため承認できません。")
    changes = changes or {}
    _refuse_unknown({item: reduction or "" for item, reduction in changes.items()})
    for requested in application.requested_items.order_by("pk"):
        reduction = changes.get(requested.item, requested.reduction)
        if reduction is not None:
            ApprovedItem.objects.create(
                application=application,
                item=requested.item,
                reduction=reduction,
                reason=requested.reason,
                valid_from=application.valid_from,
                valid_until=application.valid_until,
            )
    _decide(application, UseApplication.State.APPROVED, reason, act)
    _record(act, "application_approved", application)
    return application


@transaction.atomic
def refuse_application(*, application: UseApplication, reason: str, act: Act) -> UseApplication:
    """
    Refuse a submitted 利用申請.

    :raises OwnApplication: the one who decides drafted or submitted it.
    :raises InvalidRequest: no reason is given.
    :raises NotNow: it is not waiting for a decision.
    """
    application = _locked(application, UseApplication.State.SUBMITTED)
    _refuse_own(application, act)
    if not reason.strip():
        raise InvalidRequest("却下の理由を入力してください。", fields={"reason": "必須です。"})
    _decide(application, UseApplication.State.REFUSED, reason, act)
    _record(act, "application_refused", application)
    return application


@transaction.atomic
def withdraw_application(*, application: UseApplication, reason: str, act: Act) -> UseApplication:
    """
    Take back a 利用申請 that is not decided, or end an approval at once on every path.

    :raises NotNow: it was refused or withdrawn already.
    :raises InvalidRequest: no reason is given.
    """
    application = _locked(
        application,
        UseApplication.State.DRAFT,
        UseApplication.State.SUBMITTED,
        UseApplication.State.APPROVED,
    )
    if not reason.strip():
        raise InvalidRequest("取消しの理由を入力してください。", fields={"reason": "必須です。"})
    application.state = UseApplication.State.WITHDRAWN
    application.withdrawn_by = _staff(act)
    application.withdrawn_at = act.at
    application.decision_reason = reason
    application.save(update_fields=["state", "withdrawn_by", "withdrawn_at", "decision_reason"])
    _record(act.for_purpose(reason=reason), "application_withdrawn", application)
    return application


def _locked(application: UseApplication, *states: str) -> UseApplication:
    found = UseApplication.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if found.state not in states:
        raise NotNow(f"この利用申請は「{found.get_state_display()}」のため、この操作はできません。")
    return found


def _decide(application: UseApplication, state: str, reason: str, act: Act) -> None:
    application.state = state
    application.decided_by = _staff(act)
    application.decided_at = act.at
    application.decision_reason = reason
    application.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])


def _refuse_own(application: UseApplication, act: Act) -> None:
    if _staff(act).pk in {application.drafted_by_id, application.submitted_by_id}:
        raise OwnApplication


def _refuse_unknown(requested: Mapping[str, str]) -> None:
    if wrong := unknown_items(requested):
        raise NotAnItem(fields=dict.fromkeys(wrong, "この項目または限定は指定できません。"))


def _record(act: Act, kind: str, application: UseApplication) -> None:
    base.record_linkage(
        act,
        kind,
        items=application.requested_items.values_list("item", flat=True),
        receiver_code=application.system.code,
        legal_basis=application.legal_basis,
        detail=f"利用申請第{application.pk}号",
    )
