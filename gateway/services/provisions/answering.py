"""One answers, another permits: until then nothing has left the city."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction

from gateway.models import Exchange, Provision
from gateway.rules.stray_numbers import stray_items
from gateway.selectors.grounds import provision_grounds
from gateway.services.provisions.sending import next_step
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotNow, NotPermitted
from sapporo_base.nudge import nudge


class NoGround(NotPermitted):
    """Nothing may be provided to this 事務: no 法令上の根拠 was in force on the day it was asked."""

    code = "no_ground"
    message = (
        "照会の日に有効な提供の根拠(事務・事務手続・特定個人情報の組合せ)がないため、提供できません。"
        "「提供しない」で回答してください。"
    )


_RESULTS = {"provide": "provided", "no_record": "no_record", "refuse": "refused"}


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
    next_step(rows, "answer", lane="interactive", act=act)
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
