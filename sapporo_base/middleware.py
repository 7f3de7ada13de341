"""What only pages need passes the APIs by; who acts is told to the linkage history (auditlog)."""

from collections.abc import Callable
from functools import partial
from typing import Any

from auditlog.context import _set_extra_data, auditlog_value
from auditlog.middleware import AuditlogMiddleware
from auditlog.models import LogEntry
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.db.models.signals import pre_save
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware

APIS = ("/api/", "/oauth2/", "/health/")
_STANDING = "who acts in the request"


class _PagesOnly:
    """Lets requests for an API pass by: they have no cookie, no file, and a token of their own."""

    def __call__(self, request: HttpRequest) -> Any:
        if request.path_info.startswith(APIS):
            return self.get_response(request)
        return super().__call__(request)


class StaticFiles(_PagesOnly, WhiteNoiseMiddleware):
    """Static files, for pages."""


class Sessions(_PagesOnly, SessionMiddleware):
    """Sessions, for pages."""


class Authentication(_PagesOnly, AuthenticationMiddleware):
    """Staff, for pages."""


class Messages(_PagesOnly, MessageMiddleware):
    """Messages, for pages."""


class WhoActs(AuditlogMiddleware):
    """
    Tells the linkage history who acts, and from where.

    The receiver stands: to connect and disconnect it for each request, as auditlog does, makes
    every model forget who listens to it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)
        receiver = partial(_set_extra_data, signal_duid=_STANDING)
        pre_save.connect(receiver, sender=LogEntry, dispatch_uid=_STANDING, weak=False)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = auditlog_value.set({**self.get_extra_data(request), "signal_duid": _STANDING})
        try:
            return self.get_response(request)
        finally:
            auditlog_value.reset(token)
