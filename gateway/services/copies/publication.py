"""公開終了日一括設定: drafted by one, decided by another, carried out by the platform, then here."""

from datetime import date
from uuid import uuid4

from django.db import connection, transaction

from gateway import conversion
from gateway.models import Copy, Exchange, PublicationEnd
from gateway.services.copies.forwarding import one_at_a_time
from gateway.services.exchanges import finish, held, new_exchange
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotNow, NotPermitted
from sapporo_base.nudge import nudge

_AT_ONCE = 5000
# The digest of docs/platform-profile.md, formed anew: only the end date of the copy has changed.
_ENDED = """
UPDATE gateway_copy c
SET published_until = %(ends_on)s, wanted_hash = told.hash,
    forwarded_hash = CASE WHEN c.state = 'forwarded' AND c.data_hash IS NOT NULL THEN told.hash
        ELSE c.forwarded_hash END,
    sent_hash = CASE WHEN c.state = 'forwarded' AND c.data_hash IS NOT NULL THEN told.hash
        ELSE c.sent_hash END,
    digest = CASE WHEN c.state = 'forwarded' AND c.data_hash IS NOT NULL THEN sha256(convert_to(
        concat_ws(E'\n', integrated_number, information_code, dataset, key, layout_version,
            to_char(published_from, 'YYYY-MM-DD'), to_char(%(ends_on)s::date, 'YYYY-MM-DD'), '',
            ward_code, encode(data_hash, 'hex')), 'UTF8')) ELSE c.digest END,
    state = CASE WHEN c.state = 'forwarded' AND c.data_hash IS NULL THEN 'waiting' ELSE c.state END,
    due_at = %(at)s, changed_at = %(at)s
FROM unnest(%(ids)s::bigint[], %(hashes)s::bytea[]) AS told (id, hash)
WHERE c.id = told.id
"""


@transaction.atomic
def draft_publication_end(
    *, information_code: str, layout_version: str, ends_on: date, act: Act
) -> PublicationEnd:
    """
    Draft that all copies of a version end on a day; nothing happens before another decides.

    :raises InvalidRequest: there is no such copy. :raises NotNow: one is under way already.
    """
    if act.staff is None:
        raise NotPermitted("職員として操作してください。")
    count = copies_to_end(information_code, layout_version, ends_on)
    if not count:
        raise InvalidRequest(
            "対象の副本がありません。",
            fields={"ends_on": "この日より後に公開終了となる副本がありません。"},
        )
    open_ones = PublicationEnd.objects.filter(
        information_code=information_code,
        layout_version=layout_version,
        state__in=["drafted", "waiting", "registered", "cancelling"],
    )
    if open_ones.exists():
        raise NotNow("この版番号には、決裁待ちまたは実行待ちの設定があります。")
    end = PublicationEnd.objects.create(
        information_code=information_code,
        layout_version=layout_version,
        ends_on=ends_on,
        draft_reason=act.reason[:300],
        copy_count=count,
        record_id=uuid4().hex,
        drafted_by=act.staff,
        drafted_at=act.at,
        correlation_id=act.correlation_id,
    )
    _recorded(end, "publication_end_drafted", act)
    return end


def copies_to_end(information_code: str, layout_version: str, ends_on: date) -> int:
    """Return how many copies would end."""
    return Copy.objects.filter(
        information_code=information_code,
        layout_version=layout_version,
        published_from__lte=ends_on,
        published_until__gt=ends_on,
        is_withdrawn=False,
    ).count()


def _recorded(end: PublicationEnd, kind: str, act: Act) -> None:
    base.record_linkage(
        act,
        kind,
        information_code=end.information_code,
        subject_count=end.copy_count,
        detail=f"版番号{end.layout_version} 公開終了日{end.ends_on:%Y-%m-%d} {end.copy_count}件",
    )


@transaction.atomic
def decide_publication_end(*, end: PublicationEnd, act: Act) -> PublicationEnd:
    """
    Decide a draft: it is told to the platform.

    :raises NotPermitted: it is one's own draft. :raises NotNow: it was decided or cancelled.
    """
    row = PublicationEnd.objects.select_for_update().get(pk=end.pk)
    if act.staff is None or row.drafted_by_id == act.staff.pk:
        raise NotPermitted("起案した職員は決裁できません。別の職員が決裁してください。")
    if row.state != PublicationEnd.State.DRAFTED:
        raise NotNow("すでに決裁または取消しされています。")
    row.state, row.decided_by, row.decided_at = PublicationEnd.State.WAITING, act.staff, act.at
    row.save()
    _exchange("end_publication", row, act)
    _recorded(row, "publication_end_decided", act)
    return row


