"""What every admin page is made from: its place in the side bar, its words, read-only pages, short counts."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import label_for_field, lookup_field, unquote
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from unfold.admin import ModelAdmin

from sapporo_base import services
from sapporo_base.acts import Act
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import ActPageMixin
from sapporo_base.admin.dates import WarekiDateField, WarekiDateWidget
from sapporo_base.admin.exports import csv_response
from sapporo_base.logs import bears_individual_number
from sapporo_base.models import LegalBasis

MOST_COUNTED = 10_000


def staff_act(
    request: HttpRequest,
    *,
    procedure: str = "",
    legal_basis: LegalBasis | None = None,
    reason: str = "",
) -> Act:
    """Return the act of the member of staff behind a request."""
    return Act(
        at=timezone.now(),
        path="admin",
        staff=request.user,
        procedure=procedure,
        legal_basis=legal_basis,
        reason=reason,
        terminal=request.META.get("REMOTE_ADDR", ""),
    )


class CappedPaginator(Paginator):
    """Counts to ten thousand and no further: an exact count of millions helps nobody."""

    @property
    def count(self) -> int:
        """Return the number of rows, at most the cap."""
        return self.object_list.order_by()[:MOST_COUNTED].count()

    @property
    def is_capped(self) -> bool:
        """Say whether there are more rows than are counted."""
        return self.count >= MOST_COUNTED


class FieldCannotBeShown(RuntimeError):
    """A field of a page failed. Django would show it as empty, and nobody would know."""


def _loud(show: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(show)
    def shown(*args: Any, **kwargs: Any) -> Any:
        try:
            return show(*args, **kwargs)
        except (AttributeError, ObjectDoesNotExist, ValueError) as error:
            raise FieldCannotBeShown(show.__qualname__) from error

    return shown


def _yes_or_no(value: bool | None) -> str:  # noqa: FBT001 - one value as it stands in a column
    return "" if value is None else "はい" if value else "いいえ"


_IN_WORDS: Sequence[tuple[type, Callable[[Any], Any]]] = (
    (models.DateTimeField, display.moment),
    (models.DateField, display.day),
    (models.BooleanField, _yes_or_no),
)


class SystemBaseAdmin(ActPageMixin, ModelAdmin):
    """
    An admin page of the system base.

    The side bar is made from `duty` (窓口, 照会, 審査, 連携, 運用, 監査; empty: not in it), `icon`
    (a Material Symbol), `duty_title` (the plural name, if empty) and `duty_order`. `about` says in a
    sentence what the page is for; `empty_title` and `empty_text` what an empty list would hold and how it
    fills, `nothing_found_text` how else to look where a search found nothing.
    """

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_fullwidth = True
    list_filter_sheet = True
    warn_unsaved_form = True
    formfield_overrides = {
        models.DateField: {"form_class": WarekiDateField, "widget": WarekiDateWidget},
    }

    # Side bar
    duty = ""
    icon = "description"
    duty_title = ""
    duty_order = 50

    # Words
    about = ""
    empty_title = "まだ何もありません"
    empty_text = ""
    nothing_found_text = ""

    # Export of what is seen
    can_export = False
    export_kind = "list_exported"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Let a field that fails fail the page, and not look empty."""
        super().__init_subclass__(**kwargs)
        for name in {*cls.readonly_fields, *cls.list_display}:
            show = vars(cls).get(name) if isinstance(name, str) else None
            if callable(show):
                setattr(cls, name, _loud(show))

    def look_subjects(self, obj: Any) -> Sequence[services.Subject]:
        """Return the numbers (kind, number) of the person whom a row is about; none for most tables."""
        return ()

    def found(self, request: HttpRequest, object_id: str) -> Any:
        """
        Return the row that a page of an act is about.

        :raises Http404: there is none, or not for this person.
        """
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404
        return obj

    def _in_words(self, name: Any) -> Any:
        """Return, for a plain day, time or yes-no column, what shows it as people write it here."""
        if not isinstance(name, str) or hasattr(self, name):
            return name
        field = next((one for one in self.opts.fields if one.name == name), None)
        show = next((show for kind, show in _IN_WORDS if isinstance(field, kind)), None)
        if field is None or show is None:
            return name

        @admin.display(description=field.verbose_name, ordering=name)
        def shown(obj: Any) -> Any:
            return show(getattr(obj, name))

        shown.__name__ = name
        vars(shown)["column"] = name
        return shown

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Return the columns, days and times in the calendar of the house."""
        return [self._in_words(name) for name in super().get_list_display(request)]

    def prepare(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        """Bring along what the columns of these rows need, for all of them at once."""

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Return the list with its rows prepared."""
        listed = super().get_changelist_instance(request)
        rows = list(listed.result_list)
        self.prepare(request, rows)
        listed.result_list = rows
        return listed

    def get_urls(self) -> list[URLPattern]:
        """Add the export of the list."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        own = [path("export/", self.admin_site.admin_view(self.export_view), name=name)]
        return [*(own if self.can_export else []), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list; a 個人番号 typed into its search box is taken out of the address again."""
        if bears_individual_number(request.GET.get("q", "")):
            messages.error(
                request, "個人番号では検索できません。氏名・宛名番号などで検索してください。"
            )
            return HttpResponseRedirect(request.path)
        export = f"export/?{request.GET.urlencode()}" if self.can_export else ""
        return super().changelist_view(
            request,
            {
                "title": self.duty_title or self.opts.verbose_name_plural,
                "about": self.about,
                "export_url": export,
            }
            | (extra_context or {}),
        )

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the form with the sentence about it; what is no number of a row is not found."""
        if object_id is not None:
            try:
                self.opts.pk.to_python(unquote(object_id))
            except ValidationError as stray:
                raise Http404 from stray
        return super().changeform_view(
            request, object_id, form_url, {"about": self.about} | (extra_context or {})
        )

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Send the list as it is filtered and sorted as CSV (UTF-8 with BOM), and record that it left."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        listed = self.get_changelist_instance(request)
        rows = list(listed.queryset[:MOST_COUNTED])
        self.prepare(request, rows)
        # The file holds days and times as a spreadsheet reads them, not as a page shows them.
        names = [
            getattr(name, "column", name)
            for name in listed.list_display
            if name != "action_checkbox"
        ]
        labels = [str(label_for_field(name, self.model, self)) for name in names]
        services.record_linkage(
            staff_act(request),
            self.export_kind,
            subjects=[subject for row in rows for subject in self.look_subjects(row)],
            items=labels,
            detail=f"{self.opts.verbose_name}一覧 {len(rows)}件",
        )
        return csv_response(
            self.opts.model_name or "",
            labels,
            ([self._cell(n, row) for n in names] for row in rows),
        )

    def _cell(self, name: str, row: Any) -> Any:
        _, _, value = lookup_field(name, row, self)
        field = None
        if "__" not in name and not callable(getattr(self, name, None)):
            field = next((f for f in self.opts.fields if f.name == name), None)
        if field is not None and field.choices:
            value = dict(field.flatchoices).get(value, value)
        return value


class ReadOnlyAdmin(SystemBaseAdmin):
    """A page that only shows; what changes it are acts elsewhere."""

    warn_unsaved_form = False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields, days and times in the calendar of the house."""
        return [
            (title, {**options, "fields": [self._in_words(name) for name in options["fields"]]})
            for title, options in super().get_fieldsets(request, obj)
        ]

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Nothing is added by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is changed by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted by hand."""
        return False
