"""
The only place where a sealed 個人番号 is opened. Every opening is recorded before it is answered.
"""

from collections.abc import Callable, Collection

from django.db import connection, transaction

from sapporo_base import sealing
from sapporo_base import services as base
from sapporo_base.acts import Act, NotPermitted
from sapporo_base.models import BusinessSystem
from sapporo_base.transport_sealing import seal_for_juki

_BY_BUSINESS_NUMBER = """
SELECT b.number, i.ciphertext, b.addressee_id
FROM integrated_address_businessnumber b
JOIN integrated_address_individualnumber i ON i.addressee_id = b.addressee_id
    AND i.valid_until IS NULL AND i.superseded_at IS NULL
WHERE b.system_id = %s AND b.number = ANY(%s) AND b.valid_until IS NULL AND b.superseded_at IS NULL
"""
_BY_INTEGRATED_NUMBER = """
SELECT i.addressee_id, i.ciphertext
FROM integrated_address_individualnumber i
WHERE i.addressee_id = ANY(%s) AND i.valid_until IS NULL AND i.superseded_at IS NULL
"""


@transaction.atomic
def disclose_individual_numbers(
    *,
    system: BusinessSystem,
    business_numbers: Collection[str],
    act: Act,
    numbers_of: BusinessSystem | None = None,
) -> dict[str, str]:
    """
    Return the 個人番号 of people by business number; who has none is absent. Recorded.

    :param system: the receiver, which must be one that uses 個人番号 (番号法第9条).
    :param numbers_of: the system whose numbers `business_numbers` are, where it is not the
    receiver.
    :raises NotPermitted: the system does not use 個人番号.
    """
    if not system.uses_individual_number:
        raise NotPermitted("この庁内業務システムは個人番号を利用できません。")
    rows = _sealed_numbers(numbers_of or system, business_numbers)
    base.record_linkage(
        act,
        "individual_numbers_opened",
        receiver_code=system.code,
        items=["個人番号"],
        subjects=[("integrated", integrated) for _, _, integrated in rows],
        opened_individual_number=True,
    )
    ring = sealing.number_ring()
    return {number: ring.open(bytes(ciphertext)).decode() for number, ciphertext, _ in rows}


@transaction.atomic
def disclose_individual_numbers_in_bulk(
    *, system: BusinessSystem, numbers_of: BusinessSystem, count: int, act: Act
) -> Callable[[Collection[str]], dict[str, str]]:
    """
    Record that the 個人番号 of `count` people go to a receiver; return what opens them by parcels.

    For a delivery of masses: one record for all, of the same trip as the record of the delivery,
    which tells by its stretch of the feed who was in it. What is returned takes business numbers of
    `numbers_of` and gives number → 個人番号; who has none is absent.

    :raises NotPermitted: the system does not use 個人番号.
    """
    if not system.uses_individual_number:
        raise NotPermitted("この庁内業務システムは個人番号を利用できません。")
    base.record_linkage(
        act,
        "individual_numbers_opened",
        receiver_code=system.code,
        items=["個人番号"],
        subject_count=count,
        opened_individual_number=True,
    )
    ring = sealing.number_ring()

    def opened(business_numbers: Collection[str]) -> dict[str, str]:
        rows = _sealed_numbers(numbers_of, business_numbers)
        return {number: ring.open(bytes(ciphertext)).decode() for number, ciphertext, _ in rows}

    return opened


def _sealed_numbers(
    owner: BusinessSystem, business_numbers: Collection[str]
) -> list[tuple[str, bytes, str]]:
    """Return business number, sealed 個人番号 and 団体内統合宛名番号 of those who have one."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_BUSINESS_NUMBER, [owner.pk, list(business_numbers)])
        return list(cursor.fetchall())


@transaction.atomic
def seal_numbers_for_transport(
    *, integrated_numbers: Collection[str], public_key: bytes, act: Act
) -> dict[str, str]:
    """
    Return 個人番号 sealed to the 住基ネット side, for 符号取得; who has none is absent. Recorded.

    What the texts are: docs/platform-profile.md, IF_FGU_20215.

    :param public_key: 32 bytes, X25519.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BY_INTEGRATED_NUMBER, [list(integrated_numbers)])
        rows = cursor.fetchall()
    base.record_linkage(
        act,
        "individual_numbers_sealed_for_codes",
        items=["個人番号"],
        subjects=[("integrated", integrated) for integrated, _ in rows],
        opened_individual_number=True,
        receiver_code="",
        provider="札幌市長",
        inquirer="地方公共団体情報システム機構",
    )
    ring = sealing.number_ring()
    return {
        integrated: seal_for_juki(public_key, ring.open(bytes(ciphertext)).decode())
        for integrated, ciphertext in rows
    }
