"""What the project answers where no view does: a problem document to a system, a page to staff."""

from django.http import HttpRequest, HttpResponse

from sapporo_base.admin import troubles as pages
from sapporo_base.api import errors

_SYSTEMS = ("/api/", "/oauth2/")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is nothing at this address."""
    if request.path.startswith(_SYSTEMS):
        return errors.bare_problem(404, "not_found")
    return pages.not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that something broke, with the number under which it can be found."""
    if request.path.startswith(_SYSTEMS):
        return errors.bare_problem(500, "server_error")
    return pages.server_error(request)
