"""Who may do what with a 利用申請, and its draft: a section's own systems, and nobody else's."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.decorators import action

from resident_basic import selectors, services
from resident_basic.admin.applications import words
from resident_basic.admin.applications.forms import ApplicationForm
from resident_basic.models import UseApplication
from resident_basic.rules.applications import Phase
from sapporo_base import selectors as base
from sapporo_base.acts import Act, Refusal
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.models import BusinessSystem

if TYPE_CHECKING:
    _Page = ReadOnlyAdmin
else:
    _Page = object

State = UseApplication.State
EVERY = "resident_basic.view_every_useapplication"
"""Right to see the applications of all systems, and not those of the own ones alone."""
_SUBMIT = "resident_basic.submit_useapplication"
_DECIDE = "resident_basic.decide_useapplication"


def own_systems(request: HttpRequest) -> QuerySet[BusinessSystem]:
    """Return the systems for which this person may draft a 利用申請."""
    if not request.user.has_perm(_SUBMIT):
        return BusinessSystem.objects.none()
    return base.systems_applied_for_by(request.user)


class DraftingMixin(_Page):
    """The rights on a 利用申請, and the page on which a section drafts and edits it."""

    # Rights ----------------------------------------------------------------------------------

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Say whether this person drafts for one system at least."""
        return bool(self._own_ids(request))

    def _asked_for(self, request: HttpRequest, object_id: Any) -> UseApplication | None:
        """Return the application of a page, looked up once for all of its acts."""
        known: dict[str, Any] = request.__dict__.setdefault("_use_applications", {})
        key = str(object_id)
        if key not in known:
            known[key] = (
                UseApplication.objects.select_related("system").filter(pk=object_id).first()
            )
        found: UseApplication | None = known[key]
        return found

    def _may(
        self, request: HttpRequest, object_id: Any, *states: str, right: str, own: bool = False
    ) -> bool:
        if not request.user.has_perm(right):
            return False
        if not object_id:
            return True
        found = self._asked_for(request, object_id)
        if found is None or found.state not in states:
            return False
        return not own or found.system_id in self._own_ids(request)

    def _own_ids(self, request: HttpRequest) -> frozenset[int]:
        """Return the systems that this person drafts for, asked once for all acts of a page."""
        known: frozenset[int] | None = request.__dict__.get("_own_systems")
        if known is None:
            known = frozenset(own_systems(request).values_list("pk", flat=True))
            request.__dict__["_own_systems"] = known
        return known

    def has_draft_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may edit and submit the application: a draft of their own system."""
        return self._may(request, object_id, State.DRAFT, State.RETURNED, right=_SUBMIT, own=True)

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may decide the application, which waits for it."""
        return self._may(request, object_id, State.SUBMITTED, right=_DECIDE)

    def has_certify_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may certify the application, whose day is near."""
        if not self._may(request, object_id, State.APPROVED, right=_SUBMIT, own=True):
            return False
        found = self._asked_for(request, object_id) if object_id else None
        return found is None or selectors.phase(found, day=timezone.localdate()) in {
            Phase.CERTIFICATION_DUE,
            Phase.CERTIFICATION_LATE,
            Phase.STOPPED,
        }

    def has_renew_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may copy the application for the time after."""
        return self._may(request, object_id, State.APPROVED, right=_SUBMIT, own=True)

    def has_take_back_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may take the application of their own system back."""
        states = (State.DRAFT, State.RETURNED, State.SUBMITTED, State.APPROVED)
        return self._may(request, object_id, *states, right=_SUBMIT, own=True)

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may revoke the approval."""
        return self._may(request, object_id, State.APPROVED, right=_DECIDE)

    # Drafting --------------------------------------------------------------------------------

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Draft a 利用申請."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._draft_page(
            request,
            title="利用申請を作成する",
            save=lambda form, act: services.draft_application(
                system=form.cleaned_data["system"], contents=form.contents(), act=act
            ),
        )

    @action(description="修正する", permissions=["draft"], icon="edit")
    def edit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Edit a draft, or what was returned."""
        obj = self.found(request, object_id)
        return self._draft_page(
            request,
            title=f"利用申請を修正する 第{obj.pk}号",
            application=obj,
            save=lambda form, act: services.edit_application(
                application=obj, contents=form.contents(), act=act
            ),
        )

    def _draft_page(
        self,
        request: HttpRequest,
        *,
        title: str,
        save: Callable[[ApplicationForm, Act], UseApplication],
        application: UseApplication | None = None,
    ) -> HttpResponse:
        form = ApplicationForm(
            request.POST or None,
            systems=own_systems(request),
            day=timezone.localdate(),
            application=application,
        )
        if request.method == "POST" and form.is_valid():
            try:
                saved = save(form, staff_act(request, procedure=words.PROCEDURE))
            except Refusal as refusal:
                form.take_refusal(refusal.message, refusal.fields)
            else:
                messages.success(
                    request, f"利用申請第{saved.pk}号を保存しました。提出するまで修正できます。"
                )
                return HttpResponseRedirect(self._page_of(saved))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": application,
            "title": title,
            "about": "保存すると作成中の申請になります。不足している記載は申請の画面に示されます。",
            "form": form,
            "back": self._page_of(application),
        }
        return TemplateResponse(request, "resident_basic/application_form.html", context)
