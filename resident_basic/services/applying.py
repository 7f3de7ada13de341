"""利用申請 by the using section: drafted, edited, submitted, copied for a renewal, taken back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from resident_basic import selectors
from resident_basic.models import RequestedItem, UseApplication
from resident_basic.rules.applications import API, Contents, missing_of
from resident_basic.rules.items import item_labels
from resident_basic.services.application_steps import (
    State,
    Step,
    lacks_protection_mark,
    locked,
    needed_reason,
    refuse_wrong_items,
    staff_of,
    take_step,
)
from sapporo_base.acts import Act, InvalidRequest, NotNow
from sapporo_base.models import BusinessSystem, LegalBasis


class IndividualNumberNotUsed(InvalidRequest):
    """個人番号 is asked for by a system that does not use it."""

    code = "individual_number_not_used"
    message = "個人番号を利用しない庁内業務システムには、個人番号を移転できません。"


class NotItsGround(InvalidRequest):
    """The legal basis does not carry a transfer to this system on this day."""

    code = "not_its_ground"
    message = "この法令上の根拠は、この庁内業務システムへの移転に適用されません。"


@dataclass(frozen=True, slots=True)
class ItemRequest:
    """One item asked for: which, why, and reduced how ("" is whole)."""

    item: str
    reason: str
    reduction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationContents:
    """What a 利用申請 states; what is empty may be filled in later, before it is submitted."""

    purpose: str
    procedure: str
    legal_basis: LegalBasis
    items: Sequence[ItemRequest]
    valid_from: date
    valid_until: date
    subjects: str = ""
    expected_count: int | None = None
    retention: str = ""
    handling_section: str = ""
    delivery_forms: Collection[str] = (API,)
    individual_number: bool = False
    protected_people: bool = False


@transaction.atomic
def draft_application(
    *,
    system: BusinessSystem,
    contents: ApplicationContents,
    act: Act,
    renews: UseApplication | None = None,
) -> UseApplication:
    """
    Draft a 利用申請.

    :raises NotAnItem: an item does not exist or can't be reduced as asked.
    :raises Contradiction: 区のみ stands beside a finer part of the same place.
    :raises IndividualNumberNotUsed: 個人番号 for a system that does not use it (番号法第9条).
    :raises NotItsGround: the legal basis is not one of this system on this day.
    :raises InvalidRequest: the period ends before it begins.
    """
    _refuse_impossible(system, contents, act)
    application = UseApplication(
        system=system, renews=renews, drafted_by=staff_of(act), drafted_at=act.at
    )
    _write(application, contents)
    take_step(act, Step.DRAFTED, application)
    return application


@transaction.atomic
def edit_application(
    *, application: UseApplication, contents: ApplicationContents, act: Act
) -> UseApplication:
    """
    Replace what a draft, or a returned 利用申請, states. It keeps its system.

    :raises NotNow: it was submitted, decided or withdrawn.
    """
    application = locked(application, State.DRAFT, State.RETURNED)
    _refuse_impossible(application.system, contents, act)
    _write(application, contents)
    take_step(act, Step.EDITED, application)
    return application


@transaction.atomic
def submit_application(*, application: UseApplication, act: Act) -> UseApplication:
    """
    Submit a drafted or returned 利用申請 to スマートシティ推進部.

    :raises NotNow: it is no draft.
    :raises InvalidRequest: something is missing; `fields` names it.
    """
    application = locked(application, State.DRAFT, State.RETURNED)
    if missing := what_is_missing(application):
        raise InvalidRequest(
            "記載が足りないため提出できません。" + "".join(missing.values()), fields=missing
        )
    application.state = State.SUBMITTED
    application.submitted_by = staff_of(act)
    application.submitted_at = act.at
    application.save(update_fields=["state", "submitted_by", "submitted_at"])
    take_step(act, Step.SUBMITTED, application)
    return application


def what_is_missing(application: UseApplication) -> dict[str, str]:
    """Return what a 利用申請 lacks before it can be submitted, field → words."""
    items = list(application.requested_items.values_list("item", "reason"))
    return missing_of(
        Contents(
            purpose=application.purpose,
            procedure=application.procedure,
            subjects=application.subjects,
            expected_count=application.expected_count,
            retention=application.retention,
            handling_section=application.handling_section,
            delivery_forms=application.delivery_forms,
            asks_for_something=bool(items) or application.individual_number,
            lacks_protection_mark=lacks_protection_mark(
                application,
                protected_people=application.protected_people,
                items=dict(items),
            ),
            items_without_reason=item_labels(
                {item for item, reason in items if not reason.strip()}
            ),
        )
    )


@transaction.atomic
def renew_application(*, application: UseApplication, act: Act) -> UseApplication:
    """
    Copy what was granted into a new draft for the time after (更新): items given up are left out.

    :raises NotNow: it was never approved.
    """
    approved = list(application.approved_items.order_by("pk"))
    begins, ends = application.granted_from, application.granted_until
    if begins is None or ends is None:
        raise NotNow("承認されたことのない利用申請は更新できません。")
    given_up = {
        item
        for items in application.certifications.values_list("given_up", flat=True)
        for item in items
    }
    start = max(ends, act.day)
    return draft_application(
        system=application.system,
        contents=ApplicationContents(
            purpose=application.purpose,
            procedure=application.procedure,
            legal_basis=application.legal_basis,
            items=[
                ItemRequest(one.item, one.reason, one.reduction)
                for one in approved
                if one.item not in given_up
            ],
            valid_from=start,
            valid_until=start + (ends - begins),
            subjects=application.subjects,
            expected_count=application.expected_count,
            retention=application.retention,
            handling_section=application.handling_section,
            delivery_forms=application.granted_forms,
            individual_number=application.grants_individual_number,
            protected_people=application.grants_protected_people,
        ),
        act=act,
        renews=application,
    )


@transaction.atomic
def withdraw_application(
    *,
    application: UseApplication,
    reason: str,
    act: Act,
    withdrawal: str = UseApplication.Withdrawal.TAKEN_BACK,
) -> UseApplication:
    """
    Take back a 利用申請 that is not decided, or end an approval at once on every path.

    :param withdrawal: whether the section takes it back, or スマートシティ推進部 revokes it.
    :raises NotNow: it was refused or withdrawn already, or is revoked before it was approved.
    :raises InvalidRequest: no reason is given.
    """
    is_revoked = withdrawal == UseApplication.Withdrawal.REVOKED
    undecided = () if is_revoked else (State.DRAFT, State.RETURNED, State.SUBMITTED)
    application = locked(application, *undecided, State.APPROVED)
    reason = needed_reason(reason, words="取消しの理由を入力してください。")
    application.state = State.WITHDRAWN
    application.withdrawn_by = staff_of(act)
    application.withdrawn_at = act.at
    application.withdrawal = withdrawal
    application.withdrawal_reason = reason
    application.save(
        update_fields=["state", "withdrawn_by", "withdrawn_at", "withdrawal", "withdrawal_reason"]
    )
    take_step(act, Step.REVOKED if is_revoked else Step.TAKEN_BACK, application, reason=reason)
    return application


def _refuse_impossible(system: BusinessSystem, contents: ApplicationContents, act: Act) -> None:
    refuse_wrong_items({request.item: request.reduction for request in contents.items})
    if contents.individual_number and not system.uses_individual_number:
        raise IndividualNumberNotUsed(fields={"individual_number": IndividualNumberNotUsed.message})
    if contents.valid_until <= contents.valid_from:
        raise InvalidRequest(
            fields={"valid_until": "利用終了日は利用開始日より後の日を入力してください。"}
        )
    grounds = selectors.grounds_of(system=system, day=act.day)
    if not grounds.filter(pk=contents.legal_basis.pk).exists():
        raise NotItsGround(fields={"legal_basis": NotItsGround.message})


def _write(application: UseApplication, contents: ApplicationContents) -> None:
    application.purpose = contents.purpose
    application.procedure = contents.procedure
    application.legal_basis = contents.legal_basis
    application.subjects = contents.subjects
    application.expected_count = contents.expected_count
    application.retention = contents.retention
    application.handling_section = contents.handling_section
    application.delivery_forms = sorted(contents.delivery_forms)
    application.individual_number = contents.individual_number
    application.protected_people = contents.protected_people
    application.valid_from = contents.valid_from
    application.valid_until = contents.valid_until
    application.save()
    wanted = {request.item: request for request in contents.items}
    application.requested_items.exclude(item__in=wanted).delete()
    for item, request in wanted.items():
        RequestedItem.objects.update_or_create(
            application=application,
            item=item,
            defaults={"reason": request.reason, "reduction": request.reduction},
        )
