"""Key rotation of the sealed 個人番号, while the system runs."""

from dataclasses import dataclass

from django.db import connection, transaction

from integrated_address.models import DigestKey, IndividualNumber, NumberAmendment
from integrated_address.services.keys import COLUMNS, complete_digests, writing_column
from sapporo_base import sealing
from sapporo_base import services as base
from sapporo_base.acts import Act, NotNow


class RotationIncomplete(NotNow):
    """Digests are still missing under the new key; a switch now could number somebody twice."""

    code = "rotation_incomplete"
    message = (
        "新しい鍵のダイジェストがまだそろっていません。rotate_keysを最後まで実行してください。"
    )


class NothingToRotate(NotNow):
    """The settings name no digest key besides the current one."""

    code = "nothing_to_rotate"
    message = (
        "新しいダイジェスト鍵が設定にありません。"
        "INDIVIDUAL_NUMBER_DIGEST_KEYSの2番目に新しい鍵を追加してください。"
    )


@dataclass(frozen=True, slots=True)
class Remaining:
    """
    What is left to do: ciphertexts under old keys, rows without a digest under each active key.
    """

    ciphertexts: int
    digests: int


@transaction.atomic
def reseal_numbers(*, limit: int, after: int) -> tuple[int, int]:
    """
    Seal up to `limit` 個人番号 with id beyond `after` with the current key.

    Return how many were sealed anew and the last id looked at (0 at the end). Rows that others hold
    at the moment are waited for.
    """
    ring = sealing.number_ring()
    if not after:
        _reseal_drafts(ring)
    rows = list(
        IndividualNumber.objects.select_for_update()
        .filter(pk__gt=after)
        .order_by("pk")
        .only("pk", "ciphertext")[:limit]
    )
    stale = [row for row in rows if not ring.is_current(bytes(row.ciphertext))]
    for row in stale:
        row.ciphertext = ring.seal(ring.open(bytes(row.ciphertext)))
    IndividualNumber.objects.bulk_update(stale, ["ciphertext"])
    return len(stale), rows[-1].pk if rows else 0


def _reseal_drafts(ring: sealing.Ring) -> None:
    """番号訂正 that wait for their decision hold a 個人番号 too; they are few."""
    for draft in NumberAmendment.objects.select_for_update().filter(ciphertext__isnull=False):
        sealed = bytes(draft.ciphertext or b"")
        if not ring.is_current(sealed):
            draft.ciphertext = ring.seal(ring.open(sealed))
            draft.save(update_fields=["ciphertext"])


@transaction.atomic
def begin_digest_rotation(*, act: Act) -> DigestKey | None:
    """
    Give the second digest key of the settings its column; None where a rotation is under way.

    :raises NothingToRotate: the settings name no other key.
    """
    writing_column(at=act.at)
    keys = {key.slot: key for key in DigestKey.objects.select_for_update()}
    if len(keys) == len(COLUMNS):
        return None
    known = {key.key_id for key in keys.values()}
    fresh = [key_id for key_id in sealing.digest_key_ids() if key_id not in known]
    if not fresh:
        raise NothingToRotate
    slot = next(slot for slot in COLUMNS if slot not in keys)
    key = DigestKey.objects.create(
        slot=slot, key_id=fresh[0], state=DigestKey.State.FILLING, since=act.at
    )
    base.record_linkage(act, "digest_rotation_begun", detail=f"鍵{key.key_id}")
    return key


@transaction.atomic
def fill_digests(*, limit: int) -> int:
    """Write up to `limit` missing digests; return how many rows were completed."""
    return complete_digests(limit=limit)


@transaction.atomic
def switch_digest_key(*, act: Act) -> DigestKey:
    """
    Make the filled key the current one.

    From then on processes may have it first in their settings; those that still have the old one
    first go on finding everybody, because both columns stay complete until `retire_digest_key`.

    :raises RotationIncomplete: a row has no digest under it yet.
    """
    # Nobody numbers between the check and the switch.
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE integrated_address_individualnumber IN SHARE MODE")
    filling = DigestKey.objects.select_for_update().filter(state=DigestKey.State.FILLING).first()
    if filling is None or remaining().digests:
        raise RotationIncomplete
    DigestKey.objects.filter(state=DigestKey.State.CURRENT).update(state=DigestKey.State.RETIRING)
    filling.state, filling.since = DigestKey.State.CURRENT, act.at
    filling.save(update_fields=["state", "since"])
    base.record_linkage(act, "digest_key_switched", detail=f"鍵{filling.key_id}")
    return filling


@transaction.atomic
def retire_digest_key(*, act: Act) -> str | None:
    """
    Clear the column of the retiring key, once every process has the new one first.

    Return the key's id, which may then leave the settings; None where none retires.

    :raises RotationIncomplete: this process still has the old key first.
    """
    retiring = DigestKey.objects.select_for_update().filter(state=DigestKey.State.RETIRING).first()
    if retiring is None:
        return None
    if sealing.digest_key_ids()[0] == retiring.key_id:
        raise RotationIncomplete(
            "設定の先頭がまだ古い鍵です。新しい鍵を先頭にして再起動してください。"
        )
    key_id, column = retiring.key_id, COLUMNS[retiring.slot]
    retiring.delete()
    IndividualNumber.objects.update(**{column: None})
    base.record_linkage(act, "digest_key_retired", detail=f"鍵{key_id}")
    return key_id


def remaining() -> Remaining:
    """Return what is left to do under the keys that are active now."""
    ring = sealing.number_ring()
    current = ring.current_id.encode()
    prefix = bytes([len(current)]) + current
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE substr(ciphertext, 1, %s) <> %s),"
            " count(*) FILTER (WHERE digest IS NULL OR second_digest IS NULL)"
            " FROM integrated_address_individualnumber",
            [len(prefix), prefix],
        )
        ciphertexts, digests = cursor.fetchone()
    two_keys = DigestKey.objects.count() == len(COLUMNS)
    return Remaining(int(ciphertexts), int(digests) if two_keys else 0)
