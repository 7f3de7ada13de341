"""対応記録: written at the counter, followed up, never rewritten."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from sapporo_base import services as base
from sapporo_base.acts import Act, NotPermitted
from social_address.models import ContactRecord, SocialAddressee


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What is written down of a contact."""

    system_code: str
    channel: str
    subject: str
    content: str
    follow_up_on: date | None = None


@transaction.atomic
def record_contact(*, addressee: SocialAddressee, contact: Contact, act: Act) -> ContactRecord:
    """
    Write a 対応記録 in the name of the member of staff who acts.

    :raises NotPermitted: nobody of the staff acts.
    """
    if act.staff is None:
        raise NotPermitted("対応記録は職員が登録します。")
    record = ContactRecord.objects.create(
        addressee=addressee,
        system_code=contact.system_code,
        channel=contact.channel,
        contacted_at=act.at,
        subject=contact.subject,
        content=contact.content,
        staff_number=act.staff.staff_number,
        staff_name=act.staff.name,
        follow_up_on=contact.follow_up_on,
    )
    base.record_linkage(act, "contact_recorded", subjects=[("social", addressee.addressee_number)])
    return record


@transaction.atomic
def close_follow_up(*, record: ContactRecord, act: Act) -> ContactRecord:
    """
    Note that the follow-up of a 対応記録 is done; done twice it changes nothing.

    :raises NotPermitted: nobody of the staff acts.
    """
    if act.staff is None:
        raise NotPermitted("対応の完了は職員が登録します。")
    locked = ContactRecord.objects.select_for_update().get(pk=record.pk)
    if locked.followed_up_at is None:
        locked.followed_up_at, locked.followed_up_by = act.at, act.staff.staff_number
        locked.save(update_fields=["followed_up_at", "followed_up_by"])
    return locked
