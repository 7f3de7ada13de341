"""Everything that was recorded about a person, page by page, behind the page of the person."""

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sapporo_base import selectors
from sapporo_base.admin import record_lines
from sapporo_base.admin.records import page_of

if TYPE_CHECKING:
    from sapporo_base.admin.looks import RecordedLookMixin as _Page
else:
    _Page = object

_A_PAGE = 50


class PersonRecordsMixin(_Page):
    """Gives the page of a person the list of all records about them; put before RecordedLookMixin."""

    def person_name(self, obj: Any) -> str:
        """Return what the person is called."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        """Add the page of the records."""
        view = self.admin_site.admin_view(self.records_view)
        own = [path("<path:object_id>/records/", view, name=self._records_name())]
        return [*own, *super().get_urls()]

    def _records_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_records"

    def latest_records(self, obj: Any, *, most: int) -> SafeString:
        """Return who looked at the person or was told something lately, and the way to all of it."""
        lines = record_lines.gathered(selectors.records_about(self.look_subjects(obj)), most=most)
        url = reverse(f"{self.admin_site.name}:{self._records_name()}", args=[obj.pk])
        words = "閲覧・提供の記録をすべて見る"
        return format_html('{}<p><a href="{}">{}</a></p>', lines, url, words)

    def records_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show all records about the person one by one; who audits finds the way to each."""
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404
        asked = self._first_asked(request, object_id)
        if asked is not None:
            return asked
        records = selectors.records_about(self.look_subjects(obj))
        after = request.GET.get("after", "")
        if after.isdecimal() and (last := records.filter(pk=after).first()):
            records = selectors.records_before(records, last)
        shown = list(records[: _A_PAGE + 1])
        audits = request.user.has_perm("sapporo_base.view_linkagerecord")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": obj,
            "title": "閲覧・提供の記録",
            "subtitle": self.person_name(obj),
            "listed": record_lines.one_by_one(shown[:_A_PAGE], page_of=page_of if audits else None),
            "after": shown[_A_PAGE - 1].pk if len(shown) > _A_PAGE else "",
            "back": self._page_of(obj),
        }
        return TemplateResponse(request, "sapporo_base/person_records.html", context)
