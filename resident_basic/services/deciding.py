"""利用申請 decided by スマートシティ推進部, by another than who drafted or submitted it (四眼)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from resident_basic.models import ApprovedItem, Delivery, UseApplication
from resident_basic.rules.applications import first_certification
from resident_basic.rules.items import is_no_wider, resident_items
from resident_basic.services.application_steps import (
    NotToldWhoIsProtected,
    State,
    Step,
    lacks_protection_mark,
    locked,
    needed_reason,
    refuse_own,
    refuse_wrong_items,
    staff_of,
    take_step,
)
from resident_basic.services.numbering import RECEIVER
from sapporo_base.acts import Act, InvalidRequest, NotNow
from sapporo_base.nudge import nudge


class WiderThanAsked(InvalidRequest):
    """Something would be granted that was not asked for."""

    code = "wider_than_asked"
    message = "申請された範囲を超えて承認することはできません。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """
    What is granted otherwise than asked; None is as asked.

    `items` holds item → reduction where it is reduced further, None where it is left out.
    """

    items: Mapping[str, str | None] | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    individual_number: bool | None = None
    protected_people: bool | None = None
    forms: Collection[str] | None = None


AS_ASKED = Grant()


@transaction.atomic
def approve_application(
    *, application: UseApplication, grant: Grant = AS_ASKED, reason: str = "", act: Act
) -> UseApplication:
    """
    Approve a submitted 利用申請, as asked or with changes: its items become 移転承認項目.

    :raises OwnApplication: the one who decides drafted or submitted it.
    :raises NotNow: it is not waiting for a decision, has run out already, or nothing is left.
    :raises WiderThanAsked: a period, item, form, or 個人番号 goes beyond what was asked.
    :raises NotToldWhoIsProtected: 住所 of protected people would be given without 支援措置区分.
    :raises InvalidRequest: it is changed without a reason.
    """
    application = locked(application, State.SUBMITTED)
    refuse_own(application, act)
    asked = {one.item: one for one in application.requested_items.order_by("pk")}
    items = {item: one.reduction for item, one in asked.items()}
    for item, reduction in (grant.items or {}).items():
        if item not in asked:
            raise WiderThanAsked(fields={item: "申請されていない項目です。"})
        if reduction is None:
            del items[item]
        elif not is_no_wider(reduction, than=asked[item].reduction):
            raise WiderThanAsked(
                fields={item: f"「{resident_items()[item].label}」は申請より広く承認できません。"}
            )
        else:
            items[item] = reduction
    refuse_wrong_items(items)
    begins, ends = _grant(application, grant, act)
    if lacks_protection_mark(
        application, protected_people=application.grants_protected_people, items=items
    ):
        raise NotToldWhoIsProtected(fields={"protected_people": NotToldWhoIsProtected.message})
    if not items and not application.grants_individual_number:
        raise NotNow("承認する項目がありません。承認しない場合は却下してください。")
    if _is_changed(application, asked, items):
        reason = needed_reason(reason, words="申請と異なる内容で承認する理由を入力してください。")
    _decide(application, State.APPROVED, reason, act)
    for item, reduction in items.items():
        ApprovedItem.objects.create(
            application=application,
            item=item,
            reduction=reduction,
            reason=asked[item].reason,
            valid_from=begins,
            valid_until=ends,
        )
    take_step(act, Step.APPROVED, application, reason=reason)
    # From now on it is a consumer, and its lag is shown even if it never asks for anything.
    Delivery.objects.get_or_create(
        system=application.system,
        # 団体内統合宛名 is handed its people in the transaction of a reception.
        defaults={"reads_feed": application.system.code != RECEIVER},
    )
    # What waited for an approval goes on at once.
    nudge("resident_basic.tasks.forward_households", queue="bulk")
    return application


@transaction.atomic
def refuse_application(*, application: UseApplication, reason: str, act: Act) -> UseApplication:
    """
    Refuse a submitted 利用申請.

    :raises OwnApplication: the one who decides drafted or submitted it.
    :raises InvalidRequest: no reason is given.
    :raises NotNow: it is not waiting for a decision.
    """
    application = locked(application, State.SUBMITTED)
    refuse_own(application, act)
    reason = needed_reason(reason, words="却下の理由を入力してください。")
    _decide(application, State.REFUSED, reason, act)
    take_step(act, Step.REFUSED, application, reason=reason)
    return application


@transaction.atomic
def return_application(*, application: UseApplication, reason: str, act: Act) -> UseApplication:
    """
    Give a submitted 利用申請 back for correction (差戻し): the section mends it and submits it again.

    :raises OwnApplication: the one who returns it drafted or submitted it.
    :raises InvalidRequest: it is not said what to correct.
    :raises NotNow: it is not waiting for a decision.
    """
    application = locked(application, State.SUBMITTED)
    refuse_own(application, act)
    reason = needed_reason(reason, words="修正が必要な点を入力してください。")
    application.state = State.RETURNED
    application.save(update_fields=["state"])
    take_step(act, Step.RETURNED, application, reason=reason)
    return application


def _grant(application: UseApplication, grant: Grant, act: Act) -> tuple[date, date]:
    """Write what is granted into the application; return the period."""
    begins = grant.valid_from or application.valid_from
    ends = grant.valid_until or application.valid_until
    if begins < application.valid_from or ends > application.valid_until or ends <= begins:
        raise WiderThanAsked(fields={"valid_until": "申請された利用期間の内側で定めてください。"})
    if ends <= act.day:
        raise NotNow("利用終了日を過ぎているため承認できません。")
    number = _narrowed(grant.individual_number, application.individual_number, "individual_number")
    people = _narrowed(grant.protected_people, application.protected_people, "protected_people")
    forms = set(application.delivery_forms if grant.forms is None else grant.forms)
    if not forms or forms - set(application.delivery_forms):
        raise WiderThanAsked(fields={"forms": "申請された移転の形式から1つ以上を選んでください。"})
    application.granted_from, application.granted_until = begins, ends
    application.grants_individual_number = number
    application.grants_protected_people = people
    application.granted_forms = sorted(forms)
    application.recertify_on = first_certification(
        granted_from=begins, granted_until=ends, decided_on=act.day
    )
    return begins, ends


def _narrowed(granted: bool | None, asked: bool, field: str) -> bool:  # noqa: FBT001
    if granted and not asked:
        raise WiderThanAsked(fields={field: "申請されていません。"})
    return asked if granted is None else granted


def _is_changed(
    application: UseApplication, asked: Mapping[str, object], items: Mapping[str, str]
) -> bool:
    as_asked = {item: getattr(one, "reduction", "") for item, one in asked.items()}
    return items != as_asked or (
        application.granted_from,
        application.granted_until,
        application.grants_individual_number,
        application.grants_protected_people,
        set(application.granted_forms),
    ) != (
        application.valid_from,
        application.valid_until,
        application.individual_number,
        application.protected_people,
        set(application.delivery_forms),
    )


def _decide(application: UseApplication, state: str, reason: str, act: Act) -> None:
    application.state = state
    application.decided_by = staff_of(act)
    application.decided_at = act.at
    application.decision_reason = reason[:300]
    application.save()