@transaction.atomic
def cancel_publication_end(*, end: PublicationEnd, act: Act) -> PublicationEnd:
    """
    Take a publication end back, at the platform too if it has it already.

    :raises NotNow: it was carried out, or is on its way just now.
    """
    row = PublicationEnd.objects.select_for_update().get(pk=end.pk)
    if row.state == PublicationEnd.State.DRAFTED:
        row.state = PublicationEnd.State.CANCELLED
    elif row.state == PublicationEnd.State.REGISTERED:
        row.state = PublicationEnd.State.CANCELLING
        _exchange("undo_publication_end", row, act)
    else:
        raise NotNow("実行済みか、送信中です。送信が終わってから操作してください。")
    row.save()
    _recorded(row, "publication_end_cancelled", act)
    return row


def _exchange(work: str, end: PublicationEnd, act: Act) -> Exchange:
    exchange = new_exchange(
        work=work,
        lane="copies",
        count=end.copy_count,
        act=act,
        payload={"publication_end": end.pk},
    )
    nudge("gateway.tasks.work_bulk", queue="bulk")
    return exchange


def publication_end_in(exchange: Exchange) -> PublicationEnd:
    """Return the publication end that a message is about."""
    return PublicationEnd.objects.get(pk=exchange.payload["publication_end"])


@transaction.atomic
def note_publication_end_registered(exchange: Exchange, receipt: str) -> None:
    """Keep under which receipt the platform has it: by it, it can be taken back."""
    PublicationEnd.objects.filter(
        pk=exchange.payload["publication_end"], state=PublicationEnd.State.WAITING
    ).update(state=PublicationEnd.State.REGISTERED, receipt=receipt)


@transaction.atomic
def settle_publication_end(
    exchange: Exchange, *, count: int | None, act: Act, words: str = ""
) -> None:
    """
    Note that the platform has ended the copies, and end them here; or that it was taken back.

    :param count: how many it has ended; None where it was taken back or (with `words`) refused.
    """
    row = held(exchange)
    if row is None:
        return
    end = PublicationEnd.objects.select_for_update().get(pk=row.payload["publication_end"])
    if count is None:
        end.state = PublicationEnd.State.REFUSED if words else PublicationEnd.State.CANCELLED
        end.reason = words[:300]
    else:
        _end_here(end, act)
        end.state, end.ended_count, end.done_at = PublicationEnd.State.DONE, count, act.at
        _recorded(end, "publication_ended", act)
    end.save()
    finish(row, at=act.at, accepted=count or 0, refused=0)


@transaction.atomic
def settle_undone(exchange: Exchange, *, is_undone: bool, words: str, act: Act) -> None:
    """Note whether a publication end could be taken back; else it stands and is carried out."""
    row = held(exchange)
    if row is None:
        return
    end = PublicationEnd.objects.select_for_update().get(pk=row.payload["publication_end"])
    if end.state == PublicationEnd.State.CANCELLING:
        end.state = PublicationEnd.State.CANCELLED if is_undone else PublicationEnd.State.REGISTERED
        end.reason = words[:300]
        end.save()
    finish(row, at=act.at, accepted=int(is_undone), refused=int(not is_undone))


def _end_here(end: PublicationEnd, act: Act) -> None:
    one_at_a_time()
    rows = Copy.objects.select_for_update().filter(
        information_code=end.information_code,
        layout_version=end.layout_version,
        published_from__lte=end.ends_on,
        published_until__gt=end.ends_on,
        is_withdrawn=False,
    )
    after = 0
    while some := list(rows.filter(pk__gt=after).order_by("pk")[:_AT_ONCE]):
        after = some[-1].pk
        hashes = [
            conversion.content_hash(
                row.items,
                published_from=row.published_from,
                published_until=end.ends_on,
                is_withdrawn=False,
            )
            for row in some
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                _ENDED,
                {
                    "ends_on": end.ends_on,
                    "at": act.at,
                    "ids": [row.pk for row in some],
                    "hashes": hashes,
                },
            )
