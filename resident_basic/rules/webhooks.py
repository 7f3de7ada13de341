"""更新通知, pure: which addresses are allowed, how a call is signed, when it is tried again."""

import hashlib
import hmac
import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

SIGNATURE_HEADER: Final = "X-Sapporo-Signature"
OVERLAP: Final = timedelta(days=7)
"""How long the secret before a rotation still signs."""
LEASE: Final = timedelta(seconds=60)
FIRST_PAUSE: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(hours=1)
FAILURES_UNTIL_CLOSED: Final = 5
CLOSED_FOR: Final = timedelta(minutes=10)

_NO_ADDRESS: Final = "通知先のURLが正しくありません。"


def problem_of_url(url: str, *, hosts: Collection[str], plain_http: bool) -> str:
    """
    Return why an address can't be called, "" where it can.

    :param hosts: host names that the operator of this system allows.
    :param plain_http: whether http:// will do (the demo, where everything is on one machine).
    """
    try:
        parts = urlsplit(url)
        port_is_sound = parts.port is None or parts.port > 0
    except ValueError:
        return _NO_ADDRESS
    problems = (
        (not parts.hostname or not port_is_sound, _NO_ADDRESS),
        (
            parts.scheme != "https" and not (plain_http and parts.scheme == "http"),
            "通知先はhttps://で始まるURLにしてください。",
        ),
        (
            bool(parts.username or parts.password or parts.query or parts.fragment),
            "通知先のURLに、利用者名・パスワード・?以降・#以降は含められません。",
        ),
        (
            parts.hostname not in hosts,
            "この通知先は許可されていません。システム管理者に許可(WEBHOOK_HOSTS)を依頼してください。",
        ),
    )
    return next((words for wrong, words in problems if wrong), "")


def call_body(*, system: str, head: int, waiting: int, call: int, test: bool) -> bytes:
    """Return what a call says: that there is something to read, and nothing about anybody."""
    content = {"system": system, "head": head, "waiting": waiting, "call": call, "test": test}
    return json.dumps(content, separators=(",", ":")).encode()


def signature(body: bytes, *, at: datetime, secrets: Sequence[tuple[str, bytes]]) -> str:
    """
    Return the value of `SIGNATURE_HEADER`: `t=<seconds>;<key id>=<hex>`, a pair for each secret.

    Signed (HMAC-SHA256) are the seconds, a full stop and the body, so an old call can't be sent again.
    """
    moment = str(int(at.timestamp()))
    signed = moment.encode() + b"." + body
    pairs = [
        f"{key_id}={hmac.digest(secret, signed, hashlib.sha256).hex()}"
        for key_id, secret in secrets
    ]
    return ";".join([f"t={moment}", *pairs])


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts in vain: twice as long each time."""
    doubled: int = 1 << min(attempts - 1, 16)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def closed_until(failures: int, *, at: datetime) -> datetime | None:
    """Return until when a place is left in peace, None while it may be called."""
    return at + CLOSED_FOR if failures >= FAILURES_UNTIL_CLOSED else None
