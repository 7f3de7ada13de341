"""
The token endpoint: OAuth 2.0 client credentials (RFC 6749 4.4) with `client_secret_basic` and
`client_secret_jwt` (RFC 7523), by Authlib. No refresh tokens, short lives.
"""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from authlib.integrations.django_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, grants
from authlib.oauth2.rfc6749.errors import InvalidScopeError
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View
from joserfc.jwk import OctKey

from sapporo_base import services
from sapporo_base.acts import Act
from sapporo_base.api.errors import DATABASE_AWAY, RETRY_AFTER_SECONDS
from sapporo_base.models import SystemCredential


class Client(ClientMixin):
    """A credential in the words of Authlib."""

    def __init__(self, credential: SystemCredential) -> None:
        self.credential = credential

    def get_client_id(self) -> str:
        """Return the client id."""
        return self.credential.client_id

    def get_allowed_scope(self, scope: str | None) -> str:
        """Return the scopes asked for that it holds; all of them where none was asked for."""
        asked = scope.split() if scope else self.credential.scopes
        return " ".join(one for one in asked if one in self.credential.scopes)

    def check_client_secret(self, client_secret: str) -> bool:
        """Check the secret of `client_secret_basic`."""
        return services.secret_matches(self.credential, client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Each credential has one way to prove itself."""
        return method == self.credential.method

    def check_grant_type(self, grant_type: str) -> bool:
        """Client credentials only."""
        return grant_type == "client_credentials"

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """There is nothing to redirect."""
        return False

    def check_response_type(self, response_type: str) -> bool:
        """There is no authorisation endpoint."""
        return False


class ClientCredentialsGrant(grants.ClientCredentialsGrant):
    """The one grant there is."""

    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_jwt"]

    def validate_requested_scope(self) -> None:
        """Refuse a scope that the credential does not hold, rather than leaving it out silently."""
        asked = set((self.request.payload.scope or "").split())
        if not asked <= set(self.request.client.credential.scopes):
            raise InvalidScopeError()


class SecretJwt(JWTBearerClientAssertion):
    """
    `client_secret_jwt`: the system signs a short assertion with its secret (HS256); each is good
    once.
    """

    CLIENT_AUTH_METHOD = "client_secret_jwt"

    def get_audiences(self) -> list[str]:
        """Return the addresses under which the token endpoint is known."""
        return list(settings.TOKEN_AUDIENCES)

    def resolve_client_public_key(self, client: Client) -> OctKey:
        """Return the shared secret as a key; a credential of another method has none that fits."""
        secret = services.opened_secret(client.credential) or services.new_token()
        return OctKey.import_key(secret)

    def validate_jti(self, claims: dict[str, Any], jti: str) -> bool:
        """Say whether this assertion is used for the first time."""
        until = datetime.fromtimestamp(claims["exp"], tz=UTC)
        return services.use_assertion(client_id=claims["sub"], jti=jti, until=until)


class TokenServer(AuthorizationServer):
    """Authlib's server on our tables."""

    def __init__(self) -> None:
        super().__init__(client_model=None, token_model=None)
        self.register_grant(ClientCredentialsGrant)
        self.register_client_auth_method("client_secret_jwt", SecretJwt())

    def query_client(self, client_id: str) -> Client | None:
        """Return the client of a credential that may be used now."""
        credential = services.usable_credential(client_id, at=timezone.now())
        return Client(credential) if credential else None

    def generate_token(self, *args: Any, **options: Any) -> dict[str, Any]:
        """Return a new opaque token."""
        return {
            "token_type": "Bearer",
            "access_token": services.new_token(),
            "expires_in": settings.TOKEN_SECONDS,
            "scope": options.get("scope") or "",
        }

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        """Keep the token's digest."""
        credential = request.client.credential
        scopes = request.client.get_allowed_scope(request.payload.scope).split()
        token["scope"] = " ".join(scopes)
        services.issue_token(
            credential=credential, scopes=scopes, token=token["access_token"], at=timezone.now()
        )


@method_decorator(csrf_exempt, name="dispatch")
class TokenView(View):
    """`POST /oauth2/token/`: exchange ID and secret for a token."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer with a token, or with the error that RFC 6749 5.2 names; a refusal is recorded."""
        try:
            return self._answer(request)
        except DATABASE_AWAY:
            return JsonResponse(
                {"error": "temporarily_unavailable"},
                status=HTTPStatus.SERVICE_UNAVAILABLE,
                headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
            )

    def _answer(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = TokenServer().create_token_response(request)
        if response.status_code != HTTPStatus.OK:
            act = Act(at=timezone.now(), path="api", terminal=request.META.get("REMOTE_ADDR", ""))
            services.record_refusal(act, "token_refused", detail="認証に失敗しました。")
        return response
