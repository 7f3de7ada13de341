"""お知らせ of 児童手当 to a 受給者, shown by マイナポータル; asked of 市中間サーバ as any system would."""

import uuid
from datetime import timedelta

from django.db import transaction

from child_allowance.models import Recipient
from child_allowance.services.systems import asking, own_system
from gateway import services as gateway
from sapporo_base import services as base
from sapporo_base.acts import Act, NotNow


@transaction.atomic
def notify_recipient(
    *, recipient: Recipient, title: str, text: str, shown_days: int, act: Act
) -> gateway.AcceptedNotice:
    """
    Have マイナポータル show a 受給者 something, for so many days.

    :raises NotNow: the person can't be reached that way, or the text may not go out; it says why.
    """
    (told,) = gateway.accept_notices(
        system=own_system(),
        requests=[
            gateway.NoticeRequest(
                request_key=f"recipient-{uuid.uuid4().hex}",
                business_number=recipient.addressee_number,
                title=title,
                text=text,
                shown_from=act.at,
                shown_until=act.at + timedelta(days=shown_days),
            )
        ],
        act=asking(act),
    )
    if told.why:
        raise NotNow(told.why)
    base.record_linkage(
        act,
        "recipient_notified",
        subjects=[("addressee", recipient.addressee_number)],
        detail=f"お知らせ{told.id}",
    )
    return told
