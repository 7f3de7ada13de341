"""The side bar by duty, made from what each admin page says of itself; and the command palette over it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from sapporo_base import correlation
from sapporo_base.rules.kana import name_key

DUTIES = ("窓口", "照会", "審査", "連携", "運用", "監査")


@dataclass(frozen=True, slots=True)
class Place:
    """One page that can be gone to."""

    duty: str
    title: str
    url: str
    icon: str
    order: int
    about: str = ""


def places(request: HttpRequest) -> list[Place]:
    """Return the pages that this person may see, by duty."""
    known: list[Place] | None = request.__dict__.get("_places")
    if known is None:
        known = sorted(
            _places(request),
            key=lambda one: (DUTIES.index(one.duty), one.order, one.title),
        )
        request.__dict__["_places"] = known
    return known


def _places(request: HttpRequest) -> Iterator[Place]:
    for model, page in admin.site._registry.items():
        duty = getattr(page, "duty", "")
        if duty and page.has_view_permission(request):
            opts = model._meta
            yield Place(
                duty=duty,
                title=page.duty_title or str(opts.verbose_name_plural),
                url=reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"),
                icon=page.icon,
                order=page.duty_order,
                about=page.about,
            )
        # Pages that are not a list of a table: [(duty, title, url, icon, order), …]
        further = getattr(page, "further_places", None)
        for place in further(request) if further else ():
            yield Place(*place)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the side bar as the theme wants it."""
    groups: list[dict[str, Any]] = [
        {
            "title": "",
            "items": [{"title": "業務の状況", "icon": "home", "link": reverse("admin:index")}],
        }
    ]
    here = _here(request)
    for duty in DUTIES:
        items = [
            {"title": one.title, "icon": one.icon, "link": one.url, "active": one.url == here}
            for one in places(request)
            if one.duty == duty
        ]
        if items:
            groups.append({"title": duty, "separator": True, "items": items})
    return groups


def _here(request: HttpRequest) -> str:
    """Return the address of the place that this page belongs to: the longest that it begins with."""
    found = [one.url for one in places(request) if request.path.startswith(one.url)]
    return max(found, key=len, default="")


def pages_matching(request: HttpRequest, term: str) -> list[Place]:
    """Return the pages whose title, duty or purpose has every word of the term."""
    words = [name_key(word) for word in term.split()]
    return [
        place
        for place in places(request)
        if words
        and all(word in name_key(f"{place.title} {place.duty} {place.about}") for word in words)
    ]


def environment(request: HttpRequest) -> tuple[str, str] | None:
    """Return the badge of the environment: what is not production says so on every page."""
    return ("デモ環境(架空データ)", "warning") if settings.DEMO else None


def environment_prefix(request: HttpRequest) -> str:
    """Return what the window's title begins with."""
    return "【デモ】" if settings.DEMO else ""


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what the frame of every page shows: correlation id, idle time, search for people."""
    return {
        "correlation_id": correlation.current(),
        "idle_minutes": settings.SESSION_COOKIE_AGE // 60,
        "is_demo": settings.DEMO,
        "can_search_people": bool(settings.PEOPLE_SEARCHES),
    }
