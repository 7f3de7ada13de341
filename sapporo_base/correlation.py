"""
One correlation id for a whole trip: request, records, linkage history, messages and log lines.
"""

import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

HEADER = "X-Correlation-ID"
_current: ContextVar[uuid.UUID | None] = ContextVar("correlation_id", default=None)

# Everything that a page needs comes from here: no other host, no plug-in, no foreign frame.
# The admin theme renders with Alpine.js, which evaluates its attributes; no script stands in a page.
CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


def current() -> str:
    """Return the id of the trip under way; a new trip begins where there is none."""
    return str(current_id())


def current_id() -> uuid.UUID:
    """Return the id of the trip under way; a new trip begins where there is none."""
    value = _current.get()
    if value is None:
        value = uuid.uuid4()
        _current.set(value)
    return value


def begin(value: str | None = None) -> uuid.UUID:
    """
    Begin a trip, or join the one whose id came along. What is not a UUID is replaced by a new one.
    """
    try:
        correlation_id = uuid.UUID(value or "")
    except ValueError:
        correlation_id = uuid.uuid4()
    _current.set(correlation_id)
    return correlation_id


class CorrelationMiddleware:
    """Give each request its correlation id and send it back in the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        correlation_id = begin(request.headers.get(HEADER))
        response = self.get_response(request)
        response[HEADER] = str(correlation_id)
        return response


class ContentPolicyMiddleware:
    """Send the Content-Security-Policy with every page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", CONTENT_POLICY)
        return response
