"""自己情報提供: what people were shown of their own data by the platform, learned afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from gateway.models import Exchange, FeedReceipt, PlatformNumber, SelfDisclosure
from gateway.services.answers import Why
from gateway.services.desk import do_with_exchanges
from gateway.services.exchanges import finish, held, new_exchange
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotNow
from sapporo_base.models import LinkageRecord
from sapporo_base.nudge import nudge

FEED = "platform self disclosures"
SHOWN_FOR = timedelta(minutes=10)
_NAMES_AT_ONCE = 5000
_RESULTS = {
    "provided": LinkageRecord.Result.DONE,
    "no_record": LinkageRecord.Result.DONE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldDisclosure:
    """One look of a person at their own data, as the platform tells it."""

    sequence: int
    disclosure_id: str
    integrated_number: str
    information_code: str
    requested_at: datetime
    provided_at: datetime | None
    result: str
    result_code: str


def sequence_read() -> int:
    """Return the sequence number up to which looks were learned of."""
    return FeedReceipt.objects.get_or_create(feed=FEED)[0].receipt


@transaction.atomic
def note_disclosures(told: Sequence[ToldDisclosure], *, act: Act) -> int:
    """
    Note looks of people at their own data, once each, with their record; return how many are new.

    One that showed what 不開示該当 withholds (the flag stood at the platform before) is marked.
    """
    receipt = FeedReceipt.objects.select_for_update().get(feed=FEED)
    fresh = sorted(
        (one for one in told if one.sequence > receipt.receipt), key=lambda one: one.sequence
    )
    withheld_since = dict(
        PlatformNumber.objects.filter(
            pk__in={one.integrated_number for one in fresh},
            sent_not_disclosed=True,
            flags_set_at__isnull=False,
        ).values_list("pk", "flags_set_at")
    )
    rows = [_row(one, withheld_since.get(one.integrated_number), act) for one in fresh]
    SelfDisclosure.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    for row in rows:
        base.record_linkage(
            act,
            "self_disclosure",
            subjects=[("integrated", row.integrated_number)],
            result=_RESULTS.get(row.result, LinkageRecord.Result.REFUSED),
            detail=f"本人によるマイナポータルでの自己情報の開示 {row.get_result_display()}",
            information_code=row.information_code,
            provider="札幌市長",
            requested_at=row.requested_at,
            provided_at=row.provided_at,
        )
    if fresh:
        receipt.receipt = fresh[-1].sequence
    receipt.read_at = act.at
    receipt.save()
    return len(rows)


def _row(one: ToldDisclosure, withheld_since: datetime | None, act: Act) -> SelfDisclosure:
    provided = one.result == SelfDisclosure.Result.PROVIDED
    return SelfDisclosure(
        disclosure_id=one.disclosure_id,
        sequence=one.sequence,
        integrated_number=one.integrated_number,
        information_code=one.information_code,
        requested_at=one.requested_at,
        provided_at=one.provided_at,
        result=one.result,
        result_code=one.result_code,
        noted_at=act.at,
        is_doubtful=provided and withheld_since is not None and withheld_since <= one.requested_at,
    )


def without_item_names() -> list[str]:
    """Return the ids of looks of which it is not known yet which items were shown."""
    return list(
        SelfDisclosure.objects.filter(
            item_names__isnull=True, result=SelfDisclosure.Result.PROVIDED
        )
        .order_by("sequence")
        .values_list("pk", flat=True)[:_NAMES_AT_ONCE]
    )


@transaction.atomic
def keep_item_names(told: Mapping[str, Sequence[str]], *, act: Act) -> int:
    """Keep which items were shown, by name; return of how many looks."""
    rows = list(
        SelfDisclosure.objects.select_for_update()
        .filter(pk__in=told, item_names__isnull=True)
        .order_by("pk")
    )
    for row in rows:
        row.item_names = list(told[row.pk])
    SelfDisclosure.objects.bulk_update(rows, ["item_names"], 1000)
    return len(rows)


@transaction.atomic
def ask_for_content(*, disclosure: SelfDisclosure, act: Act) -> SelfDisclosure:
    """
    Have the platform tell what a person was shown, for a member of staff with a reason; recorded
    before it is asked. It can be seen for ten minutes after it came, then it is forgotten.

    :raises InvalidRequest: without a reason. :raises NotNow: nothing was shown, or it is asked.
    """
    if not act.reason:
        raise InvalidRequest("理由を入力してください。", fields={"reason": "必須です。"})
    row = SelfDisclosure.objects.select_for_update().get(pk=disclosure.pk)
    if row.result != SelfDisclosure.Result.PROVIDED:
        raise NotNow("本人に示された内容はありません。")
    if row.exchange_id is not None:
        raise NotNow("内容の取得を依頼済みです。届くまでお待ちください。")
    base.record_linkage(
        act,
        "self_disclosure_content_asked",
        subjects=[("integrated", row.integrated_number)],
        information_code=row.information_code,
        detail="本人に示された自己情報の内容の確認",
    )
    row.exchange = new_exchange(work="show_disclosed", lane="interactive", ids=[], count=1, act=act)
    row.save(update_fields=["exchange"])
    nudge("gateway.tasks.work_interactive")
    return row


@transaction.atomic
def stop_asking_for_content(*, disclosure: SelfDisclosure, act: Act) -> SelfDisclosure:
    """
    Take back what was asked of a person's look, with the act's reason, before the platform tells it.

    :raises NotNow: nothing is asked, or it is being asked just now.
    """
    row = SelfDisclosure.objects.select_for_update().get(pk=disclosure.pk)
    if row.exchange_id is None:
        raise NotNow("求めている内容はありません。")
    done = do_with_exchanges(deed="drop", ids=[row.exchange_id], act=act)
    if not done.messages:
        raise NotNow(f"取り下げられません: {'、'.join(done.left)}。")
    row.refresh_from_db()
    return row


def disclosure_in(exchange: Exchange) -> SelfDisclosure:
    """Return the look whose content a message asks for."""
    return exchange.disclosures.get()


@transaction.atomic
def settle_content(
    exchange: Exchange, items: Mapping[str, Any], why: Why | None, *, act: Act
) -> None:
    """Keep what was shown for as long as staff look at it."""
    row = held(exchange)
    if row is None:
        return
    for disclosure in row.disclosures.select_for_update():
        disclosure.exchange = None
        if why is None:
            disclosure.shown_items, disclosure.shown_until = dict(items), act.at + SHOWN_FOR
            disclosure.item_names = sorted(items)
        disclosure.save(update_fields=["exchange", "shown_items", "shown_until", "item_names"])
    finish(row, at=act.at, accepted=int(why is None), refused=int(why is not None))


@transaction.atomic
def forget_contents(*, act: Act) -> int:
    """Forget contents whose time is over; return of how many looks."""
    return SelfDisclosure.objects.filter(shown_items__isnull=False, shown_until__lte=act.at).update(
        shown_items=None, shown_until=None
    )
