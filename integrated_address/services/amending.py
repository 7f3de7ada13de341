"""
番号訂正: another 個人番号 for a person, or another person for a business number.

Drafted by one, decided by a second person. What the 住民記録 itself tells needs no draft
(`number_person`): it is the register that decides what somebody's 個人番号 is.
"""

from datetime import date

from django.db import transaction

from integrated_address.models import (
    AddresseeChange,
    BusinessNumber,
    IndividualNumber,
    IntegratedAddressee,
    LinkageCodeStatus,
    NumberAmendment,
)
from integrated_address.rules import AmendmentKind
from integrated_address.selectors import present_number
from integrated_address.services.keys import complete_digests, writing_column
from integrated_address.services.locks import lock_people, wait_for_masses
from integrated_address.services.numbering import refuse_wrong_number
from integrated_address.services.time import OPEN, end, hand_on_flag, instead, supersede
from sapporo_base import sealing
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotFound, NotNow, NotPermitted, Refusal
from sapporo_base.models import BusinessSystem
from sapporo_base.nudge import nudge

_CAUSES = {
    AmendmentKind.ON_REQUEST: IndividualNumber.Cause.ON_REQUEST,
    AmendmentKind.EX_OFFICIO: IndividualNumber.Cause.EX_OFFICIO,
    AmendmentKind.CORRECTED: IndividualNumber.Cause.CORRECTED,
}


class IndividualNumberIsAnothers(Refusal):
    """Somebody else has the 個人番号 that a person should get."""

    code = "individual_number_is_anothers"
    message = (
        "この個人番号は別の方に登録されています。同じ方であれば統合(名寄せ)を、"
        "別の方であれば先に登録誤りの取消しを起案してください。"
    )


class AmendmentWaits(NotNow):
    """There is an open 番号訂正 of the same number."""

    code = "amendment_waits"
    message = "同じ番号の訂正が決裁待ちです。先に決裁してください。"


@transaction.atomic
def draft_number_change(
    *,
    integrated_number: str,
    kind: str,
    individual_number: str = "",
    effective_on: date,
    act: Act,
) -> NumberAmendment:
    """
    Draft another 個人番号 for a person, or that theirs was registered by mistake; nothing changes yet.

    :param kind: 請求, 職権, 訂正 or 取消し (`AmendmentKind`).
    :raises InvalidRequest: no reason, a wrong number, or a day that lies ahead.
    :raises IndividualNumberIsAnothers: somebody else has the number.
    :raises NotFound: nobody has this 団体内統合宛名番号, or there is no 個人番号 to correct.
    :raises AmendmentWaits: one is open already.
    """
    sort = AmendmentKind(kind)
    person = _person(integrated_number)
    _refuse_unreasonable(act, effective_on)
    held = IndividualNumber.objects.filter(addressee=person, **OPEN).first()
    if sort.was_never_true and held is None:
        raise NotFound("この方には個人番号が登録されていません。")
    if held is not None and effective_on < held.valid_from and not sort.was_never_true:
        raise InvalidRequest(fields={"effective_on": "今の番号の登録日より前の日にはできません。"})
    sealed = None
    if sort.brings_number:
        refuse_wrong_number(individual_number)
        _refuse_known(individual_number, person, act)
        sealed = sealing.number_ring().seal(individual_number.encode())
    if NumberAmendment.objects.filter(
        addressee=person, link=None, state=NumberAmendment.State.PROPOSED
    ).exists():
        raise AmendmentWaits
    draft = NumberAmendment.objects.create(
        addressee=person,
        kind=sort,
        ciphertext=sealed,
        effective_on=effective_on,
        reason=act.reason,
        drafted_by=_who(act),
        drafted_at=act.at,
    )
    _record(act, "amendment_drafted", draft)
    return draft


@transaction.atomic
def draft_number_change_of_system(
    *,
    system: BusinessSystem,
    business_number: str,
    kind: str,
    individual_number: str,
    effective_on: date,
    act: Act,
) -> NumberAmendment:
    """
    Draft another 個人番号 on a business system's word, by its own number; staff decide.

    :raises NotPermitted: the system may not use 個人番号.
    :raises NotFound: the system has no such number in use.
    """
    if not system.uses_individual_number:
        raise NotPermitted("この庁内業務システムは個人番号を利用できません。")
    link = BusinessNumber.objects.filter(system=system, number=business_number, **OPEN).first()
    if link is None:
        raise NotFound("該当する業務番号がありません。")
    return draft_number_change(
        integrated_number=link.addressee_id,
        kind=kind,
        individual_number=individual_number,
        effective_on=effective_on,
        act=act,
    )


