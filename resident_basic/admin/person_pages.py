"""The further pages of a resident: any two versions, a past moment, all records, page by page."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminSelectWidget

from resident_basic import selectors
from resident_basic.admin import person
from resident_basic.admin.finding import FILE
from resident_basic.models import Resident, ResidentVersion
from sapporo_base.acts import JAPAN
from sapporo_base.admin import display
from sapporo_base.admin.dates import WarekiDateField, WarekiDateWidget
from sapporo_base.admin.looks import OPEN_PROTECTED
from sapporo_base.admin.people import ways_to
from sapporo_base.admin.person_records import PersonRecordsMixin
from sapporo_base.admin.rights import holds

_SHOWN = 10
_A_PAGE = 50
_MOST_DELIVERIES = 1000
_NAMES = {
    "versions": "履歴の比較・過去の時点",
    "deliveries": "移転の記録",
}


class PastForm(forms.Form):
    """Asks for a day, and as it was known at which day's end."""

    as_of = WarekiDateField(
        label="この日の内容",
        widget=WarekiDateWidget,
        required=False,
        help_text="空欄のときは、当時の最新の内容です。",
    )
    known_at = WarekiDateField(
        label="この日までに受領していた内容で",
        widget=WarekiDateWidget,
        required=False,
        help_text="空欄のときは、現在受領している内容です。後から届いた異動・訂正を除いて見るときに入力します。",
    )


class ComparisonForm(forms.Form):
    """Asks which two versions to compare."""

    before = forms.ChoiceField(label="比較元", widget=UnfoldAdminSelectWidget)
    after = forms.ChoiceField(label="比較先", widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, versions: list[ResidentVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one.pk), _title_of(one)) for one in versions]
        for name in ("before", "after"):
            self.fields[name].choices = choices


def _title_of(version: ResidentVersion) -> str:
    words = [f"履歴{version.history_number}", person.reason_of(version)]
    day = strip_tags(display.day(version.valid_from, weekday=False))
    mark = "(訂正前の内容)" if version.superseded_at else "(最新)" if version.is_latest else ""
    return " ".join([*words, day]) + mark


