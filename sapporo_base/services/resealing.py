"""Seals anew, with the current keys, what the ground floor keeps sealed: secrets and rejected rows."""

import json
import re
from typing import Any

from auditlog.context import disable_auditlog
from django.db import transaction

from sapporo_base import sealing
from sapporo_base.models import RejectedRow, SystemCredential

# What `sealing.seal_texts` leaves in place of a 個人番号: digest and ciphertext in hex.
_SEALED_TEXT = re.compile(r"[0-9a-f]{64}:(?P<ciphertext>[0-9a-f]{80,})")


@transaction.atomic
def reseal_credentials(*, limit: int, after: int) -> tuple[int, int]:
    """
    Seal up to `limit` secrets of systems with id beyond `after` with the current key.

    Return how many were sealed anew and the last id looked at (0 at the end).
    """
    ring = sealing.credential_ring()
    rows = list(
        SystemCredential.objects.select_for_update()
        .filter(pk__gt=after, sealed_secret__isnull=False)
        .order_by("pk")[:limit]
    )
    count = 0
    for row in rows:
        sealed = bytes(row.sealed_secret or b"")
        if not ring.is_current(sealed):
            row.sealed_secret = ring.seal(ring.open(sealed))
            with disable_auditlog():
                row.save(update_fields=["sealed_secret"])
            count += 1
    return count, rows[-1].pk if rows else 0


@transaction.atomic
def reseal_rejected_rows(*, limit: int, after: int) -> tuple[int, int]:
    """
    Seal up to `limit` rejected rows (受領エラー), and the 個人番号 in them, with the current keys.

    Return how many were sealed anew and the last id looked at (0 at the end).
    """
    outer, inner = sealing.payload_ring(), sealing.number_ring()
    rows = list(RejectedRow.objects.select_for_update().filter(pk__gt=after).order_by("pk")[:limit])
    stale = [row for row in rows if not outer.is_current(bytes(row.sealed_row))]
    for row in stale:
        content = json.loads(outer.open(bytes(row.sealed_row)))
        renewed = json.dumps(_renewed(content, inner), ensure_ascii=False)
        row.sealed_row = outer.seal(renewed.encode())
    RejectedRow.objects.bulk_update(stale, ["sealed_row"])
    return len(stale), rows[-1].pk if rows else 0


def _renewed(content: Any, ring: sealing.Ring) -> Any:
    if isinstance(content, dict):
        return {name: _renewed(value, ring) for name, value in content.items()}
    if isinstance(content, list):
        return [_renewed(value, ring) for value in content]
    if isinstance(content, str):
        return _SEALED_TEXT.sub(lambda found: _renewed_text(found, ring), content)
    return content


def _renewed_text(found: re.Match[str], ring: sealing.Ring) -> str:
    try:
        number = ring.open(bytes.fromhex(found["ciphertext"])).decode()
    except (sealing.SealBroken, ValueError):
        # Only looks like one: a row that was rejected may hold anything.
        return found.group()
    return f"{sealing.digest(number).hex()}:{ring.seal(number.encode()).hex()}"
