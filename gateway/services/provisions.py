"""Flow F: others' inquiries that the platform may not answer by itself: one answers, one permits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from gateway.models import Exchange, Provision
from gateway.rules.provisions import answer_due
from gateway.rules.stray_numbers import stray_items
from gateway.selectors.grounds import provision_grounds
from gateway.services.answers import Told
from gateway.services.exchanges import finish, held, new_exchange
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotNow, NotPermitted
from sapporo_base.nudge import nudge

_FILES = {"answer": "IF_TKY_20323", "permit": "IF_TKY_20523", "fetch_provided": "IF_TKY_11923"}
_OPEN = (Provision.State.WAITING, Provision.State.ANSWERED)


class NoGround(NotPermitted):
    """Nothing may be provided to this 事務: no 法令上の根拠 was in force on the day it was asked."""

    code = "no_ground"
    message = (
        "照会の日に有効な提供の根拠(事務・事務手続・特定個人情報の組合せ)がないため、提供できません。"
        "「提供しない」で回答してください。"
    )


_RESULTS = {"provide": "provided", "no_record": "no_record", "refuse": "refused"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldProvision:
    """An inquiry of others with its content, as the platform tells it."""

    provision_id: str
    integrated_number: str
    asker_code: str
    asker_name: str
    procedure_code: str
    step_code: str
    information_code: str
    asked_at: datetime
    not_disclosed: bool
    answer_due_at: datetime | None
    is_withdrawn: bool
    copy_items: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToldProvided:
    """Our answer as the platform has it."""

    provision_id: str
    is_sent: bool
    is_withdrawn: bool
    result: str
    provided_at: datetime | None
    items: Mapping[str, Any]


@transaction.atomic
def note_provisions(told: Sequence[ToldProvision], *, act: Act) -> int:
    """
    Note inquiries of others that wait for staff; return how many are new.

    One that was taken back by who asked is closed; nothing of it is sent any more.
    """
    new = 0
    for one in told:
        if one.is_withdrawn:
            _withdrawn(one.provision_id)
            continue
        _, created = Provision.objects.get_or_create(
            provision_id=one.provision_id,
            defaults={
                "integrated_number": one.integrated_number,
                "asker_code": one.asker_code,
                "asker_name": one.asker_name,
                "procedure_code": one.procedure_code,
                "step_code": one.step_code,
                "information_code": one.information_code,
                "asked_at": one.asked_at,
                "answer_due_at": answer_due(asked_at=one.asked_at, told=one.answer_due_at),
                "not_disclosed": one.not_disclosed,
                "copy_items": dict(one.copy_items),
                "noted_at": act.at,
                "content_at": act.at,
                "due_at": act.at,
                "correlation_id": act.correlation_id,
            },
        )
        new += created
    return new


def _withdrawn(provision_id: str) -> None:
    Provision.objects.filter(
        provision_id=provision_id, state__in=[*_OPEN, Provision.State.PERMITTED]
    ).update(state=Provision.State.WITHDRAWN)


def provisions_to_look_at(listed: Collection[str]) -> list[str]:
    """
    Return those whose content is wanted: the listed that are not noted yet, and the open ones that
    are listed no more.
    """
    known = set(
        Provision.objects.filter(provision_id__in=listed).values_list("provision_id", flat=True)
    )
    vanished = Provision.objects.filter(state__in=_OPEN).exclude(provision_id__in=listed)
    return [
        *(one for one in listed if one not in known),
        *vanished.order_by("pk").values_list("provision_id", flat=True),
    ]


@transaction.atomic
def prepare_provision_list(*, step: str, ids: Collection[str] = (), act: Act) -> bool:
    """
    Ask by file for all who wait (`step` list), or for what some of them ask (`step` contents).

    Return False where such a file is under way already.
    """
    interface = {"list": "IF_TKY_11321", "contents": "IF_TKY_11523"}[step]
    under_way = Exchange.objects.filter(
        work="list_provisions", interface_id=interface, state__in=["ready", "sent"]
    )
    if under_way.exists():
        return False
    new_exchange(
        work="list_provisions",
        lane="records",
        count=len(ids),
        act=act,
        interface=interface,
        payload={"ids": list(ids)},
    )
    nudge("gateway.tasks.work_bulk", queue="bulk")
    return True


@transaction.atomic
def settle_provision_list(exchange: Exchange, listed: Sequence[str], *, act: Act) -> None:
    """Note who waits by file; what they ask is asked for next."""
    row = held(exchange)
    if row is None:
        return
    finish(row, at=act.at, accepted=len(listed), refused=0)
    if wanted := provisions_to_look_at(listed):
        prepare_provision_list(step="contents", ids=wanted, act=act)


@transaction.atomic
def settle_provision_contents(
    exchange: Exchange, told: Sequence[ToldProvision], *, act: Act
) -> None:
    """Note what others ask, as a file told it."""
    row = held(exchange)
    if row is None:
        return
    note_provisions(told, act=act)
    finish(row, at=act.at, accepted=len(told), refused=row.item_count - len(told))


def answer_provision(
    *, provision: Provision, answer: str, items: Mapping[str, Any], reason: str, act: Act
) -> Provision:
    """
    Register what is answered to an inquiry of others; it is not sent before a second person permits
    it.

    :raises NotPermitted: nobody is signed in. :raises NotNow: it was permitted or sent already.
    :raises InvalidRequest: an item reads as a 個人番号.
    :raises NoGround: no ground of the day on which it was asked lets the city provide it; recorded.
    """
    if act.staff is None:
        raise NotPermitted("職員として操作してください。")
    if answer == Provision.Answer.PROVIDE:
        _insist_on_ground(provision, act)
    if stray := stray_items(items):
        names = "、".join(stray)
        raise InvalidRequest(
            f"{names}に個人番号と読める値があります。個人番号は提供できません。除いてから登録してください。"
        )
    return _register_answer(provision, answer, items, reason, act)


@transaction.atomic
def _register_answer(
    provision: Provision, answer: str, items: Mapping[str, Any], reason: str, act: Act
) -> Provision:
    row = Provision.objects.select_for_update().get(pk=provision.pk)
    if row.state not in {Provision.State.WAITING, Provision.State.ANSWERED}:
        raise NotNow("すでに送信が許可されています。")
    row.answer, row.answer_items, row.answer_reason = answer, dict(items), reason[:300]
    row.answered_by, row.answered_at = act.staff, act.at
    row.state = Provision.State.ANSWERED
    row.save()
    _recorded(row, "provision_answered", act)
    return row


def _insist_on_ground(provision: Provision, act: Act) -> None:
    if provision.pk in provision_grounds([provision]):
        return
    base.record_refusal(
        act,
        "provision_refused",
        subjects=[("integrated", provision.integrated_number)],
        detail=f"{provision}: {NoGround.message}",
        information_code=provision.information_code,
        inquirer=provision.asker_name or provision.asker_code,
        provider="札幌市長",
        requested_at=provision.asked_at,
    )
    raise NoGround


@transaction.atomic
def permit_provision(*, provision: Provision, act: Act) -> Provision:
    """
    Permit that a registered answer is sent (送信の許可), by another person than who registered it.

    :raises NotPermitted: it is the same person. :raises NotNow: there is no answer to permit.
    """
    (row,) = _permitted([provision.pk], act)
    return row


@transaction.atomic
def permit_provisions(*, ids: Collection[int], act: Act) -> int:
    """
    Permit several registered answers at once; they go out together as a file.

    :raises NotPermitted: one of them is by the same person. :raises NotNow: one has no answer.
    """
    return len(_permitted(ids, act))


def _permitted(ids: Collection[int], act: Act) -> list[Provision]:
    if act.staff is None:
        raise NotPermitted("職員として操作してください。")
    rows = list(Provision.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    for row in rows:
        if row.state != Provision.State.ANSWERED:
            raise NotNow(f"{row}: 回答が登録されていないか、すでに許可されています。")
        if row.answered_by_id == act.staff.pk:
            raise NotPermitted(
                "回答を登録した職員は送信を許可できません。別の職員が許可してください。"
            )
        row.permitted_by, row.permitted_at, row.due_at = act.staff, act.at, act.at
        row.state, row.reason = Provision.State.PERMITTED, ""
        row.save()
        _recorded(row, "provision_permitted", act)
    _next_step(rows, "answer", lane="interactive", act=act)
    nudge("gateway.tasks.work_interactive")
    return rows


@transaction.atomic
def withdraw_permission(*, provision: Provision, act: Act) -> Provision:
    """
    Take the permission to send an answer back (送信許可の取消), with the reason of the act; the answer
    waits for permission again.

    :raises NotPermitted: nobody is signed in. :raises NotNow: it is not permitted, is being sent, or
        has perhaps reached who asks.
    """
    if act.staff is None:
        raise NotPermitted("職員として操作してください。")
    row = Provision.objects.select_for_update().get(pk=provision.pk)
    if row.state != Provision.State.PERMITTED or row.exchange_id is None:
        raise NotNow("送信を許可されて送信を待つ回答だけを取り消せます。")
    message = Exchange.objects.select_for_update().get(pk=row.exchange_id)
    if message.leased_until is not None and message.leased_until > act.at:
        raise NotNow("いま送信処理中です。しばらくしてから状態を確かめてください。")
    if message.receipt:
        raise NotNow(
            "プラットフォームが回答のファイルを処理中です。結果が届いてから操作してください。"
        )
    if message.work == "permit" and message.first_sent_at is not None:
        raise NotNow("送信の許可がプラットフォームに届いている可能性があるため、取り消せません。")
    row.state, row.exchange = Provision.State.ANSWERED, None
    row.permitted_by = row.permitted_at = None
    row.reason = f"送信許可を取り消しました: {act.reason}"[:300]
    row.save()
    message.item_count -= 1
    if not message.provisions.exists():
        message.state, message.settled_at = Exchange.State.DROPPED, act.at
        message.lease = message.leased_until = None
    message.save()
    _recorded(row, "provision_permission_withdrawn", act)
    return row


@transaction.atomic
def return_provision(*, provision: Provision, act: Act) -> Provision:
    """
    Send a registered answer back to who registered it (差戻し), with the reason of the act.

    :raises NotPermitted: nobody, or who registered it. :raises NotNow: there is no answer to return.
    """
    if act.staff is None:
        raise NotPermitted("職員として操作してください。")
    row = Provision.objects.select_for_update().get(pk=provision.pk)
    if row.state != Provision.State.ANSWERED:
        raise NotNow("回答が登録されていないか、すでに許可されています。")
    if row.answered_by_id == act.staff.pk:
        raise NotPermitted("自分の回答は、差し戻さずに登録し直してください。")
    row.returned_by, row.returned_at, row.return_reason = act.staff, act.at, act.reason[:300]
    row.state = Provision.State.WAITING
    row.save()
    _recorded(row, "provision_returned", act)
    return row


def _recorded(row: Provision, kind: str, act: Act) -> None:
    base.record_linkage(
        act,
        kind,
        subjects=[("integrated", row.integrated_number)],
        information_code=row.information_code,
        inquirer=row.asker_name or row.asker_code,
        provider="札幌市長",
        requested_at=row.asked_at,
    )


def _next_step(rows: Sequence[Provision], work: str, *, lane: str, act: Act) -> None:
    """Put provisions into the message of the next step: one online, several as a file."""
    if not rows:
        return
    exchange = new_exchange(
        work=work,
        lane=lane,
        count=len(rows),
        act=act,
        interface=_FILES[work] if len(rows) > 1 else "",
    )
    Provision.objects.filter(pk__in=[row.pk for row in rows]).update(exchange=exchange)


def provisions_in(exchange: Exchange) -> list[Provision]:
    """Return the provisions that a message is about."""
    return list(exchange.provisions.order_by("pk"))


def record_id_of(exchange: Exchange, provision: Provision) -> str:
    """Return the レコード識別番号 of an answer within a message: the same each time it is sent."""
    return f"{exchange.idempotency_key.hex[:20]}{provision.pk:016d}"


@transaction.atomic
def settle_answers(exchange: Exchange, told: Told, *, act: Act) -> None:
    """
    Note which answers the platform has registered: permission to send them follows.

    One that it does not take goes back to staff, with its words.

    :param told: by the numbers of `record_id_of`.
    """
    row = held(exchange)
    if row is None:
        return
    taken, back = _sorted_out(row, told)
    finish(row, at=act.at, accepted=len(taken), refused=len(back))
    _next_step(taken, "permit", lane=row.lane, act=act)


@transaction.atomic
def settle_permissions(exchange: Exchange, told: Told, *, act: Act) -> None:
    """Note which answers were sent; what the platform has of them is fetched next."""
    row = held(exchange)
    if row is None:
        return
    taken, back = _sorted_out(row, told)
    Provision.objects.filter(pk__in=[one.pk for one in taken]).update(
        state=Provision.State.SENT, sent_at=act.at
    )
    finish(row, at=act.at, accepted=len(taken), refused=len(back))
    _next_step(taken, "fetch_provided", lane="records", act=act)
    nudge("gateway.tasks.work_bulk", queue="bulk")


def _sorted_out(exchange: Exchange, told: Told) -> tuple[list[Provision], list[Provision]]:
    taken, rejected = told.taken(), told.rejected()
    rows = provisions_in(exchange)
    ours = [row for row in rows if record_id_of(exchange, row) in taken]
    back = [row for row in rows if record_id_of(exchange, row) not in taken]
    for row in back:
        why = rejected.get(record_id_of(exchange, row))
        row.state, row.permitted_by, row.permitted_at = Provision.State.ANSWERED, None, None
        row.exchange = None
        row.reason = (why.words if why else "プラットフォームから結果がありませんでした。")[:300]
        row.save(update_fields=["state", "permitted_by", "permitted_at", "exchange", "reason"])
    return ours, back


@transaction.atomic
def settle_provided(exchange: Exchange, told: Sequence[ToldProvided], *, act: Act) -> None:
    """Keep what the platform has of our answers, and whether it is what was answered."""
    row = held(exchange)
    if row is None:
        return
    ours = {one.provision_id: one for one in provisions_in(row)}
    for one in told:
        provision = ours.get(one.provision_id)
        if provision is None:
            continue
        if one.is_withdrawn:
            provision.state = Provision.State.WITHDRAWN
        provision.sent_at = one.provided_at or provision.sent_at
        provision.sent_items = dict(one.items)
        provision.sent_differs = one.is_sent and (
            one.result != _RESULTS[provision.answer] or dict(one.items) != provision.answer_items
        )
        provision.exchange = None
        provision.save(update_fields=["state", "sent_at", "sent_items", "sent_differs", "exchange"])
    finish(row, at=act.at, accepted=len(told), refused=row.item_count - len(told))
