"""
A bare DRF project beside which `make bench` measures ours: a token, and one indexed read or insert.

It is as lean as such a project usually is: the middleware of `startproject`, a token read with whom
it belongs to, as DRF's own `TokenAuthentication` does, JSON only, autocommit, on our tables and our
connection. No rights, no record, no validation.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sapporo_base.models import AccessToken, OutboxMessage, SystemCredential
from sapporo_base.services.credentials import token_digest

ADDRESSES = "yardstick.addresses"
MIDDLEWARE = [
    "sapporo_base.yardsticks.BareProject",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


class BareProject:
    """Gives each request the addresses of the yardstick that it is for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.urlconf = request.META[ADDRESSES]
        return self.get_response(request)


class BareToken(BaseAuthentication):
    """One indexed read of the token."""

    def authenticate(self, request: HttpRequest) -> tuple[SystemCredential, AccessToken]:
        """Return whose token it is."""
        token = request.META.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        try:
            found = AccessToken.objects.select_related("credential").get(digest=token_digest(token))
        except AccessToken.DoesNotExist as error:
            raise AuthenticationFailed from error
        return found.credential, found


class HasToken(BasePermission):
    """Whoever came with a token."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Say whether a token came along."""
        return request.auth is not None


class BareRead(APIView):
    """One indexed read."""

    authentication_classes = [BareToken]
    permission_classes = [HasToken]
    renderer_classes = [JSONRenderer]

    def post(self, request: Request) -> Response:
        """Read one row by its key."""
        row = OutboxMessage.objects.get(pk=request.data["id"])
        return Response({"topic": row.topic, "state": row.state})


class BareInsert(APIView):
    """One insert."""

    authentication_classes = [BareToken]
    permission_classes = [HasToken]
    renderer_classes = [JSONRenderer]

    def post(self, request: Request) -> Response:
        """Insert one row."""
        now = timezone.now()
        row = OutboxMessage.objects.create(
            topic=request.data["topic"], due_at=now, created_at=now, state="sent"
        )
        return Response({"id": row.pk}, status=202)


urlpatterns = [
    path("bare/read/", BareRead.as_view()),
    path("bare/insert/", BareInsert.as_view()),
]
