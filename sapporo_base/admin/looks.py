"""
Pages that show a person: who opens one needs the right to its file, and is recorded before it is shown.

番号法第23条 and the city's own record: a look is a 情報連携記録 and an ACCESS entry of the linkage history,
both with the correlation id of the request. A person under 支援措置 is opened with a right of its own and
a reason, which is asked for once per session.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from auditlog.models import LogEntry
from django.contrib.admin.utils import label_for_field, unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from sapporo_base import services
from sapporo_base.acts import Act, Refusal
from sapporo_base.admin.act_pages import ReasonForm
from sapporo_base.admin.bases import staff_act
from sapporo_base.admin.rights import RightIsMissing, holds, require

if TYPE_CHECKING:
    from sapporo_base.admin.bases import SystemBaseAdmin as _Page
else:
    _Page = object

OPEN = "open_personalinformationfile"
OPEN_PROTECTED = "open_protected_person"
OPEN_NUMBER = "open_individual_number"
WITHHELD_NAME = "(支援措置対象者)"
_REASONS = "reasons_for_protected_people"


class RecordedLookMixin(_Page):
    """
    Put before the admin base of a page that shows a person.

    Set `personal_file` (code of the 特定個人情報ファイル), `look_items` (what the page shows, in words), and
    write `look_subjects`; `is_protected` where the table knows 支援措置. A list that shows people is
    recorded too, with everybody on the page.
    """

    personal_file = ""
    look_kind = "looked"
    list_kind = "listed"
    look_items: Sequence[str] = ()
    look_procedure = ""
    is_list_recorded = True

    def look_subjects(self, obj: Any) -> Sequence[services.Subject]:
        """Return the numbers (kind, number) of the person, none of them the 個人番号."""
        raise NotImplementedError

    def is_protected(self, obj: Any) -> bool:
        """Say whether the person is under 支援措置."""
        return False

    def lifted_reason(self, request: HttpRequest, obj: Any) -> str | None:
        """Return the reason for which protection is lifted for this person for a while; mostly None."""
        return None

    # Rights ----------------------------------------------------------------------------------

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say whether this person may see the table, and the file that it belongs to."""
        return super().has_view_permission(request, obj) and holds(
            request, OPEN, file=self.personal_file
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say whether this person may change the table, and see the file that it belongs to."""
        return super().has_change_permission(request, obj) and holds(
            request, OPEN, file=self.personal_file
        )

    # Looks -----------------------------------------------------------------------------------

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Record whom the list shows, then show it."""
        if super().has_view_permission(request):
            require(request, OPEN, file=self.personal_file)
        response = super().changelist_view(request, extra_context)
        listed = getattr(response, "context_data", None) and response.context_data.get("cl")
        if listed and self.is_list_recorded:
            rows = list(listed.result_list)
            if rows:
                names = [name for name in listed.list_display if name != "action_checkbox"]
                services.record_linkage(
                    self._look_act(request),
                    self.list_kind,
                    subjects=[subject for row in rows for subject in self.look_subjects(row)],
                    items=[str(label_for_field(name, self.model, self)) for name in names],
                    detail=f"{self.opts.verbose_name}一覧",
                    subject_count=len(rows),
                )
        return response

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Record the look, then show the person; ask for the reason first where one is needed."""
        return self._first_asked(request, object_id) or super().change_view(
            request, object_id, form_url, extra_context
        )

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Record the look, then show the history."""
        return self._first_asked(request, object_id) or super().history_view(
            request, object_id, extra_context
        )

    def _look_act(self, request: HttpRequest, reason: str = "") -> Act:
        return staff_act(request, procedure=self.look_procedure, reason=reason)

    def _first_asked(self, request: HttpRequest, object_id: str) -> HttpResponse | None:
        """Return the page that asks for a reason, or None once the look is recorded."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return None
        reason = self.permit_look(request, obj)
        if reason is None:
            return self._ask_reason(request, obj)
        if request.method == "GET":
            self.record_look(request, obj, reason=reason)
        elif "_look_reason" in request.POST:
            return HttpResponseRedirect(request.get_full_path())
        return None

    def permit_look(self, request: HttpRequest, obj: Any) -> str | None:
        """
        Return the reason under which this person may look ("" where none is needed), None to ask for it.

        :raises RightIsMissing: the right to the file, or to people under 支援措置; the refusal is recorded.
        """
        try:
            if not super().has_view_permission(request, obj):
                raise PermissionDenied
            require(request, OPEN, file=self.personal_file)
            if not self.is_protected(obj):
                return ""
            lifted = self.lifted_reason(request, obj)
            if lifted is not None:
                return lifted
            require(request, OPEN_PROTECTED, file=self.personal_file)
        except RightIsMissing as missing:
            services.record_refusal(
                self._look_act(request),
                self.look_kind,
                detail=missing.words,
                subjects=self.look_subjects(obj),
            )
            raise
        key = f"{self.opts.label_lower}:{obj.pk}"
        reasons: dict[str, str] = request.session.get(_REASONS, {})
        if request.method == "POST" and "_look_reason" in request.POST:
            form = ReasonForm(request.POST)
            if form.is_valid():
                request.session[_REASONS] = {**reasons, key: form.cleaned_data["reason"]}
                return form.cleaned_data["reason"]
        return reasons.get(key)

    def act_page(self, request: HttpRequest, *, obj: Any = None, **page: Any) -> HttpResponse:
        """Show the page before an act on a person to who may look at them; ask for the reason first."""
        is_row = isinstance(obj, self.model)
        if is_row and self.permit_look(request, obj) is None:
            return self._ask_reason(request, obj)
        return super().act_page(request, obj=obj, **page)

    def _ask_reason(self, request: HttpRequest, obj: Any) -> HttpResponse:
        asked = request.method == "POST" and "_look_reason" in request.POST
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "支援措置対象者の閲覧",
            "form": ReasonForm(request.POST if asked else None),
            "back": reverse(
                f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_changelist"
            ),
        }
        return TemplateResponse(request, "sapporo_base/ask_reason.html", context)

    @transaction.atomic
    def record_look(self, request: HttpRequest, obj: Any, *, reason: str = "") -> None:
        """Write the 情報連携記録 and the ACCESS entry of a look, before anything is shown."""
        services.record_linkage(
            self._look_act(request, reason),
            self.look_kind,
            subjects=self.look_subjects(obj),
            items=self.look_items,
        )
        names = {"object_repr": WITHHELD_NAME} if self.is_protected(obj) else {}
        LogEntry.objects.log_create(
            obj,
            force_log=True,
            action=LogEntry.Action.ACCESS,
            actor=request.user,
            remote_addr=request.META.get("REMOTE_ADDR"),
            serialized_data=None,
            additional_data=None,
            **names,
        )


class ShownNumberMixin(RecordedLookMixin):
    """
    A person's page that can show the 個人番号, with the right to it and a reason.

    It is sent only in answer to a POST, is never stored by the browser, and hides itself again.
    """

    number_seconds = 30

    def disclose_number(self, obj: Any, act: Act) -> str | None:
        """Return the 個人番号 by the recorded service that opens it, None where the person has none."""
        raise NotImplementedError

    def has_show_number_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say whether this person may see a 個人番号 of the file."""
        return holds(request, OPEN_NUMBER, file=self.personal_file)

    def get_urls(self) -> list[URLPattern]:
        """Add the page that shows the number."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_individual_number"
        view = self.admin_site.admin_view(self.number_view)
        return [path("<path:object_id>/individual-number/", view, name=name), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Offer the number to those who may see it."""
        offer = {}
        if self.has_show_number_permission(request):
            offer = {"individual_number_url": "../individual-number/"}
        return super().change_view(request, object_id, form_url, offer | (extra_context or {}))

    def number_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the reason, then show the number for half a minute."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if self.permit_look(request, obj) is None:
            return self._ask_reason(request, obj)
        try:
            require(request, OPEN_NUMBER, file=self.personal_file)
        except RightIsMissing as missing:
            services.record_refusal(
                self._look_act(request),
                "individual_number_shown",
                detail=missing.words,
                subjects=self.look_subjects(obj),
            )
            raise
        asked = request.method == "POST" and "_look_reason" not in request.POST
        form = ReasonForm(request.POST if asked else None)
        shown, refused = None, ""
        if asked and form.is_valid():
            act = self._look_act(request, form.cleaned_data["reason"])
            try:
                shown = self.disclose_number(obj, act) or ""
            except Refusal as refusal:
                refused = refusal.message
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "object": obj,
            "original": obj,
            "title": "個人番号の表示",
            "form": form,
            "number": shown,
            "refused": refused,
            "seconds": self.number_seconds,
            "back": "../change/",
        }
        response = TemplateResponse(request, "sapporo_base/individual_number.html", context)
        response["Cache-Control"] = "no-store, private"
        response["Pragma"] = "no-cache"
        return response
