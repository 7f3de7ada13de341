"""名寄せ of 団体内統合宛名, followed by 社会保障宛名 as by any linked system: read, taken over, acknowledged."""

from django.db import transaction

from integrated_address import selectors as integrated_selectors
from integrated_address import services as integrated_address
from sapporo_base.acts import Act
from social_address.models import SocialAddressee

_AT_ONCE = 100


@transaction.atomic
def follow_merges(*, act: Act) -> int:
    """
    Let each 宛名 bear the 団体内統合宛名番号 that its number belongs to now; return how many notices.

    Where another registered 宛名 bears that number already, this one keeps the old one, which is
    answered with the new.
    """
    page = integrated_address.read_merge_notices(receipt=None, limit=_AT_ONCE, act=act)
    if act.system is None or not page.notices:
        return 0
    numbers = {number for one in page.notices for number in (*one.moved_numbers, *one.kept_numbers)}
    present = integrated_selectors.integrated_numbers_of(
        system=act.system, business_numbers=numbers
    )
    for addressee in SocialAddressee.objects.select_for_update().filter(
        addressee_number__in=present
    ):
        wanted = present[addressee.addressee_number]
        taken = SocialAddressee.objects.filter(
            integrated_number=wanted, origin=SocialAddressee.Origin.REGISTERED
        ).exclude(pk=addressee.pk)
        if addressee.integrated_number not in {"", wanted} and not taken.exists():
            addressee.integrated_number = wanted
            addressee.save(update_fields=["integrated_number"])
    integrated_address.acknowledge_merge_notices(receipt=page.receipt, act=act)
    return len(page.notices)
