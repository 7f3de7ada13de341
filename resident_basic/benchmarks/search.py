"""The pages of a clerk of one ward over the whole register: search, list of the day, one person."""

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Final

from django.core.management import CommandError
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

from resident_basic.models import ResidentVersion
from sapporo_base.measuring import Measure
from sapporo_base.models import Staff
from sapporo_base.rules.dates import format_date
from sapporo_base.selectors import wards_of

ON_A_CITY: Final = True
_CLERK: Final = "K1002"
_PEOPLE: Final = 8
# Each person asked about gives a dozen searches, but one day.
_DAYS: Final = 80
_WELL: Final = 200
_AIM_MS: Final = 200.0
_BACKEND: Final = "sapporo_base.authentication.StaffBackend"


def measure(size: int) -> list[Measure]:
    """Measure the 95th percentile of each kind of page, rights, record and rendering included."""
    clerk = Staff.objects.get(staff_number=_CLERK)
    browser = Client()
    browser.force_login(clerk, backend=_BACKEND)
    asked = _people_of(clerk, _PEOPLE)
    terms = [term for one in asked for term in _terms(one)]
    found_people = reverse("admin:resident_basic_resident_changelist")
    day_list = reverse("admin:resident_basic_residentversion_changelist")
    pages: dict[str, list[Callable[[], int]]] = {
        "search: list of residents, p95": [_get(browser, found_people, q=term) for term in terms],
        "search: former names and places too, p95": [
            _get(browser, found_people, q=term, former="1") for term in terms
        ],
        "search: one box for people, p95": [
            _post(browser, reverse("admin:people"), term=term) for term in terms
        ],
        "list: 異動 of a day, p95": [
            _get(browser, day_list, day=one.processed_on.isoformat())
            for one in _people_of(clerk, _DAYS)
        ],
    }
    with override_settings(ALLOWED_HOSTS=["*"]):
        return [_percentile(name, requests) for name, requests in pages.items()]


def _people_of(clerk: Staff, people: int) -> list[ResidentVersion]:
    """Return people of the clerk's ward from all over the register."""
    latest = ResidentVersion.objects.filter(
        is_latest=True, resident_status="1", municipality_code__in=wards_of(clerk) or ()
    ).order_by("resident_number")
    step = max(latest.count() // people, 1)
    return list(latest[::step][:people])


def _terms(one: ResidentVersion) -> Iterator[str]:
    """Give what people say of someone: a part of the name, in kana, with birth, place or number."""
    family, _, given = one.name.partition("　")
    kana_family, _, kana_given = one.name_kana.partition("　")
    yield from (one.name, family, given or family, kana_family or family, kana_given or family)
    yield f"{family} {given[:1]}"
    if one.born_on and not one.born_on_text:
        birth = format_date(one.born_on, weekday=False)
        yield from (birth, f"{family} {birth.partition('年')[0]}年", f"{kana_family} {birth}")
    yield from (
        f"住所:{one.town}",
        f"住所:{one.town}{one.block}",
        one.postal_code,
        one.resident_number,
    )
    yield f"{family} 住所:{one.town}"
    if one.building:
        yield f"住所:{one.building}"


def _get(browser: Client, address: str, **asked: str) -> Callable[[], int]:
    return lambda: browser.get(address, asked).status_code


def _post(browser: Client, address: str, **asked: str) -> Callable[[], int]:
    return lambda: browser.post(address, asked).status_code


def _percentile(name: str, requests: list[Callable[[], int]]) -> Measure:
    """Ask everything twice, so that the first look at a cold page is not all there is, and time it."""
    taken = []
    for _ in range(2):
        for request in requests:
            started = time.perf_counter()
            status = request()
            taken.append((time.perf_counter() - started) * 1000)
            if status != _WELL:
                raise CommandError(f"{name}: {status}", returncode=1)
    p95 = statistics.quantiles(taken, n=20)[-1]
    return Measure(name, p95, "ms", aim=_AIM_MS)
