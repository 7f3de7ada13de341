"""Business systems prove themselves, get short tokens, and are refused in clear words."""

import base64
import uuid
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.urls import path
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import OctKey
from rest_framework import serializers
from rest_framework.response import Response

from sapporo_base import selectors, services
from sapporo_base.acts import Act, NotFound
from sapporo_base.api.views import SystemView
from sapporo_base.models import AccessToken, BusinessSystem, LinkageRecord, SystemCredential
from sapporo_base.urls import urlpatterns as project_urls

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
TOKEN = "/oauth2/token/"


class EchoSerializer(serializers.Serializer):
    """One field with choices."""

    kind = serializers.ChoiceField(choices=["a", "b"])


class EchoView(SystemView):
    """Says who calls."""

    scope = "032:search:read"

    def get(self, request):
        """Say the system's code."""
        return Response({"system": self.act().system.code})

    def post(self, request):
        """Read the body; kind b is nowhere."""
        if self.validated(EchoSerializer)["kind"] == "b":
            raise NotFound
        return Response({})


urlpatterns = [*project_urls, path("echo/", EchoView.as_view())]


@pytest.fixture
def issued():
    """Issue a credential to 国民健康保険 by either method."""

    def issue(method, **changes):
        act = Act(at=timezone.now(), path="command")
        options = {
            "system": selectors.system("024-000"),
            "method": method,
            "scopes": ["032:search:read", "030:changes:read"],
            "expires_at": act.at + timedelta(days=90),
            "act": act,
        }
        return services.issue_credential(**{**options, **changes})

    return issue


def basic(client_id, secret):
    return {
        "HTTP_AUTHORIZATION": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    }


def assertion(issued, **changes):
    client_id = issued.credential.client_id
    now = int(timezone.now().timestamp())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": "http://127.0.0.1:8000/oauth2/token/",
        "jti": uuid.uuid4().hex,
        "iat": now,
        "exp": now + 60,
        **changes.pop("claims", {}),
    }
    key = OctKey.import_key(changes.pop("secret", issued.secret))
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode({"alg": "HS256"}, claims, key),
        **changes,
    }


