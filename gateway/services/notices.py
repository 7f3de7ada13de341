"""お知らせ: accepted from business systems, sent, looked after, taken back."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from gateway.models import Exchange, Lane, PlatformNumber, PortalNotice
from gateway.rules import waiting
from gateway.rules.stray_numbers import holds_individual_number
from gateway.services.answers import DUPLICATE, UNKNOWN_RECORD, Why
from gateway.services.exchanges import finish, held, new_exchange
from gateway.services.permissions import insist_on_permission
from integrated_address import selectors as addressees
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotFound, NotNow
from sapporo_base.models import BusinessSystem
from sapporo_base.nudge import nudge

MOST_ONLINE = 100
_FILE_AT_ONCE = 5000
_AT_THE_PLATFORM = (PortalNotice.State.SENT, PortalNotice.State.DELIVERED)
_STATES = {
    "accepted": PortalNotice.State.SENT,
    "delivered": PortalNotice.State.DELIVERED,
    "read": PortalNotice.State.READ,
    "withdrawn": PortalNotice.State.WITHDRAWN,
    "undeliverable": PortalNotice.State.UNDELIVERABLE,
}
_ENDED = (
    PortalNotice.State.READ,
    PortalNotice.State.WITHDRAWN,
    PortalNotice.State.UNDELIVERABLE,
    PortalNotice.State.FAILED,
)
# The same words for everybody who can't be reached: that somebody is protected is nobody's to know.
_NOT_REACHABLE = "この人にはマイナポータルのお知らせを送れません。別の方法で連絡してください。"
_HOLDS_NUMBER = "件名または本文に個人番号と読める数字があります。削除してください。"
_OVER = "掲載終了日時が過ぎています。"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRequest:
    """One お知らせ of a business system, under its own number; `request_key` makes it idempotent."""

    request_key: str
    business_number: str
    title: str
    text: str
    shown_from: datetime
    shown_until: datetime


@dataclass(frozen=True, slots=True)
class AcceptedNotice:
    """What became of one request."""

    request_key: str
    id: int | None
    state: str
    code: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class ToldNotice:
    """What the platform tells of one notice."""

    record_id: str
    state: str
    status: str
    read_at: datetime | None
    why: Why | None = None


def accept_notices(
    *, system: BusinessSystem, requests: Sequence[NoticeRequest], act: Act
) -> list[AcceptedNotice]:
    """
    Accept notices to people, each by itself. The same request key again is the same notice.

    People without a 符号, and those of whom nothing may be shown (不開示該当), can't be reached.

    :raises InterfaceNotPermitted: the system may not have anybody notified.
    """
    insist_on_permission(system=system, group="OSR", act=act)
    told = _accepted(system, requests, act)
    if refused := sum(one.state == "refused" for one in told):
        base.record_refusal(
            act,
            "notices_refused",
            detail=f"送れないお知らせ({refused}件)",
            receiver_code=system.code,
            subject_count=refused,
        )
    return told


@transaction.atomic
def _accepted(
    system: BusinessSystem, requests: Sequence[NoticeRequest], act: Act
) -> list[AcceptedNotice]:
    numbers = addressees.integrated_numbers_of(
        system=system, business_numbers={request.business_number for request in requests}
    )
    reachable = _reachable(numbers.values())
    known = {
        notice.request_key: notice
        for notice in PortalNotice.objects.filter(
            system=system, request_key__in=[request.request_key for request in requests]
        )
    }
    told: list[AcceptedNotice] = []
    fresh: dict[str, PortalNotice] = {}
    for request in requests:
        number = numbers.get(request.business_number, "")
        code, why = _why_not(request, number if number in reachable else "", act)
        if notice := known.get(request.request_key) or fresh.get(request.request_key):
            told.append(AcceptedNotice(request.request_key, notice.pk, notice.state))
        elif why:
            told.append(AcceptedNotice(request.request_key, None, "refused", code, why))
        else:
            notice = PortalNotice.objects.create(
                system=system,
                request_key=request.request_key,
                record_id=uuid.uuid4().hex,
                business_number=request.business_number,
                integrated_number=number,
                title=request.title,
                text=request.text,
                shown_from=request.shown_from,
                shown_until=request.shown_until,
                due_at=act.at,
                accepted_at=act.at,
                correlation_id=act.correlation_id,
            )
            fresh[request.request_key] = notice
            told.append(AcceptedNotice(request.request_key, notice.pk, notice.state))
    _record(act, "notices_accepted", system, fresh.values())
    if fresh:
        _hasten(len(fresh))
    return told


def _reachable(numbers: Collection[str]) -> set[str]:
    people = PlatformNumber.objects.filter(
        pk__in=list(numbers), code_state=PlatformNumber.CodeState.ACQUIRED, not_disclosed=False
    )
    found = set(people.values_list("pk", flat=True))
    return found - set(addressees.under_support(sorted(found)))


def _why_not(request: NoticeRequest, number: str, act: Act) -> tuple[str, str]:
    if holds_individual_number(f"{request.title}\n{request.text}"):
        return "individual_number", _HOLDS_NUMBER
    if request.shown_until <= max(request.shown_from, act.at):
        return "over", _OVER
    if not number:
        return "not_reachable", _NOT_REACHABLE
    return "", ""


def _record(act: Act, kind: str, system: BusinessSystem, notices: Collection[PortalNotice]) -> None:
    if notices:
        base.record_linkage(
            act,
            kind,
            subjects=[("integrated", notice.integrated_number) for notice in notices],
            receiver_code=system.code,
            detail=f"お知らせ{len(notices)}件",
        )


def _hasten(count: int) -> None:
    bulk = count > MOST_ONLINE
    nudge(
        f"gateway.tasks.work_{'bulk' if bulk else 'interactive'}",
        queue="bulk" if bulk else "interactive",
    )


@transaction.atomic
def withdraw_notices(
    *, system: BusinessSystem, notice_ids: Collection[int], act: Act
) -> list[PortalNotice]:
    """
    Take notices back (取消), with the act's reason: at once while they have not gone out, by the
    platform after that. What was read stays read.

    :raises InvalidRequest: without a reason. :raises NotFound: the system has none of them.
    """
    if not act.reason:
        raise InvalidRequest("取消の理由を入力してください。", fields={"reason": "必須です。"})
    notices = list(
        PortalNotice.objects.select_for_update()
        .filter(system=system, pk__in=list(notice_ids))
        .order_by("pk")
    )
    if not notices:
        raise NotFound("該当するお知らせがありません。")
    asked = []
    for notice in notices:
        if notice.state in _ENDED or notice.withdrawal_asked_at is not None:
            continue
        notice.withdrawal_asked_at, notice.withdrawal_reason = act.at, act.reason[:200]
        if notice.state == PortalNotice.State.WAITING:
            notice.state, notice.settled_at = PortalNotice.State.WITHDRAWN, act.at
        asked.append(notice)
    PortalNotice.objects.bulk_update(
        asked, ["state", "settled_at", "withdrawal_asked_at", "withdrawal_reason"], 1000
    )
    _record(act, "notices_withdrawn", system, asked)
    if asked:
        _hasten(len(asked))
    return notices


@transaction.atomic
def withdraw_notice(*, notice: PortalNotice, act: Act) -> PortalNotice:
    """
    Take one notice back.

    :raises NotNow: it was read, taken back or could not be delivered already.
    """
    if notice.state in _ENDED:
        raise NotNow("このお知らせは、すでに読まれたか終了しています。")
    return withdraw_notices(system=notice.system, notice_ids=[notice.pk], act=act)[0]


@transaction.atomic
def prepare_notice_exchanges(*, lane: str, act: Act) -> int:
    """
    Put due notices into messages: few go online, in the interactive lane, many as one file, in the
    other; return how many messages.
    """
    free = PortalNotice.objects.filter(exchange=None)
    made = 0
    for work, due, changes in (
        (
            "withdraw_notices",
            free.filter(state__in=_AT_THE_PLATFORM, withdrawal_asked_at__isnull=False),
            {},
        ),
        (
            "notify",
            free.filter(
                state=PortalNotice.State.WAITING,
                due_at__lte=act.at,
                withdrawal_asked_at__isnull=True,
            ),
            {"state": PortalNotice.State.SENDING, "sent_at": act.at},
        ),
        (
            "check_notices",
            free.filter(
                state__in=_AT_THE_PLATFORM,
                due_at__lte=act.at,
                settled_at__isnull=True,
                withdrawal_asked_at__isnull=True,
            ),
            {},
        ),
    ):
        while ids := _some(due, lane):
            exchange = new_exchange(work=work, lane=lane, ids=[], count=len(ids), act=act)
            PortalNotice.objects.filter(pk__in=ids).update(exchange=exchange, **changes)
            made += 1
    return made


def _some(due: QuerySet[PortalNotice], lane: str) -> list[int]:
    online = lane == Lane.INTERACTIVE
    # One more than goes online tells whether they are many; the other lane takes those.
    most = MOST_ONLINE + 1 if online else _FILE_AT_ONCE
    ids = list(
        due.order_by("due_at", "pk")
        .select_for_update(skip_locked=True)
        .values_list("pk", flat=True)[:most]
    )
    return ids if (len(ids) <= MOST_ONLINE) is online else []


def notices_in(exchange: Exchange) -> list[PortalNotice]:
    """Return the notices that a message carries."""
    return list(exchange.notices.order_by("pk"))


@transaction.atomic
def settle_notices(exchange: Exchange, told: Sequence[ToldNotice], *, act: Act) -> None:
    """Settle what the platform told of notices: taken in, where they stand, or taken back."""
    row = held(exchange)
    if row is None:
        return
    by_id = {one.record_id: one for one in told}
    notices = list(row.notices.select_for_update())
    refused = 0
    for notice in notices:
        notice.exchange = None
        one = by_id.get(notice.record_id)
        if one is None:
            notice.due_at = act.at + waiting.retry_after(1)
            if row.work == "notify":
                # One that is to be taken back does not go out a second time: it is taken back there.
                notice.state = (
                    PortalNotice.State.SENT
                    if notice.withdrawal_asked_at
                    else PortalNotice.State.WAITING
                )
        elif row.work == "notify" and one.why and one.why.code != DUPLICATE:
            refused += 1
            notice.state, notice.settled_at = PortalNotice.State.FAILED, act.at
            notice.reason = one.why.words[:300]
        elif row.work == "withdraw_notices" and one.why and one.why.code == UNKNOWN_RECORD:
            notice.state, notice.settled_at = PortalNotice.State.WITHDRAWN, act.at
            notice.reason = "プラットフォームには届いていませんでした。"
        else:
            _stands(notice, one, row.work, act)
    PortalNotice.objects.bulk_update(
        notices,
        [
            *("exchange", "state", "status", "reason", "due_at", "looks", "read_at", "settled_at"),
            "withdrawal_asked_at",
        ],
        1000,
    )
    finish(row, at=act.at, accepted=len(by_id) - refused, refused=refused)


def _stands(notice: PortalNotice, one: ToldNotice, work: str, act: Act) -> None:
    notice.state = _STATES.get(one.state, PortalNotice.State.UNCLEAR)
    notice.status, notice.read_at = one.status, one.read_at
    if notice.state == PortalNotice.State.READ and one.read_at is None:
        notice.state = PortalNotice.State.UNCLEAR
        notice.reason = "既読日時のない既読です。プラットフォームに確認してください。"
    if work == "withdraw_notices" and notice.state != PortalNotice.State.WITHDRAWN:
        notice.withdrawal_asked_at = None
        notice.reason = "取消は間に合いませんでした。"
    notice.due_at = act.at + waiting.notice_look_after(notice.looks)
    notice.looks += 1
    if notice.state in _ENDED or act.at >= notice.shown_until:
        notice.settled_at = act.at
