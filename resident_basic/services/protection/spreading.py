"""支援措置 told to every app in the transaction that sets or ends it, and to the platform."""

from collections.abc import Collection
from typing import Final

from django.db import connection

from gateway import services as gateway
from integrated_address import services as addressees
from resident_basic.rules.items import REGISTER
from sapporo_base import selectors as base
from sapporo_base.acts import Act

# The protected themselves, and those whose rows name a protected person as 世帯主: what receivers
# may see of them changes with it.
# One list of people, so that two million rows are looked up and not gone through; that they are known
# (superseded_at) is said for the index that finds a person.
_ANNOUNCE: Final = """
INSERT INTO resident_basic_residentchange (kind, resident_number, version_id, recorded_at)
SELECT 'protection', v.resident_number, v.id, %(at)s
FROM resident_basic_residentversion v
WHERE v.is_latest AND v.superseded_at IS NULL AND v.resident_number IN (
    SELECT unnest(%(themselves)s::varchar[])
    UNION
    SELECT other.resident_number
    FROM resident_basic_residentversion head
    JOIN resident_basic_residentversion other
      ON other.household_number = head.household_number AND other.is_latest
    WHERE head.is_latest AND head.superseded_at IS NULL AND head.household_number <> ''
      AND head.resident_number = ANY(%(numbers)s)
      AND other.head_resident_number = head.resident_number)
ORDER BY v.resident_number
"""


def announce_protection(
    *, numbers: Collection[str], act: Act, already_told: Collection[str] = ()
) -> None:
    """
    Put these residents, and who is named under them, into the feed: what may be seen changed.

    :param already_told: those of them who stand in the feed by this act anyway.
    """
    if not numbers:
        return
    themselves = sorted(set(numbers) - set(already_told))
    with connection.cursor() as cursor:
        cursor.execute(
            _ANNOUNCE, {"numbers": list(numbers), "themselves": themselves, "at": act.at}
        )


def spread_protection(*, numbers: Collection[str], on: bool, act: Act) -> None:
    """
    Tell every app of 支援措置 in this transaction, and the platform by the gateway.

    自動応答不可 and 不開示該当 are set for the whole person (団体内統合宛名番号).
    """
    if not numbers:
        return
    register = base.system(REGISTER)
    addressees.set_support_flag(system=register, business_numbers=numbers, on=on, act=act)
    gateway.set_answer_flags(
        system=register,
        business_numbers=numbers,
        no_automatic_answer=on,
        not_disclosed=on,
        act=act,
    )