class TestToken:
    def test_basic_gives_a_token_with_all_its_scopes(self, client, issued):
        mine = issued("client_secret_basic")
        response = client.post(
            TOKEN,
            {"grant_type": "client_credentials"},
            **basic(mine.credential.client_id, mine.secret),
        )
        assert response.status_code == 200
        body = response.json()
        assert body["token_type"] == "Bearer"
        assert body["expires_in"] == 600
        assert body["scope"] == "030:changes:read 032:search:read"
        used = client.get("/echo/", HTTP_AUTHORIZATION=f"Bearer {body['access_token']}")
        assert used.json() == {"system": "024-000"}

    def test_a_signed_assertion_gives_a_token_once(self, client, issued):
        body = assertion(issued("client_secret_jwt"), scope="032:search:read")
        first = client.post(TOKEN, body)
        assert first.status_code == 200, first.content
        assert first.json()["scope"] == "032:search:read"
        assert client.post(TOKEN, body).status_code in {400, 401}

    @pytest.mark.parametrize(
        "changes",
        [
            {"claims": {"exp": 1}},
            {"claims": {"aud": "https://elsewhere.example/token"}},
            {"claims": {"iss": "somebody"}},
            {"secret": "x" * 48},
        ],
        ids=["expired", "for another", "of another", "wrong secret"],
    )
    def test_a_wrong_assertion_gives_none(self, client, issued, changes):
        response = client.post(TOKEN, assertion(issued("client_secret_jwt"), **changes))
        assert response.status_code in {400, 401}
        assert not AccessToken.objects.exists()

    def test_a_credential_proves_itself_in_its_own_way_only(self, client, issued):
        mine = issued("client_secret_jwt")
        response = client.post(
            TOKEN,
            {"grant_type": "client_credentials"},
            **basic(mine.credential.client_id, mine.secret),
        )
        assert response.status_code == 401

    def test_a_wrong_secret_is_refused_and_recorded(self, client, issued):
        mine = issued("client_secret_basic")
        response = client.post(
            TOKEN,
            {"grant_type": "client_credentials"},
            **basic(mine.credential.client_id, "wrong"),
        )
        assert response.status_code == 401
        assert LinkageRecord.objects.filter(kind="token_refused", result="refused").count() == 1

    def test_a_scope_it_does_not_hold_is_refused(self, client, issued):
        mine = issued("client_secret_basic")
        response = client.post(
            TOKEN,
            {"grant_type": "client_credentials", "scope": "027:claims:write"},
            **basic(mine.credential.client_id, mine.secret),
        )
        assert (response.status_code, response.json()["error"]) == (400, "invalid_scope")

    def test_secrets_are_kept_hashed_or_sealed(self, issued):
        hashed = issued("client_secret_basic")
        sealed = issued("client_secret_jwt")
        assert hashed.secret not in hashed.credential.secret_hash
        assert sealed.secret.encode() not in bytes(sealed.credential.sealed_secret)
        assert services.opened_secret(sealed.credential) == sealed.secret

    def test_old_and_new_secret_overlap_until_the_old_one_is_revoked(self, client, issued):
        old, new = issued("client_secret_basic"), issued("client_secret_basic")
        grant = {"grant_type": "client_credentials"}
        for one in (old, new):
            headers = basic(one.credential.client_id, one.secret)
            token = client.post(TOKEN, grant, **headers).json()["access_token"]
        old_token = client.post(TOKEN, grant, **basic(old.credential.client_id, old.secret)).json()
        services.revoke_credential(
            credential=old.credential, act=Act(at=timezone.now(), path="command")
        )
        bearer = f"Bearer {old_token['access_token']}"
        assert client.get("/echo/", HTTP_AUTHORIZATION=bearer).status_code == 401
        assert client.get("/echo/", HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 200
        refused = client.post(TOKEN, grant, **basic(old.credential.client_id, old.secret))
        assert refused.status_code == 401


class TestErrors:
    def test_without_a_token(self, client):
        response = client.get("/echo/")
        assert response.status_code == 401
        assert response["Content-Type"] == "application/problem+json"
        assert response["WWW-Authenticate"].startswith("Bearer")
        assert response.json()["code"] == "not_authenticated"

    def test_without_the_scope_it_is_named_and_recorded(self, client_of):
        response = client_of(selectors.system("017-000"), "030:changes:read").get("/echo/")
        assert response.status_code == 403
        assert "032:search:read" in response.json()["title"]
        assert LinkageRecord.objects.get(kind="api_refused").system_code == "017-000"

    def test_a_wrong_field_is_named_and_its_content_not_repeated(self, client_of):
        api = client_of(selectors.system("024-000"), "032:search:read")
        response = api.post("/echo/", {"kind": "123456789018"}, format="json")
        assert response.status_code == 400
        assert response.json()["fields"]["kind"][0]["code"] == "invalid_choice"
        assert "123456789018" not in response.content.decode()

    def test_a_refusal_has_a_stable_code_and_the_correlation_id(self, client_of):
        api = client_of(selectors.system("024-000"), "032:search:read")
        trip = str(uuid.uuid4())
        response = api.post("/echo/", {"kind": "b"}, format="json", HTTP_X_CORRELATION_ID=trip)
        assert response.status_code == 404
        assert response.json()["code"] == "not_found"
        assert response.json()["correlation_id"] == response["X-Correlation-ID"] == trip

    def test_a_token_that_expired_is_refused(self, client_of):
        api = client_of(selectors.system("024-000"), "032:search:read")
        AccessToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        assert api.get("/echo/").status_code == 401

    def test_a_credential_that_expired_takes_its_tokens_with_it(self, client_of):
        api = client_of(selectors.system("024-000"), "032:search:read")
        SystemCredential.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        assert api.get("/echo/").status_code == 401


def _day(days):
    return timezone.localdate() + timedelta(days=days)


ENDS = {
    "its credential is revoked": lambda: SystemCredential.objects.update(revoked_at=timezone.now()),
    "its credential is not in use yet": lambda: SystemCredential.objects.update(
        valid_from=timezone.now() + timedelta(hours=1)
    ),
    "its system ended today": lambda: BusinessSystem.objects.update(valid_until=_day(0)),
    "its system begins tomorrow": lambda: BusinessSystem.objects.update(valid_from=_day(1)),
    "its token is gone": lambda: AccessToken.objects.all().delete(),
}


class TestWhatEnds:
    @pytest.mark.parametrize("how", ENDS)
    def test_is_refused_by_the_next_call(self, client_of, how):
        api = client_of(selectors.system("024-000"), "032:search:read")
        assert api.get("/echo/").status_code == 200
        ENDS[how]()
        assert api.get("/echo/").status_code == 401

    def test_a_scope_taken_from_the_token_is_missed_by_the_next_call(self, client_of):
        api = client_of(selectors.system("024-000"), "032:search:read")
        assert api.get("/echo/").status_code == 200
        AccessToken.objects.update(scopes=["030:changes:read"])
        assert api.get("/echo/").status_code == 403

    def test_one_read_proves_the_caller(self, client_of, django_assert_num_queries):
        api = client_of(selectors.system("024-000"), "032:search:read")
        api.get("/echo/")  # notes the use
        with django_assert_num_queries(1):
            assert api.get("/echo/").json() == {"system": "024-000"}


class TestDatabaseAway:
    """A database that restarts: callers are told to come again, and nothing of it leaks."""

    @pytest.fixture
    def away(self):
        def fails(execute, statement, parameters, many, context):
            raise OperationalError("server closed the connection unexpectedly")

        return connection.execute_wrapper(fails)

    def test_a_call_may_come_again_as_it_was(self, client_of, away):
        api = client_of(selectors.system("024-000"), "032:search:read")
        with away:
            response = api.get("/echo/")
        assert response.status_code == 503
        assert response["Retry-After"] == "5"
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["code"] == "database_away"
        assert "connection" not in response.json()["title"]
        assert api.get("/echo/").status_code == 200

    def test_a_token_may_be_asked_for_again(self, client, away):
        with away:
            response = client.post(TOKEN, {"grant_type": "client_credentials"}, **basic("a", "b"))
        assert response.status_code == 503
        assert response.json() == {"error": "temporarily_unavailable"}


ALIVE = ("worker:interactive", "worker:bulk", "worker:outward", "scheduler", "platform")


class TestHealth:
    def test_live(self, client):
        assert client.get("/health/live").json() == {"status": "live"}

    def test_not_ready_names_what_is_missing(self, client):
        response = client.get("/health/ready")
        assert response.status_code == 503
        checks = response.json()["checks"]
        assert checks["database"]["well"] is True
        assert checks["broker"]["well"] is True
        assert checks["worker"]["well"] is False
        assert "起動を確認" in checks["worker"]["word"]

    def test_ready_when_everybody_gave_a_sign_of_life(self, client):
        for name in ALIVE:
            services.note_heartbeat(name, at=timezone.now())
        response = client.get("/health/ready")
        assert response.status_code == 200
        assert response.json()["status"] == "ready"

    def test_a_worker_of_another_queue_does_not_stand_in_for_one_that_is_missing(self, client):
        for name in set(ALIVE) - {"worker:bulk"}:
            services.note_heartbeat(name, at=timezone.now())
        response = client.get("/health/ready")
        assert response.status_code == 503
        assert "一括処理のワーカー" in response.json()["checks"]["worker"]["word"]

    def test_a_sign_of_life_grows_stale(self, client):
        for name in ALIVE:
            services.note_heartbeat(name, at=timezone.now() - timedelta(minutes=5))
        assert client.get("/health/ready").status_code == 503
