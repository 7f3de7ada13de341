"""Business systems prove themselves with a short-lived bearer token (RFC 6750)."""

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from sapporo_base import services
from sapporo_base.models import AccessToken, BusinessSystem


class SystemTokenAuthentication(BaseAuthentication):
    """`request.user` is the business system (庁内業務システム), `request.auth` its token."""

    def authenticate(self, request: Request) -> tuple[BusinessSystem, AccessToken] | None:
        """Return the system whose token came along, or None where there is none."""
        kind, _, token = get_authorization_header(request).decode("latin-1").partition(" ")
        if kind.lower() != "bearer":
            return None
        found = services.accept_token(token.strip(), at=timezone.now())
        if found is None:
            raise AuthenticationFailed(
                "トークンが無効か、有効期限が切れています。再度取得してください。"
            )
        return found.credential.system, found

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme in a 401."""
        return 'Bearer realm="sapporo"'


class SystemTokenScheme(OpenApiAuthenticationExtension):
    """How the token is obtained, for the OpenAPI document."""

    target_class = SystemTokenAuthentication
    name = "oauth2"

    def get_security_definition(self, auto_schema):
        """Describe the client credentials flow."""
        return {
            "type": "oauth2",
            "flows": {"clientCredentials": {"tokenUrl": "/oauth2/token/", "scopes": {}}},
        }