@transaction.atomic
def draft_link_correction(
    *, link_id: int, target: str, effective_on: date, act: Act
) -> NumberAmendment:
    """
    Draft that a business number is another person's from a day on; nothing changes yet.

    With the day on which the wrong link began it was never the first person's.

    :raises InvalidRequest: no reason, the same person, or a day outside of the link's period.
    :raises NotFound: the link is not in use, or nobody has the target's number.
    :raises AmendmentWaits: one is open already.
    """
    wait_for_masses()
    known = BusinessNumber.objects.filter(pk=link_id, **OPEN)
    lock_people({present_number(target), *known.values_list("addressee_id", flat=True)})
    link = known.first()
    if link is None:
        raise NotFound("この紐付は使われていません。画面を開き直してください。")
    towards = _person(target, field="target")
    _refuse_unreasonable(act, effective_on)
    if towards.pk == link.addressee_id:
        raise InvalidRequest(fields={"target": "今の紐付先と同じ方です。"})
    if effective_on < link.valid_from:
        raise InvalidRequest(fields={"effective_on": "紐付の開始日以後の日にしてください。"})
    if NumberAmendment.objects.filter(link=link, state=NumberAmendment.State.PROPOSED).exists():
        raise AmendmentWaits
    draft = NumberAmendment.objects.create(
        addressee_id=link.addressee_id,
        kind=AmendmentKind.MOVED,
        link=link,
        target=towards,
        effective_on=effective_on,
        reason=act.reason,
        drafted_by=_who(act),
        drafted_at=act.at,
    )
    _record(act, "amendment_drafted", draft)
    return draft


@transaction.atomic
def decide_amendment(*, amendment_id: int, is_granted: bool, act: Act) -> NumberAmendment:
    """
    Grant or refuse a 番号訂正. What was known before stays readable by "known at".

    A person who gets another 個人番号 needs another 符号: theirs is to be requested again.

    :raises NotPermitted: whoever drafted it may not decide.
    :raises NotNow: it was decided already, or what it mends has changed meanwhile.
    """
    draft = (
        NumberAmendment.objects.select_for_update(of=("self",))
        .filter(pk=amendment_id, state=NumberAmendment.State.PROPOSED)
        .first()
    )
    if draft is None:
        raise NotNow("この訂正は既に決裁されています。")
    if not act.reason:
        raise InvalidRequest(fields={"reason": "理由を入力してください。"})
    if _who(act) == draft.drafted_by:
        raise NotPermitted("起案した職員は決裁できません。別の職員が決裁してください。")
    if is_granted and draft.kind == AmendmentKind.MOVED:
        _move(draft, act)
    elif is_granted:
        _change_number(draft, act)
    draft.state = NumberAmendment.State.DONE if is_granted else NumberAmendment.State.REFUSED
    draft.ciphertext = None
    draft.decided_by, draft.decided_at = _who(act), act.at
    draft.decision_reason = act.reason
    draft.save()
    _record(act, "amendment_granted" if is_granted else "amendment_refused", draft)
    return draft


def _change_number(draft: NumberAmendment, act: Act) -> None:
    kind = AmendmentKind(draft.kind)
    _person(draft.addressee_id)
    held = IndividualNumber.objects.filter(addressee=draft.addressee_id, **OPEN).first()
    since = draft.effective_on
    if held is not None and kind.was_never_true:
        since = held.valid_from
        supersede(held, act)
    elif held is not None:
        end(held, act, on=draft.effective_on)
    if kind.brings_number:
        number = sealing.number_ring().open(bytes(draft.ciphertext or b"")).decode()
        _refuse_known(number, draft.addressee, act)
        sealed = sealing.NumberSealer().seal(number)
        IndividualNumber.objects.create(
            addressee_id=draft.addressee_id,
            ciphertext=sealed.ciphertext,
            cause=_CAUSES[kind],
            valid_from=since,
            recorded_at=act.at,
            **{writing_column(at=act.at): sealed.digest},
        )
        complete_digests()
    _begin_code_anew(draft, act, has_number=kind.brings_number)