class PersonPagesMixin(PersonRecordsMixin):
    """Gives the page of a resident its sections and the pages behind them; put before RecordedLookMixin."""

    def get_urls(self) -> list[URLPattern]:
        """Add the pages behind the sections."""
        views = {
            "versions": self.versions_view,
            "deliveries": self.deliveries_view,
        }
        own = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"resident_basic_resident_{name}",
            )
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Let the sections know who reads."""
        obj = super().get_object(request, *args, **kwargs)
        if obj is not None:
            obj.reader = request
        return obj

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Let the page bear the person's name; who may not see it is asked or refused before."""
        version = selectors.latest_of([object_id]).get(object_id)
        title = {"title": version.name, "subtitle": "住民"} if version else {}
        return super().change_view(request, object_id, form_url, title | (extra_context or {}))

    # Sections --------------------------------------------------------------------------------

    @admin.display(description="基本情報")
    def card(self, obj: Resident) -> SafeString:
        """Return the person at a glance; this page opens with right and reason under 支援措置."""
        version = self._latest(obj)
        if version is None:
            return display.NOTHING
        return person.card(version, is_protected=self.is_protected(obj))

    @admin.display(description="ほかの画面")
    def ways(self, obj: Any) -> SafeString:
        """Return the ways to what other subsystems hold about the person, with the right to each."""
        found = ways_to(obj.reader, obj.pk)
        links = format_html_join(
            "", '<li><a href="{}">{}</a></li>', ((url, words) for words, url in found)
        )
        return format_html('<ul class="sb-items">{}</ul>', links) if found else display.NOTHING

    @admin.display(description="世帯の構成")
    def household(self, obj: Resident) -> SafeString:
        """Return who is what to whom in the household, drawn."""
        version = self._latest(obj)
        if version is None:
            return display.NOTHING
        return person.household(
            version,
            lambda number: self._page_of(Resident(pk=number)),
            with_protected=holds(vars(obj)["reader"], OPEN_PROTECTED, file=FILE),
        )

    @admin.display(description="履歴")
    def history(self, obj: Resident) -> SafeString:
        """Return each 履歴, newest first, with what the newest changed."""
        versions = list(selectors.versions_of(obj.pk))
        return format_html(
            "{}{}{}",
            person.timeline(versions),
            person.what_changed(versions, most=_SHOWN),
            _way("versions", obj, "任意の履歴を比較する・過去の時点の内容を見る"),
        )

    @admin.display(description="移転")
    def deliveries(self, obj: Resident) -> SafeString:
        """Return to whom something of this person was handed on, single and in bulk."""
        found = selectors.deliveries_about(obj.pk, limit=_SHOWN)
        return format_html(
            "{}{}",
            person.deliveries(found),
            _way("deliveries", obj, "移転の記録をすべて見る") if found else "",
        )

    @admin.display(description="最近の記録")
    def looks(self, obj: Resident) -> SafeString:
        """Return who looked at this person or was given something about them."""
        return self.latest_records(obj, most=_SHOWN)

    def person_name(self, obj: Resident) -> str:
        """Return the name of today."""
        version = self._latest(obj)
        return version.name if version else ""

    # Pages -----------------------------------------------------------------------------------

    def _page(
        self, request: HttpRequest, object_id: str, name: str
    ) -> tuple[Resident, HttpResponse | None]:
        """Return the resident once the look is recorded, and the page that asks for a reason if one is due."""
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404
        return obj, self._first_asked(request, object_id)

    def _shown(
        self, request: HttpRequest, obj: Resident, name: str, **context: Any
    ) -> HttpResponse:
        return TemplateResponse(
            request,
            f"resident_basic/person_{name}.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": obj,
                "title": _NAMES[name],
                "subtitle": self.person_name(obj),
                "back": self._page_of(obj),
                **context,
            },
        )

    def versions_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Compare any two versions, or show what was true on a day as it was known at another."""
        obj, asked = self._page(request, object_id, "versions")
        if asked:
            return asked
        versions = list(selectors.versions_of(obj.pk))
        comparison = ComparisonForm(
            request.GET if "before" in request.GET else None,
            versions=versions,
            initial=_last_two(versions),
        )
        past = PastForm(request.GET if "as_of" in request.GET else None)
        return self._shown(
            request,
            obj,
            "versions",
            comparison=comparison,
            compared=_compared(comparison, versions),
            past=past,
            then=_then(past, obj),
        )

    def deliveries_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show all deliveries that held the person, page by key."""
        obj, asked = self._page(request, object_id, "deliveries")
        if asked:
            return asked
        found = selectors.deliveries_about(obj.pk, limit=_MOST_DELIVERIES)
        places = {str(one.record_id): place for place, one in enumerate(found)}
        start = places.get(request.GET.get("after", ""), -1) + 1
        more = found[start + _A_PAGE - 1].record_id if len(found) > start + _A_PAGE else ""
        listed = person.deliveries(found[start : start + _A_PAGE])
        return self._shown(request, obj, "deliveries", listed=listed, after=more)


def _way(name: str, obj: Resident, words: str) -> SafeString:
    url = reverse(f"admin:resident_basic_resident_{name}", args=[obj.pk])
    return format_html('<p><a href="{}">{}</a></p>', url, words)


def _last_two(versions: list[ResidentVersion]) -> dict[str, str]:
    known = [one for one in versions if one.superseded_at is None] or versions
    return {"before": str(known[min(1, len(known) - 1)].pk), "after": str(known[0].pk)}


def _compared(form: ComparisonForm, versions: list[ResidentVersion]) -> SafeString:
    if not form.is_bound or not form.is_valid():
        return SafeString("")
    by_key = {str(one.pk): one for one in versions}
    before, after = by_key[form.cleaned_data["before"]], by_key[form.cleaned_data["after"]]
    return person.difference(
        before, after, caption="違い", headings=(_title_of(before), _title_of(after))
    )


def _then(form: PastForm, obj: Resident) -> SafeString:
    if not form.is_bound or not form.is_valid():
        return SafeString("")
    as_of, known = form.cleaned_data["as_of"], form.cleaned_data["known_at"]
    known_at = datetime.combine(known, time.max, JAPAN) if known else None
    found = selectors.as_known([obj.pk], as_of=as_of, known_at=known_at)
    if not found:
        return format_html(
            '<p class="sb-empty">{}</p>', "その時点では、住民として登録がありません。"
        )
    return format_html("<h3>{}</h3>{}", _title_of(found[0]), person.all_items(found[0]))
