"""Errors as application/problem+json (RFC 9457) with stable codes, and no personal data in them."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, JsonResponse
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from sapporo_base import correlation
from sapporo_base.acts import InvalidRequest, NotFound, NotNow, NotPermitted, Refusal, TooOften

logger = logging.getLogger(__name__)
PROBLEM = "application/problem+json"
# The database is away or gave up a statement: nothing is stored, the same request may come again.
DATABASE_AWAY = (OperationalError, InterfaceError)
RETRY_AFTER_SECONDS = 5
_STATUS_OF_REFUSAL = (
    (InvalidRequest, status.HTTP_400_BAD_REQUEST),
    (NotPermitted, status.HTTP_403_FORBIDDEN),
    (NotFound, status.HTTP_404_NOT_FOUND),
    (NotNow, status.HTTP_409_CONFLICT),
    (TooOften, status.HTTP_429_TOO_MANY_REQUESTS),
)
_TITLES = {
    400: "送信された内容に誤りがあります。",
    401: "認証が必要です。",
    403: "この処理を行う権限がありません。",
    404: "該当するものが見つかりません。",
    405: "この操作には対応していません。",
    413: "送信された内容が大きすぎます(10MBまで)。分けて送信してください。",
    415: "この形式には対応していません(application/jsonで送信してください)。",
    429: "要求が多すぎます。時間をおいて再度送信してください。",
    500: "処理中に問題が発生しました。続く場合は、correlation_idを添えて問い合わせてください。",
    503: "現在処理できません。時間をおいて同じ内容を再度送信してください。",
}


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """
    Turn a refusal or a framework error into a problem document; anything else stays an error 500.
    """
    if isinstance(error, Refusal):
        code, fields, title = error.code, error.fields, error.message
        http_status = next(
            (number for kind, number in _STATUS_OF_REFUSAL if isinstance(error, kind)),
            status.HTTP_409_CONFLICT,
        )
        return _problem(http_status, code, title, fields)
    if isinstance(error, DATABASE_AWAY):
        logger.error("database away: %s", type(error.__cause__ or error).__name__)
        return _away()
    if isinstance(error, RequestDataTooBig):
        too_large = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
        return _problem(too_large, "too_large", _TITLES[too_large], {})
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    return _of_framework(error)


def _away() -> Response:
    unavailable = status.HTTP_503_SERVICE_UNAVAILABLE
    response = _problem(unavailable, "database_away", _TITLES[unavailable], {})
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _of_framework(error: exceptions.APIException) -> Response:
    fields = (
        _codes(error.get_full_details()) if isinstance(error, exceptions.ValidationError) else {}
    )
    title = _TITLES.get(error.status_code, "")
    if isinstance(
        error,
        exceptions.NotAuthenticated | exceptions.AuthenticationFailed | exceptions.PermissionDenied,
    ):
        title = str(error.detail)
    response = _problem(error.status_code, str(error.default_code), title, fields)
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait))
    return response


def _codes(details: Any) -> Any:
    """
    Keep code and message of each field error.

    DRF's own messages may quote what was sent ("…" is not a valid choice); those are left out.
    """
    if isinstance(details, list):
        return [_codes(detail) for detail in details]
    if isinstance(details, dict) and set(details) == {"message", "code"}:
        quotes = details["code"] in {"invalid_choice", "does_not_exist", "incorrect_type"}
        message = "値が正しくありません。" if quotes else str(details["message"])
        return {"code": details["code"], "message": message}
    if isinstance(details, dict):
        return {name: _codes(detail) for name, detail in details.items()}
    return details


def bare_problem(http_status: int, code: str) -> JsonResponse:
    """Return a problem document where no view answers: an unknown address, an error 500."""
    body = _body(http_status, code, _TITLES[http_status], {})
    return JsonResponse(body, status=http_status, content_type=PROBLEM)


def _problem(http_status: int, code: str, title: str, fields: Any) -> Response:
    set_rollback()
    body = _body(http_status, code, title, fields)
    return Response(body, status=http_status, content_type=PROBLEM)


def _body(http_status: int, code: str, title: str, fields: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": f"urn:sapporo:problem:{code}",
        "code": code,
        "title": title,
        "status": http_status,
        "correlation_id": correlation.current(),
    }
    if fields:
        body["fields"] = fields
    return body
