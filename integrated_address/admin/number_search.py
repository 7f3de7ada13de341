"""The search by 個人番号: with right and reason, recorded before it is answered."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from unfold.decorators import action

from integrated_address import services
from integrated_address.admin.finding import FILE, PROCEDURE
from integrated_address.admin.forms import IndividualNumberForm
from sapporo_base import services as base_services
from sapporo_base.acts import NotFound
from sapporo_base.admin.bases import staff_act
from sapporo_base.admin.looks import OPEN, OPEN_NUMBER, OPEN_PROTECTED
from sapporo_base.admin.rights import RightIsMissing, holds, require

if TYPE_CHECKING:
    from sapporo_base.admin.looks import ShownNumberMixin as _Page
else:
    _Page = object


class NumberSearch(_Page):
    """Gives the list of people the search by 個人番号."""

    def get_urls(self) -> list[URLPattern]:
        """Add the search by 個人番号."""
        view = self.admin_site.admin_view(self.by_individual_number_view)
        name = "integrated_address_by_individual_number"
        return [path("by-individual-number/", view, name=name), *super().get_urls()]

    @action(description="個人番号で検索する", permissions=["show_number"])
    def search_by_individual_number(self, request: HttpRequest) -> HttpResponse:
        """Go to the search by 個人番号."""
        return HttpResponseRedirect(reverse("admin:integrated_address_by_individual_number"))

    def by_individual_number_view(self, request: HttpRequest) -> HttpResponse:
        """Search by 個人番号 with right and reason; recorded before the answer."""
        try:
            require(request, OPEN, file=FILE)
            require(request, OPEN_NUMBER, file=FILE)
        except RightIsMissing as missing:
            base_services.record_refusal(
                staff_act(request, procedure=PROCEDURE),
                "addressee_searched",
                detail=missing.words,
            )
            raise

        def do(data: dict[str, Any]) -> HttpResponse:
            found = services.look_up_by_individual_number(
                individual_number=data["individual_number"],
                with_protected=holds(request, OPEN_PROTECTED, file=FILE),
                act=staff_act(request, procedure=PROCEDURE, reason=data["reason"]),
            )
            if found is None:
                raise NotFound("該当する方がいないか、あなたの権限では表示できません。")
            return HttpResponseRedirect(self._page_of(found))

        response = self.act_page(
            request,
            title="個人番号で検索する",
            button="理由を記録して検索する",
            do=do,
            form_class=IndividualNumberForm,
            explanation="検索したことと理由は、結果を表示する前に情報連携記録に残ります。",
        )
        response["Cache-Control"] = "no-store, private"
        return response
