"""The only room of 個人基本 that opens a connection outward: signed wake-up calls, all at once, briefly."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Protocol

import httpx

_CONNECT_SECONDS: Final = 2.0
_WHOLE_SECONDS: Final = 5.0


class Call(Protocol):
    """One call to make, as `services.claim_calls` prepares it."""

    @property
    def id(self) -> int:
        """Return the number by which its outcome is told."""

    @property
    def url(self) -> str:
        """Return whom to call."""

    @property
    def body(self) -> bytes:
        """Return what is sent."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Return the signature and the rest."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call: the status it was answered with, or the cause in words (Japanese)."""

    id: int
    status: int | None
    error: str = ""


def call_all(calls: Sequence[Call]) -> list[Outcome]:
    """
    Make calls beside one another; one that hangs costs the others nothing.

    No redirect is followed, no proxy of the environment is used, and nothing of the answer is read but its
    status. Each call has five seconds in all.
    """
    return asyncio.run(_all(calls)) if calls else []


async def _all(calls: Sequence[Call]) -> list[Outcome]:
    timeout = httpx.Timeout(_WHOLE_SECONDS, connect=_CONNECT_SECONDS)
    async with httpx.AsyncClient(
        follow_redirects=False, trust_env=False, timeout=timeout
    ) as client:
        return await asyncio.gather(*(_one(client, call) for call in calls))


async def _one(client: httpx.AsyncClient, call: Call) -> Outcome:
    try:
        async with (
            asyncio.timeout(_WHOLE_SECONDS),
            client.stream("POST", call.url, content=call.body, headers=call.headers) as answer,
        ):
            return Outcome(call.id, answer.status_code, _of_status(answer.status_code))
    except (TimeoutError, httpx.TimeoutException):
        return Outcome(call.id, None, "時間内に応答がありません。")
    except httpx.ConnectError as error:
        return Outcome(call.id, None, _of_connection(str(error)))
    except (httpx.HTTPError, httpx.InvalidURL):
        return Outcome(call.id, None, "応答がHTTPとして正しくありません。")


def _of_status(status: int) -> str:
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return ""
    if status < HTTPStatus.BAD_REQUEST:
        return f"転送(HTTP {status})には従いません。通知先を最終のURLに変更してください。"
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return (
            f"通知先が受け付けませんでした(HTTP {status})。署名の検証と受付先を確認してください。"
        )
    return f"通知先でエラーが発生しました(HTTP {status})。"


def _of_connection(said: str) -> str:
    if "CERTIFICATE" in said or "SSL" in said:
        return "通知先の証明書を確認できません。"
    if "name" in said.lower() or "getaddrinfo" in said:
        return "通知先のホスト名を解決できません。"
    return "通知先に接続できません(接続拒否または到達不能)。"
