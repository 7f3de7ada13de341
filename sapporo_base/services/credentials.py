"""IDs and secrets of business systems, and the short tokens they are exchanged for."""

import hashlib
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from auditlog.context import disable_auditlog
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from sapporo_base import sealing, selectors
from sapporo_base.acts import JAPAN, Act, InvalidRequest
from sapporo_base.models import AccessToken, BusinessSystem, SystemCredential, UsedAssertion
from sapporo_base.rows import columns_of, instance_of, prepared_rows, width_of
from sapporo_base.rules.dates import format_date
from sapporo_base.rules.scopes import known_scopes
from sapporo_base.services.alarms import Raised
from sapporo_base.services.records import record_linkage

_ALPHABET = string.ascii_letters + string.digits
_CLIENT_ID_LENGTH = 32
_SECRET_LENGTH = 48
_USE_NOTED_EVERY = timedelta(minutes=1)
# A secret of 48 random characters needs no slow hash; a cheap one keeps the token endpoint quick.

_HASHER = "pbkdf2_sha256"


@dataclass(frozen=True, slots=True)
class IssuedCredential:
    """A new credential with its secret, which is shown this once and never again."""

    credential: SystemCredential
    secret: str


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


@transaction.atomic
def issue_credential(
    *,
    system: BusinessSystem,
    method: str,
    scopes: Sequence[str],
    expires_at: datetime,
    act: Act,
) -> IssuedCredential:
    """
    Issue an ID and secret to a business system. Older ones stay valid: revoke them after the
    change-over.

    :param method: `client_secret_basic` (the secret is hashed) or `client_secret_jwt` (it is
    sealed).
    :raises InvalidRequest: a scope is none of the APIs'.
    """
    if unknown := sorted(set(scopes) - set(known_scopes())):
        raise InvalidRequest(
            "利用範囲に、存在しないものがあります。", fields={"scopes": "、".join(unknown)}
        )
    secret = _random(_SECRET_LENGTH)
    is_basic = method == SystemCredential.Method.BASIC
    credential = SystemCredential.objects.create(
        system=system,
        client_id=_random(_CLIENT_ID_LENGTH),
        method=method,
        secret_hash=make_password(secret, hasher=_HASHER) if is_basic else "",
        sealed_secret=None if is_basic else sealing.credential_ring().seal(secret.encode()),
        scopes=sorted(scopes),
        valid_from=act.at,
        expires_at=expires_at,
        issued_by=str(act.staff or act.system or "運用者"),
    )
    record_linkage(act, "credential_issued", receiver_code=system.code, items=scopes)
    return IssuedCredential(credential, secret)


@transaction.atomic
def revoke_credential(*, credential: SystemCredential, act: Act) -> None:
    """Revoke a credential and every token that came of it, at once."""
    if credential.revoked_at is None:
        credential.revoked_at = act.at
        credential.save(update_fields=["revoked_at"])
    credential.tokens.all().delete()
    record_linkage(act, "credential_revoked", receiver_code=credential.system.code)


def usable_credential(client_id: str, *, at: datetime) -> SystemCredential | None:
    """Return the credential of a client id if it, and its system, may be used at that time."""
    return (
        SystemCredential.objects.select_related("system")
        .filter(client_id=client_id, valid_from__lte=at, expires_at__gt=at)
        .filter(Q(revoked_at__isnull=True) | Q(revoked_at__gt=at))
        .filter(system__valid_from__lte=at.date())
        .filter(Q(system__valid_until__isnull=True) | Q(system__valid_until__gt=at.date()))
        .first()
    )


def secret_matches(credential: SystemCredential, secret: str) -> bool:
    """Say whether this is the secret of a `client_secret_basic` credential."""
    return bool(credential.secret_hash) and check_password(secret, credential.secret_hash)


def opened_secret(credential: SystemCredential) -> str:
    """
    Return the secret of a `client_secret_jwt` credential, which must be known to check a signature.
    """
    if credential.sealed_secret is None:
        return ""
    return sealing.credential_ring().open(bytes(credential.sealed_secret)).decode()


def issue_token(
    *, credential: SystemCredential, scopes: Sequence[str], token: str, at: datetime
) -> AccessToken:
    """Keep the digest of a new token."""
    return AccessToken.objects.create(
        digest=token_digest(token),
        credential=credential,
        scopes=list(scopes),
        issued_at=at,
        expires_at=at + timedelta(seconds=settings.TOKEN_SECONDS),
    )


def new_token() -> str:
    """Return a random token."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


_TOKEN, _CREDENTIAL = width_of(AccessToken), width_of(SystemCredential)
_ACCEPTED = f"""
SELECT {columns_of(AccessToken, "t")}, {columns_of(SystemCredential, "c")},
    {columns_of(BusinessSystem, "s")}
FROM sapporo_base_accesstoken t
JOIN sapporo_base_systemcredential c ON c.id = t.credential_id
JOIN sapporo_base_businesssystem s ON s.id = c.system_id
WHERE t.digest = %(digest)s AND t.expires_at > %(at)s
    AND c.valid_from <= %(at)s AND c.expires_at > %(at)s AND c.revoked_at IS NULL
    AND s.valid_from <= %(day)s AND (s.valid_until IS NULL OR s.valid_until > %(day)s)
"""


def accept_token(token: str, *, at: datetime) -> AccessToken | None:
    """
    Return the token with its credential and system, one read, if all three are good at that time.

    Nothing is remembered between requests: what was revoked or has ended is refused at once. The
    credential's use is noted once a minute.
    """
    day = at.astimezone(JAPAN).date()
    rows = prepared_rows(_ACCEPTED, {"digest": token_digest(token), "at": at, "day": day})
    if not rows:
        return None
    row = rows[0]
    found = instance_of(AccessToken, row[:_TOKEN])
    credential = instance_of(SystemCredential, row[_TOKEN : _TOKEN + _CREDENTIAL])
    credential.system = instance_of(BusinessSystem, row[_TOKEN + _CREDENTIAL :])
    found.credential = credential
    last = credential.last_used_at
    if last is None or at - last > _USE_NOTED_EVERY:
        with disable_auditlog():
            SystemCredential.objects.filter(pk=credential.pk).update(last_used_at=at)
    return found


def forget_expired_tokens(*, at: datetime) -> int:
    """Delete tokens and used assertions that have expired; return how many tokens."""
    UsedAssertion.objects.filter(until__lte=at).delete()
    return AccessToken.objects.filter(expires_at__lte=at).delete()[0]


def use_assertion(*, client_id: str, jti: str, until: datetime) -> bool:
    """Note the use of a signed assertion; return False where it was used before."""
    digest = hashlib.sha256(f"{client_id}\n{jti}".encode()).digest()
    _, created = UsedAssertion.objects.get_or_create(digest=digest, defaults={"until": until})
    return created


def ending_alarms(*, at: datetime) -> list[Raised]:
    """Credentials of business systems that end soon without a successor: a cause of alarms."""
    return [
        Raised(
            "credential",
            "認証情報の期限が近づいています",
            f"{one.system}の認証情報の有効期限は{format_date(one.expires_at.astimezone(JAPAN).date())}です。"
            "新しい認証情報を発行してください。",
            key=one.system.code,
            page=reverse("admin:sapporo_base_systemcredential_changelist"),
        )
        for one in selectors.credentials_ending(at=at)
    ]
