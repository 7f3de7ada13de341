"""Bare DRF views beside which `make bench` measures ours: a token, and one indexed read or one insert."""

from django.http import HttpRequest
from django.urls import path
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sapporo_base.models import AccessToken, BusinessSystem, OutboxMessage
from sapporo_base.services import credentials
from sapporo_base.urls import urlpatterns as project


class BareToken(BaseAuthentication):
    """One indexed read of the token."""

    def authenticate(self, request: HttpRequest) -> tuple[BusinessSystem, AccessToken] | None:
        """Return the token's system."""
        token = request.META.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        found = (
            AccessToken.objects.select_related("credential__system")
            .filter(digest=credentials.token_digest(token))
            .first()
        )
        return (found.credential.system, found) if found else None


class HasToken(BasePermission):
    """Whoever came with a token."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Say whether a token came along."""
        return request.auth is not None


class BareRead(APIView):
    """One indexed read."""

    authentication_classes = [BareToken]
    permission_classes = [HasToken]

    def post(self, request: Request) -> Response:
        """Read one row by its key."""
        row = OutboxMessage.objects.filter(pk=request.data["id"]).first()
        return Response({"state": row.state if row else None})


class BareInsert(APIView):
    """One insert."""

    authentication_classes = [BareToken]
    permission_classes = [HasToken]

    def post(self, request: Request) -> Response:
        """Insert one row."""
        now = timezone.now()
        row = OutboxMessage.objects.create(
            topic=request.data["topic"], due_at=now, created_at=now, state="sent"
        )
        return Response({"id": row.pk}, status=202)


urlpatterns = [
    *project,
    path("bare/read/", BareRead.as_view()),
    path("bare/insert/", BareInsert.as_view()),
]
