"""What only pages need passes the APIs by; the linkage history knows who acted, and from where."""

import pytest
from auditlog.context import auditlog_value
from auditlog.models import LogEntry
from django.http import HttpResponse
from django.test import RequestFactory

from sapporo_base.middleware import WhoActs
from sapporo_base.models import BusinessSystem
from tests.factories import StaffFactory, system

pytestmark = pytest.mark.django_db
SEARCH = "/api/v1/integrated-address/search/"


def changes_a_system(request):
    """Answer a request that changes something the linkage history follows."""
    changed = BusinessSystem.objects.get(business_id="024")
    changed.contact = f"内線{request.path}"
    changed.save()
    return HttpResponse()


class TestWhoActs:
    def test_a_page_tells_who_and_from_where(self):
        request = RequestFactory().post("/admin/", REMOTE_ADDR="192.0.2.7")
        request.user = StaffFactory()
        WhoActs(changes_a_system)(request)
        entry = LogEntry.objects.latest("id")
        assert (entry.actor, entry.remote_addr) == (request.user, "192.0.2.7")

    def test_an_api_tells_from_where(self):
        WhoActs(changes_a_system)(RequestFactory().post(SEARCH, REMOTE_ADDR="192.0.2.8"))
        entry = LogEntry.objects.latest("id")
        assert (entry.actor, entry.remote_addr) == (None, "192.0.2.8")

    def test_nothing_of_a_request_reaches_the_next(self):
        request = RequestFactory().post("/admin/", REMOTE_ADDR="192.0.2.7")
        request.user = StaffFactory()
        with pytest.raises(ZeroDivisionError):
            WhoActs(lambda _: 1 / 0)(request)
        assert auditlog_value.get(None) is None
        changes_a_system(request)
        entry = LogEntry.objects.latest("id")
        assert (entry.actor, entry.remote_addr) == (None, None)


class TestPagesOnly:
    def test_an_api_knows_no_sign_in_and_gives_no_cookie(self, staff_client):
        browser = staff_client(roles=())
        response = browser.post(SEARCH, {}, content_type="application/json")
        assert response.status_code == 401
        assert not response.cookies

    def test_an_api_still_gets_the_headers_of_safety_and_the_trip(self, client_of):
        response = client_of(system("024-000"), "032:search:read").post(SEARCH, {}, format="json")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["X-Frame-Options"] == "DENY"
        assert response["X-Correlation-ID"]
