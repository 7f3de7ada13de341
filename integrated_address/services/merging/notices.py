"""名寄せ通知: what each linked system reads of 名寄せ, its own numbers only, and its acknowledgement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from integrated_address.models import MergeNotice
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotFound, NotPermitted
from sapporo_base.feed import Feed

NOTICE_FEED = Feed("integrated_address_mergenotice")
_AFTER = """
SELECT p.position, p.entry_id
FROM integrated_address_mergenotice_position p
JOIN integrated_address_mergenotice n ON n.id = p.entry_id
WHERE n.system_id = %s AND p.position > %s ORDER BY p.position LIMIT %s
"""
_ACKNOWLEDGED = """
SELECT coalesce(max(p.position), 0)
FROM integrated_address_mergenotice_position p
JOIN integrated_address_mergenotice n ON n.id = p.entry_id
WHERE n.system_id = %s AND n.acknowledged_at IS NOT NULL
"""
_UP_TO = """
UPDATE integrated_address_mergenotice n SET acknowledged_at = %s
FROM integrated_address_mergenotice_position p
WHERE p.entry_id = n.id AND n.system_id = %s AND p.position <= %s AND n.acknowledged_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Notice:
    """
    One 名寄せ or its undoing as one system may know it.

    After "merged" the numbers of both lists are of one person; after "unmerged" `moved_numbers` are of
    one and `kept_numbers` of another. The 団体内統合宛名番号 are there for who holds them.
    """

    receipt: int
    kind: str
    moved_numbers: Sequence[str]
    kept_numbers: Sequence[str]
    at: datetime
    retired_number: str | None
    present_number: str | None


@dataclass(frozen=True, slots=True)
class NoticePage:
    """Notices in order; read on with `after=receipt`."""

    notices: Sequence[Notice]
    receipt: int
    more: bool


@transaction.atomic
def read_merge_notices(*, receipt: int | None, limit: int, act: Act) -> NoticePage:
    """
    Return the acting system's notices after a receipt, in order; recorded.

    :param receipt: None for those after what the system has acknowledged.
    :raises NotPermitted: no system asks. :raises ReceiptUnknown: the receipt lies ahead of the feed.
    """
    if act.system is None:
        raise NotPermitted("庁内業務システムとして受領してください。")
    NOTICE_FEED.publish()
    with connection.cursor() as cursor:
        if receipt is None:
            cursor.execute(_ACKNOWLEDGED, [act.system.pk])
            receipt = int(cursor.fetchone()[0])
        cursor.execute(_AFTER, [act.system.pk, receipt, limit + 1])
        places = cursor.fetchall()
    if not places:
        NOTICE_FEED.refuse_ahead(receipt)
    rows = MergeNotice.objects.select_related("merge").in_bulk([entry for _, entry in places])
    holds = act.system.holds_integrated_number
    notices = [
        Notice(
            position,
            rows[entry].kind,
            rows[entry].moved_numbers,
            rows[entry].kept_numbers,
            rows[entry].at,
            rows[entry].merge.retired_id if holds else None,
            rows[entry].merge.survivor_id if holds else None,
        )
        for position, entry in places[:limit]
    ]
    if notices:
        base.record_linkage(
            act,
            "merge_notices_read",
            receiver_code=act.system.code,
            subjects=[
                ("business", number)
                for notice in notices
                for number in (*notice.moved_numbers, *notice.kept_numbers)
            ],
        )
    last = notices[-1].receipt if notices else receipt
    return NoticePage(notices, last, more=len(places) > limit)


@transaction.atomic
def acknowledge_merge_notices(*, receipt: int, act: Act) -> int:
    """
    Note that the acting system has taken over its notices up to a receipt; return how many are new.

    :raises NotPermitted: no system acts. :raises ReceiptUnknown: the receipt lies ahead of the feed.
    """
    if act.system is None:
        raise NotPermitted("庁内業務システムとして確認してください。")
    NOTICE_FEED.refuse_ahead(receipt)
    with connection.cursor() as cursor:
        cursor.execute(_UP_TO, [act.at, act.system.pk, receipt])
        return int(cursor.rowcount)


@transaction.atomic
def acknowledge_by_staff(*, notice_number: int, reason: str, act: Act) -> None:
    """
    Note that a system that reads no feed was told otherwise, and how.

    :raises InvalidRequest: no reason. :raises NotFound: it is acknowledged already, or there is none.
    """
    if not reason:
        raise InvalidRequest(fields={"reason": "確認の方法を入力してください。"})
    notice = (
        MergeNotice.objects.select_for_update()
        .filter(pk=notice_number, acknowledged_at=None)
        .select_related("merge", "system")
        .first()
    )
    if notice is None:
        raise NotFound("確認待ちの通知ではありません。")
    notice.acknowledged_at = act.at
    notice.save(update_fields=["acknowledged_at"])
    base.record_linkage(
        act,
        "merge_notices_read",
        subjects=[
            ("integrated", notice.merge.survivor_id),
            ("integrated", notice.merge.retired_id),
        ],
        receiver_code=notice.system.code,
        detail="職員が受領を確認しました。",
    )
