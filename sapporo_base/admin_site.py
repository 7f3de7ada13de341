"""The admin site of the system base: its titles, home page, command palette and search for people."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.sites import UnfoldAdminSite


class SystemBaseSite(UnfoldAdminSite):
    """札幌市システム基盤."""

    site_title = "札幌市システム基盤"
    site_header = "札幌市システム基盤"
    index_title = "業務の状況"
    enable_nav_sidebar = True

    def extra_urls(self) -> list[URLPattern]:
        """Return the pages of the frame: the search for people."""
        return [path("people/", self.admin_view(self.people), name="people")]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Show what waits, what failed and how things stand."""
        from sapporo_base.admin import home

        return super().index(request, {"blocks": home.blocks(request), **(extra_context or {})})

    def search(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Answer the command palette: the pages and acts that this person may use."""
        from sapporo_base.admin import navigation

        found = navigation.pages_matching(request, request.GET.get("s", ""))
        return TemplateResponse(request, "sapporo_base/palette_results.html", {"results": found})

    def people(self, request: HttpRequest) -> HttpResponse:
        """Search for people in every register that this person may search."""
        from sapporo_base.admin import people

        return people.search_view(self, request)
