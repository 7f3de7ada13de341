"""Every address of the project refuses who shows no credentials, and the APIs who shows wrong ones."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

pytestmark = pytest.mark.django_db

# Open by purpose: health for the balancer, the token endpoint (which checks the secret itself),
# the public description of the API, signing in and out, and the words of the admin's scripts.
OPEN = {
    "health/live",
    "health/ready",
    "api/schema/",
    "admin/login/",
    "admin/logout/",
    "admin/jsi18n/",
}
SAMPLE = "1"


def _addresses(patterns=None, before: str = "") -> Iterator[str]:
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        route = before + _plain(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


def _plain(route: str) -> str:
    route = re.sub(r"<uuid:[^>]+>", "00000000-0000-4000-8000-000000000000", route)
    route = re.sub(r"<[^>]+>", SAMPLE, route)
    if route.startswith("^"):
        route = re.sub(r"\(\?P<[^>]+>[^)]*\)+", SAMPLE, route).strip("^").rstrip("$")
    return route.replace("\\Z", "").replace("\\.", ".")


ADDRESSES = sorted(set(_addresses()) - OPEN)


def test_the_sweep_knows_the_whole_project():
    assert any(one.startswith("admin/sapporo_base/linkagerecord/") for one in ADDRESSES)
    assert any(one.startswith("api/v1/integrated-address/") for one in ADDRESSES)


@pytest.mark.parametrize("address", [one for one in ADDRESSES if one.startswith("admin/")])
def test_admin_sends_strangers_to_the_sign_in_page(address):
    for answer in (Client().get(f"/{address}"), Client().post(f"/{address}")):
        assert answer.status_code in {302, 404}, address
        if answer.status_code == 302:
            assert "/admin/login/" in answer["Location"] or answer["Location"].startswith("/admin/")


@pytest.mark.parametrize("address", [one for one in ADDRESSES if not one.startswith("admin/")])
def test_api_refuses_no_credentials_and_wrong_ones(address):
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}):
        for method in ("get", "post", "put", "delete"):
            answer = getattr(Client(), method)(
                f"/{address}", content_type="application/json", headers=headers
            )
            assert answer.status_code in {400, 401, 403, 404, 405}, (address, method)
