"""The connection to the platform looked at step by step: name, port, certificate, answer."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from gateway.platform.line import mutual_tls
from gateway.platform.messages import TlsSettings
from gateway.services.alarms import certificate_ends

_SOON: Final = timedelta(days=30)
_HTTPS: Final = 443


@dataclass(frozen=True, slots=True)
class Finding:
    """One step: whether it went well, what was seen, and what to do where it did not."""

    step: str
    is_good: bool
    seen: str
    cure: str = ""


def examine_line(
    base_url: str, *, tls: TlsSettings | None, timeout: float, at: datetime
) -> list[Finding]:
    """
    Return what was found on the way to the platform, up to the first step that fails.

    Nothing is sent: the connection is made, the certificates are looked at, and it is closed.
    """
    address = urlsplit(base_url)
    host = address.hostname or ""
    port = address.port or _HTTPS
    findings = [_own_certificate(tls, at=at)] if tls else []
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        cure = "接続先の設定(PLATFORM_URL)と、名前解決(DNS)を確認してください。"
        return [*findings, Finding("名前解決", False, f"{host}: {_what(error)}", cure)]  # noqa: FBT003
    findings.append(Finding("名前解決", is_good=True, seen=f"{host} → {places[0][4][0]}"))
    try:
        line = socket.create_connection((host, port), timeout=timeout)
    except OSError as error:
        cure = (
            "相手方が停止しているか、経路・ファイアウォールが閉じています。"
            "稼働時間を確かめ、続くときは回線の担当に連絡してください。"
        )
        return [*findings, Finding("接続", False, f"{port}番: {_what(error)}", cure)]  # noqa: FBT003
    findings.append(Finding("接続", is_good=True, seen=f"{port}番に接続しました。"))
    with line:
        if tls:
            findings.append(_handshake(line, host, tls))
    return findings


def _handshake(line: socket.socket, host: str, tls: TlsSettings) -> Finding:
    try:
        context = mutual_tls(tls)
        with context.wrap_socket(line, server_hostname=host) as secured:
            return Finding("相互認証", is_good=True, seen=str(secured.version()))
    except ssl.SSLCertVerificationError as error:
        cure = (
            "相手方の証明書を信頼できません。認証局の証明書(PLATFORM_CA_FILE)を確認してください。"
        )
        return Finding("相互認証", is_good=False, seen=error.verify_message, cure=cure)
    except (ssl.SSLError, OSError) as error:
        cure = "市の証明書が受け付けられていません。期限と、相手方への登録を確認してください。"
        return Finding("相互認証", is_good=False, seen=_what(error), cure=cure)


def _own_certificate(tls: TlsSettings, *, at: datetime) -> Finding:
    try:
        ends = certificate_ends(tls.client_certificate)
    except (OSError, ValueError) as error:
        cure = "証明書のファイル(PLATFORM_CLIENT_CERTIFICATE)を読めません。場所と権限を確認してください。"
        return Finding("市の証明書", is_good=False, seen=_what(error), cure=cure)
    seen = f"有効期限 {ends:%Y-%m-%d}"
    if ends < at:
        return Finding(
            "市の証明書", is_good=False, seen=seen, cure="期限が切れています。更新してください。"
        )
    cure = "期限が近づいています。更新の手続を始めてください。" if ends < at + _SOON else ""
    return Finding("市の証明書", is_good=True, seen=seen, cure=cure)


def _what(error: Exception) -> str:
    # The class says enough; the text of some of them names files and addresses of this machine.
    return type(error).__name__
