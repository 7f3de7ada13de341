"""更新通知: subscriptions with their secrets, and calls that are planned, claimed and settled."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from auditlog.context import disable_auditlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from resident_basic import selectors
from resident_basic.models import Delivery, WebhookCall, WebhookSubscription
from resident_basic.rules.applications import WEBHOOK
from resident_basic.rules.webhooks import (
    LEASE,
    OVERLAP,
    SIGNATURE_HEADER,
    call_body,
    closed_until,
    pause_after,
    problem_of_url,
    signature,
)
from sapporo_base import sealing
from sapporo_base import services as base
from sapporo_base.acts import JAPAN, Act, InvalidRequest, NotNow
from sapporo_base.models import BusinessSystem

_SECRET_BYTES: Final = 32
_MOST_AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class IssuedSecret:
    """A new secret of a subscription, which is shown this once and never again."""

    subscription: WebhookSubscription
    key_id: str
    secret: str


@dataclass(frozen=True, slots=True)
class PreparedCall:
    """A claimed call, ready to be made: what is sent where, signed."""

    id: int
    url: str
    body: bytes
    headers: dict[str, str]
    head: int


@transaction.atomic
def subscribe_webhook(*, receiving: BusinessSystem, url: str, act: Act) -> IssuedSecret:
    """
    Have a system woken at an address from now on; its secret is shown once.

    Another address for a system that has one gets a new secret at once, without overlap: who listened at
    the old one shall not be able to pass for it.

    :raises InvalidRequest: the address is not allowed.
    """
    _refuse_wrong_url(url)
    key_id, secret, sealed = _new_secret()
    subscription, _ = WebhookSubscription.objects.update_or_create(
        system=receiving,
        defaults={
            "url": url,
            "is_active": True,
            "key_id": key_id,
            "sealed_secret": sealed,
            "previous_key_id": "",
            "previous_sealed_secret": None,
            "previous_until": None,
            "failures": 0,
            "closed_until": None,
            "last_error": "",
        },
        create_defaults={
            "url": url,
            "key_id": key_id,
            "sealed_secret": sealed,
            "told_until": selectors.CHANGES.head(),
            "registered_at": act.at,
        },
    )
    _record(act, "webhook_subscribed", subscription)
    return IssuedSecret(subscription, key_id, secret)


@transaction.atomic
def rotate_webhook_secret(*, subscription: WebhookSubscription, act: Act) -> IssuedSecret:
    """
    Give a subscription a new secret; the one before signs beside it for a week.

    :raises NotNow: two secrets sign already.
    """
    subscription = WebhookSubscription.objects.select_for_update().get(pk=subscription.pk)
    if subscription.previous_until and subscription.previous_until > act.at:
        raise NotNow(
            "前の署名鍵がまだ有効です。"
            f"{subscription.previous_until.astimezone(JAPAN):%Y-%m-%d %H:%M}以降に切り替えてください。"
        )
    subscription.previous_key_id = subscription.key_id
    subscription.previous_sealed_secret = subscription.sealed_secret
    subscription.previous_until = act.at + OVERLAP
    subscription.key_id, secret, subscription.sealed_secret = _new_secret()
    subscription.save()
    _record(act, "webhook_secret_rotated", subscription)
    return IssuedSecret(subscription, subscription.key_id, secret)


@transaction.atomic
def pause_webhook(*, subscription: WebhookSubscription, act: Act) -> None:
    """Make no calls to a system until it is resumed; it may read the feed all the same."""
    WebhookSubscription.objects.filter(pk=subscription.pk).update(is_active=False)
    _record(act, "webhook_paused", subscription)


@transaction.atomic
def resume_webhook(*, subscription: WebhookSubscription, act: Act) -> None:
    """Call a system again, at once where it waits for something, and forget its failures."""
    WebhookSubscription.objects.filter(pk=subscription.pk).update(
        is_active=True, failures=0, closed_until=None
    )
    subscription.calls.filter(state=WebhookCall.State.WAITING).update(due_at=act.at, attempts=0)
    _record(act, "webhook_resumed", subscription)


@transaction.atomic
def call_for_test(*, subscription: WebhookSubscription, act: Act) -> WebhookCall:
    """
    Plan one call that only tests the connection, also where calls are paused or the circuit is open.

    :raises NotNow: the address is not allowed any more.
    """
    if problem := _problem_of(subscription.url):
        raise NotNow(problem)
    return WebhookCall.objects.create(
        subscription=subscription,
        kind=WebhookCall.Kind.TEST,
        head=selectors.CHANGES.head(),
        waiting=0,
        due_at=act.at,
        created_at=act.at,
    )


def plan_wake_ups(*, act: Act) -> int:
    """
    Plan a call for every system that has something new to read and was not told; return how many.

    A call that waits already is told the newest receipt instead of being joined by another. Whose approval
    for 更新通知 ended is not called.
    """
    head = selectors.CHANGES.head()
    behind = WebhookSubscription.objects.filter(is_active=True, told_until__lt=head)
    planned = 0
    for subscription in behind.select_related("system"):
        approval = selectors.approved_items(system=subscription.system, day=act.day, form=WEBHOOK)
        if approval.disclosed:
            planned += _plan(subscription, head, act)
    return planned


@transaction.atomic
def _plan(subscription: WebhookSubscription, head: int, act: Act) -> int:
    delivery = Delivery.objects.filter(system=subscription.system).first()
    _, created = WebhookCall.objects.update_or_create(
        subscription=subscription,
        kind=WebhookCall.Kind.WAKE,
        state=WebhookCall.State.WAITING,
        defaults={"head": head, "waiting": head - (delivery.read_until if delivery else 0)},
        create_defaults={
            "head": head,
            "waiting": head - (delivery.read_until if delivery else 0),
            "due_at": act.at,
            "created_at": act.at,
        },
    )
    return int(created)


@transaction.atomic
def claim_calls(*, at: datetime) -> list[PreparedCall]:
    """
    Return calls that are due, leased to the caller for a minute.

    A place whose circuit is open gets tests only. A lease that expires gives the call back.
    """
    due = (
        WebhookCall.objects.select_for_update(skip_locked=True, of=["self"])
        .filter(
            Q(leased_until__isnull=True) | Q(leased_until__lte=at),
            Q(kind=WebhookCall.Kind.TEST)
            | Q(subscription__is_active=True)
            & (Q(subscription__closed_until__isnull=True) | Q(subscription__closed_until__lte=at)),
            state=WebhookCall.State.WAITING,
            due_at__lte=at,
        )
        .select_related("subscription__system")
        .order_by("due_at", "pk")
    )
    claimed = list(due[:_MOST_AT_ONCE])
    WebhookCall.objects.filter(pk__in=[call.pk for call in claimed]).update(leased_until=at + LEASE)
    return [_prepared(call, at) for call in claimed]


@transaction.atomic
def settle_call(
    *, call_id: int, head: int, status: int | None, error: str, at: datetime
) -> WebhookCall:
    """
    Note what became of a call. In vain, it is tried again later and later; a test is tried once.

    :param head: the receipt that was told; a newer one may have come to the waiting call meanwhile.

    After five failures in a row the place is left in peace for ten minutes, then one call tries.
    """
    call = WebhookCall.objects.select_for_update().get(pk=call_id)
    subscription = WebhookSubscription.objects.select_for_update().get(pk=call.subscription_id)
    call.attempts += 1
    call.status, call.last_error, call.leased_until = status, error, None
    is_test = call.kind == WebhookCall.Kind.TEST
    if not error:
        call.state, call.settled_at = WebhookCall.State.SENT, at
        subscription.succeeded_at, subscription.failures = at, 0
        subscription.closed_until, subscription.last_error = None, ""
        if not is_test:
            subscription.told_until = max(subscription.told_until, head)
    else:
        subscription.failed_at, subscription.last_error = at, error
        if is_test:
            call.state, call.settled_at = WebhookCall.State.FAILED, at
        else:
            call.due_at = at + pause_after(call.attempts)
            subscription.failures = min(subscription.failures + 1, 1000)
            subscription.closed_until = closed_until(subscription.failures, at=at)
    call.save()
    with disable_auditlog():
        subscription.save()
    return call


def forget_calls(*, before: datetime) -> int:
    """Forget calls that were settled before a moment; return how many."""
    return int(WebhookCall.objects.filter(settled_at__lt=before).delete()[0])


@transaction.atomic
def reseal_webhook_secrets(*, limit: int, after: int) -> tuple[int, int]:
    """
    Seal up to `limit` subscriptions' secrets with id beyond `after` with the current key.

    Return how many were sealed anew and the last id looked at (0 at the end).
    """
    ring = sealing.credential_ring()
    rows = list(
        WebhookSubscription.objects.select_for_update().filter(pk__gt=after).order_by("pk")[:limit]
    )
    count = 0
    for row in rows:
        stale = False
        for field in ("sealed_secret", "previous_sealed_secret"):
            sealed = getattr(row, field)
            if sealed is not None and not ring.is_current(bytes(sealed)):
                setattr(row, field, ring.seal(ring.open(bytes(sealed))))
                stale = True
        if stale:
            with disable_auditlog():
                row.save(update_fields=["sealed_secret", "previous_sealed_secret"])
            count += 1
    return count, rows[-1].pk if rows else 0


def _prepared(call: WebhookCall, at: datetime) -> PreparedCall:
    subscription = call.subscription
    body = call_body(
        system=subscription.system.code,
        head=call.head,
        waiting=call.waiting,
        call=call.pk,
        test=call.kind == WebhookCall.Kind.TEST,
    )
    return PreparedCall(
        id=call.pk,
        head=call.head,
        url=subscription.url,
        body=body,
        headers={
            "Content-Type": "application/json",
            SIGNATURE_HEADER: signature(body, at=at, secrets=_secrets(subscription, at)),
        },
    )


def _secrets(subscription: WebhookSubscription, at: datetime) -> Sequence[tuple[str, bytes]]:
    ring = sealing.credential_ring()
    pairs = [(subscription.key_id, ring.open(bytes(subscription.sealed_secret)))]
    previous = subscription.previous_sealed_secret
    if previous is not None and subscription.previous_until and subscription.previous_until > at:
        pairs.append((subscription.previous_key_id, ring.open(bytes(previous))))
    return pairs


def _new_secret() -> tuple[str, str, bytes]:
    secret = secrets.token_hex(_SECRET_BYTES)
    return secrets.token_hex(4), secret, sealing.credential_ring().seal(secret.encode())


def _problem_of(url: str) -> str:
    return problem_of_url(url, hosts=settings.WEBHOOK_HOSTS, plain_http=settings.DEMO)


def _refuse_wrong_url(url: str) -> None:
    if problem := _problem_of(url):
        raise InvalidRequest(problem, fields={"url": problem})


def _record(act: Act, kind: str, subscription: WebhookSubscription) -> None:
    base.record_linkage(act, kind, receiver_code=subscription.system.code, detail=subscription.url)
