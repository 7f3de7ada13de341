"""The only room of the ground floor that speaks outward: e-mail, and alarms by signed webhook."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence

import httpx
from django.conf import settings
from django.core.mail import send_mail

_SECONDS = 5.0


def write_to(addresses: Sequence[str], title: str, words: str) -> None:
    """
    Send an e-mail to each of these addresses together; nothing of a resident is ever in one.

    :raises OSError: the server was not reached.
    :raises SMTPException: it did not take the mail.
    """
    send_mail(title, words, None, addresses)


def tell_by_mail(title: str, words: str) -> None:
    """Send an alarm to those named in `ALARM_EMAILS`."""
    if settings.ALARM_EMAILS:
        write_to(settings.ALARM_EMAILS, f"【警報】{title}", words)


def tell_by_webhook(told: Mapping[str, str]) -> None:
    """
    Post an alarm to `ALARM_WEBHOOK_URL`, signed by HMAC-SHA256 (`X-Signature`).

    :raises httpx.HTTPError: it was not taken.
    """
    if not settings.ALARM_WEBHOOK_URL:
        return
    body = json.dumps(told, ensure_ascii=False).encode()
    signature = hmac.new(settings.ALARM_WEBHOOK_SECRET.encode(), body, hashlib.sha256)
    headers = {
        "Content-Type": "application/json",
        "X-Signature": f"sha256={signature.hexdigest()}",
    }
    with httpx.Client(timeout=_SECONDS, trust_env=False) as http:
        http.post(settings.ALARM_WEBHOOK_URL, content=body, headers=headers).raise_for_status()
