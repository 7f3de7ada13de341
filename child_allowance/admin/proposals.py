"""異動提案: what may change an allowance, until an examiner takes it up or sets it aside."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.decorators import action

from child_allowance.admin.looks import AllowanceLookMixin
from child_allowance.models import Proposal
from child_allowance.services.proposals import settle_proposal
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act


@admin.register(Proposal)
class ProposalAdmin(AllowanceLookMixin, ReadOnlyAdmin):
    """異動提案."""

    duty, icon, duty_order = "審査", "notifications", 20
    about = "異動や年齢到達により、支給が変わるかもしれないものです。支給は自動では変わりません。"
    empty_text = "異動情報を読み込むと、支給に関わるものがここに表示されます。"
    person_field = "recipient.addressee_number"
    look_items = ("異動提案",)
    list_display = ("person_name", "kind", "from_month", "reason", "status", "raised")
    list_filter = ("state", "kind", "month")
    ordering = ("raised_at", "pk")
    list_select_related = ("recipient",)
    fields = ("recipient", "kind", "from_month", "reason", "status", "raised")
    readonly_fields = ("from_month", "status", "raised")
    actions_detail = ("settle",)

    @admin.display(description="対象年月", ordering="month")
    def from_month(self, proposal: Proposal) -> SafeString:
        """Return the month from which it would count."""
        return display.month(proposal.month)

    @admin.display(description="提案日時", ordering="raised_at")
    def raised(self, proposal: Proposal) -> SafeString:
        """Return when it was raised."""
        return display.moment(proposal.raised_at)

    @admin.display(description="状態")
    def status(self, proposal: Proposal) -> SafeString:
        """Return the state with its shape."""
        levels = {"open": "waiting", "taken_up": "done", "set_aside": "plain"}
        return display.badge(proposal.get_state_display(), levels[proposal.state])

    @action(description="対応不要として終える", permissions=["settle"], icon="done")
    def settle(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Set the proposal aside with a reason."""
        proposal = self.get_object(request, object_id)

        def do(data):
            settle_proposal(
                proposal=proposal,
                taken_up=False,
                reason=data["reason"],
                act=staff_act(request, procedure=self.look_procedure, reason=data["reason"]),
            )

        return self.act_page(
            request,
            title="対応不要として終える",
            button="終える",
            do=do,
            obj=proposal,
            form_class=ReasonForm,
            effects=[Effect("提案", str(proposal)), Effect("事由", proposal.reason)],
            undo="同じ異動から提案が再び作成されることはありません。",
        )

    def has_settle_permission(self, request: HttpRequest, *args) -> bool:
        """An examiner settles."""
        return request.user.has_perm("child_allowance.propose_decision")
