"""取下げ: what a message carried goes back to where it waited, or the words why it can't."""

from collections.abc import Callable, Mapping
from typing import Final

from gateway.models import (
    Copy,
    CopyDifference,
    CopyInspection,
    Exchange,
    ExchangeRecord,
    InformationFlag,
    Inquiry,
    PlatformNumber,
    PortalNotice,
    Provision,
    PublicationEnd,
    Work,
)
from sapporo_base.acts import Act

_DROPPED: Final = "職員が電文を取り下げました。"
_IS_THERE: Final = (
    "{}は相手方に受け付けられています。取り下げられないため、結果を待つか再送で確かめてください"
)
_MAY_BE_THERE: Final = (
    "{}は送信済みで、相手方に届いている可能性があります。再送すると二重にならずに結果が分かります"
)
_CONFIRMS: Final = (
    "{}は送った回答の確認です。取り下げると確認できないままになるため、保留するか再送してください"
)
_ONLY_BEFORE_IT_WENT: Final = frozenset({Work.PERMIT, Work.END_PUBLICATION, Work.UPDATE_RECORDS})
"""What can't be undone, and bears no number by which the platform would know it again."""


def why_not_given_back(row: Exchange) -> str:
    """Say why a message can't be taken back; empty where it can."""
    words = row.get_work_display()
    if row.receipt:
        return _IS_THERE.format(words)
    if row.work == Work.FETCH_PROVIDED:
        return _CONFIRMS.format(words)
    if row.work in _ONLY_BEFORE_IT_WENT and row.first_sent_at is not None:
        return _MAY_BE_THERE.format(words)
    return ""


def give_back(row: Exchange, act: Act) -> None:
    """Put what a message carried back into its queue; nothing is lost, and nothing goes twice."""
    if row.work in _WAYS:
        _WAYS[Work(row.work)](row, act)


def _inquiries(row: Exchange, act: Act) -> None:
    asked = Inquiry.objects.filter(exchange=row)
    asked.filter(state=Inquiry.State.SENDING).update(
        state=Inquiry.State.WAITING, sent_at=None, due_at=act.at
    )
    asked.update(exchange=None)


def _copies(row: Exchange, act: Act) -> None:
    # What was tried once may be there: it is deleted there too when it is withdrawn.
    never_sent = {"sent_hash": None} if row.first_sent_at is None else {}
    Copy.objects.filter(exchange=row).update(
        state=Copy.State.WAITING, exchange=None, due_at=act.at, **never_sent
    )


def _numbers(row: Exchange, act: Act) -> None:
    PlatformNumber.objects.filter(exchange=row).update(exchange=None, due_at=act.at)


def _notices(row: Exchange, act: Act) -> None:
    carried = PortalNotice.objects.filter(exchange=row)
    under_way = carried.filter(state=PortalNotice.State.SENDING)
    taken_back = under_way.filter(withdrawal_asked_at__isnull=False)
    if row.first_sent_at is None:
        taken_back.update(
            state=PortalNotice.State.WITHDRAWN, settled_at=act.at, exchange=None, sent_at=None
        )
    else:
        # Perhaps it arrived: it is taken back there, which says so where it did not.
        taken_back.update(state=PortalNotice.State.SENT)
    carried.filter(state=PortalNotice.State.SENDING).update(
        state=PortalNotice.State.WAITING, sent_at=None
    )
    carried.update(exchange=None, due_at=act.at)


def _disclosures(row: Exchange, act: Act) -> None:
    row.disclosures.update(exchange=None)


def _provisions(row: Exchange, act: Act) -> None:
    """An answer waits for permission again: nothing of it was told to who asks."""
    Provision.objects.filter(exchange=row, state=Provision.State.PERMITTED).update(
        state=Provision.State.ANSWERED, permitted_by=None, permitted_at=None, reason=_DROPPED
    )
    row.provisions.update(exchange=None)


def _inspections(row: Exchange, act: Act) -> None:
    row.inspections.update(state=CopyInspection.State.REFUSED, reason=_DROPPED, answered_at=act.at)


def _flags(row: Exchange, act: Act) -> None:
    """They protect people: they go in another message at once."""
    numbers = [one[1] for one in row.payload["rows"]]
    PlatformNumber.objects.filter(pk__in=numbers, flags_due_at__isnull=False).update(
        flags_due_at=act.at
    )


def _information_flags(row: Exchange, act: Act) -> None:
    flags = [one[1] for one in row.payload["rows"]]
    InformationFlag.objects.filter(pk__in=flags, due_at__isnull=False).update(due_at=act.at)


def _differences(row: Exchange, act: Act) -> None:
    row.differences.filter(state=CopyDifference.State.MENDING).update(
        state=CopyDifference.State.OPEN, exchange=None, record_id="", mended_by=None
    )


def _publication_end(row: Exchange, act: Act) -> None:
    PublicationEnd.objects.filter(
        pk=row.payload["publication_end"], state=PublicationEnd.State.WAITING
    ).update(state=PublicationEnd.State.CANCELLED, reason=_DROPPED)


def _publication_end_stands(row: Exchange, act: Act) -> None:
    PublicationEnd.objects.filter(
        pk=row.payload["publication_end"], state=PublicationEnd.State.CANCELLING
    ).update(state=PublicationEnd.State.REGISTERED, reason=_DROPPED)


def _record_updates(row: Exchange, act: Act) -> None:
    for _, pk, _, withheld in row.payload["rows"]:
        ExchangeRecord.objects.filter(pk=pk, wanted_not_disclosed=withheld).update(
            wanted_not_disclosed=not withheld, update_error=_DROPPED
        )


# What only looks and is asked again by itself (RECORDS, LIST_PROVISIONS, CHECK_FLAGS) has nothing to give back.
_WAYS: Mapping[Work, Callable[[Exchange, Act], None]] = {
    **dict.fromkeys(
        (Work.ASK, Work.CHECK, Work.FETCH, Work.CANCEL, Work.CHECK_CANCEL, Work.COMPARE), _inquiries
    ),
    **dict.fromkeys((Work.REGISTER_COPIES, Work.DELETE_COPIES), _copies),
    **dict.fromkeys(
        (Work.REGISTER_NUMBERS, Work.DELETE_NUMBERS, Work.REQUEST_CODES, Work.CHECK_CODES), _numbers
    ),
    **dict.fromkeys((Work.NOTIFY, Work.CHECK_NOTICES, Work.WITHDRAW_NOTICES), _notices),
    Work.SHOW_DISCLOSED: _disclosures,
    **dict.fromkeys((Work.ANSWER, Work.PERMIT), _provisions),
    Work.INSPECT: _inspections,
    Work.SET_FLAGS: _flags,
    Work.INFORMATION_FLAGS: _information_flags,
    Work.DELETE_UNKNOWN: _differences,
    Work.END_PUBLICATION: _publication_end,
    Work.UNDO_PUBLICATION_END: _publication_end_stands,
    Work.UPDATE_RECORDS: _record_updates,
}