def _begin_code_anew(draft: NumberAmendment, act: Act, *, has_number: bool) -> None:
    """A 符号 belongs to a 個人番号: with another one it is 未要求 again, without one there is none."""
    status = LinkageCodeStatus.objects.filter(addressee=draft.addressee_id).first()
    before = status.state if status else LinkageCodeStatus.State.NOT_REQUESTED
    if status is not None and not has_number:
        status.delete()
    elif has_number:
        LinkageCodeStatus.objects.update_or_create(
            addressee_id=draft.addressee_id,
            defaults={
                "state": LinkageCodeStatus.State.NOT_REQUESTED,
                "since": act.at,
                "cause": "個人番号の変更",
            },
        )
    if before != LinkageCodeStatus.State.NOT_REQUESTED:
        draft.addressee.linkage_code_steps.create(
            state_before=before,
            state=LinkageCodeStatus.State.NOT_REQUESTED,
            at=act.at,
            cause="個人番号の変更" if has_number else "個人番号の登録の取消し",
            correlation_id=act.correlation_id,
        )


def _move(draft: NumberAmendment, act: Act) -> None:
    wait_for_masses()
    known = BusinessNumber.objects.filter(pk=draft.link_id or 0, **OPEN)
    both = {present_number(draft.target_id or ""), *known.values_list("addressee_id", flat=True)}
    lock_people(both)
    link = known.first()
    if link is None:
        raise NotNow("起案した後に紐付が変わりました。却下して、改めて起案してください。")
    target = _person(draft.target_id or "")
    first, since = link.addressee_id, max(draft.effective_on, link.valid_from)
    if since > link.valid_from:
        instead(link, act, valid_until=since)
        link.pk = None
        link.valid_until = None
    else:
        supersede(link, act)
        link.pk = None
    link.addressee, link.valid_from = target, since
    link.integrated_flag, link.superseded_at, link.recorded_at = False, None, act.at
    link.save(force_insert=True)
    hand_on_flag(first)
    hand_on_flag(target.pk)
    AddresseeChange.objects.create(
        kind=AddresseeChange.Kind.MOVED,
        integrated_numbers=[first, target.pk],
        at=act.at,
        correlation_id=act.correlation_id,
    )
    nudge("gateway.tasks.read_feeds")


def _refuse_known(number: str, person: IntegratedAddressee, act: Act) -> None:
    writing_column(at=act.at)
    digest = sealing.digest(number)
    for column in ("digest", "second_digest"):
        held = IndividualNumber.objects.filter(**{column: digest}, **OPEN).first()
        if held is None:
            continue
        if held.addressee_id == person.pk:
            raise InvalidRequest(fields={"individual_number": "この方に登録済みの番号と同じです。"})
        raise IndividualNumberIsAnothers


def _refuse_unreasonable(act: Act, effective_on: date) -> None:
    if not act.reason:
        raise InvalidRequest(fields={"reason": "理由を入力してください。"})
    if effective_on > act.day:
        raise InvalidRequest(fields={"effective_on": "先の日付にはできません。"})


def _person(integrated_number: str, *, field: str = "") -> IntegratedAddressee:
    wait_for_masses()
    present = present_number(integrated_number)
    lock_people([present])
    person = IntegratedAddressee.objects.filter(
        pk=present, state=IntegratedAddressee.State.ACTIVE
    ).first()
    if person is None:
        words = "該当する団体内統合宛名番号がありません。"
        raise NotFound(words, fields={field: words} if field else None)
    return person


def _who(act: Act) -> str:
    if act.staff is not None:
        return act.staff.staff_number
    return act.system.code if act.system is not None else act.path


def _record(act: Act, kind: str, draft: NumberAmendment) -> None:
    people = [("integrated", draft.addressee_id)]
    if draft.target_id:
        people.append(("integrated", draft.target_id))
    base.record_linkage(
        act,
        kind,
        subjects=people,
        items=["個人番号"] if draft.link_id is None else ["業務番号"],
        detail=f"{draft} {draft.get_kind_display()}",
        opened_individual_number=draft.link_id is None,
    )
