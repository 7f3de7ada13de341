"""請求・届出: what was asked, what is known, what is proposed, and the decision."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action

from child_allowance.admin.looks import AllowanceLookMixin, person_link
from child_allowance.models import Claim, Decision, Letter
from child_allowance.rules.months import Month
from child_allowance.services.claims import KnownOfClaim, known_of_claim
from child_allowance.services.decisions import decide_claim, decide_claims, propose_decision
from sapporo_base.acts import Refusal
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.rules.dates import format_month

LEVELS: dict[str, str] = {
    Claim.State.RECEIVED: "waiting",
    Claim.State.ASKED_ELSEWHERE: "info",
    Claim.State.READY: "waiting",
    Claim.State.UNDER_EXAMINATION: "warned",
    Claim.State.PROPOSED: "waiting",
    Claim.State.DECIDED: "done",
}
ANSWERS = {
    "wanted": "waiting",
    "asked": "info",
    "answered": "done",
    "nothing_there": "plain",
    "failed": "stopped",
}


class ProposalForm(forms.Form):
    """What an examiner proposes; the words go into the letter as they stand."""

    outcome = forms.ChoiceField(
        label="決定内容",
        choices=[
            (Decision.Outcome.APPROVED, "認定"),
            (Decision.Outcome.INCREASED, "額改定(増額)"),
            (Decision.Outcome.REFUSED, "却下"),
        ],
    )
    start = forms.DateField(
        label="支給開始(改定)年月", required=False, help_text="その月の1日を入力してください。"
    )
    reason = forms.CharField(
        label="理由",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="通知書にそのまま記載されます。事実と判断を具体的に書いてください。",
    )
    article = forms.CharField(label="根拠条文", initial="児童手当法第4条第1項、第7条第1項")


@admin.register(Claim)
class ClaimAdmin(AllowanceLookMixin, ReadOnlyAdmin):
    """請求・届出."""

    duty, icon, duty_order = "審査", "assignment", 10
    about = "児童手当の請求・届出を、受付から決定まで処理します。"
    empty_text = "請求・届出のファイルを受領すると、ここに表示されます。"
    person_field = "claimant_number"
    look_items = ("請求・届出", "請求者", "配偶者", "児童", "課税情報", "照会事項", "決定")
    list_display = ("claim_number", "kind", "person_name", "received", "status", "why")
    list_filter = ("state", "kind", "channel", "received_on")
    search_fields = ("=claim_number", "=claimant_number")
    search_help_text = "受付番号または宛名番号で検索"
    ordering = ("received_on", "pk")
    actions = ("decide_many",)
    actions_detail = ("propose", "decide")
    fieldsets = (
        (None, {"fields": ("claim_number", "kind", "status", "why", "channel", "received")}),
        ("請求の内容", {"fields": ("claimed", "cause", "happened", "months", "remarks")}),
        ("確認した事実", {"fields": ("people", "incomes", "asked_elsewhere")}),
        ("決定", {"fields": ("decided", "letter")}),
    )
    readonly_fields = (
        "status",
        "why",
        "received",
        "claimed",
        "happened",
        "months",
        "people",
        "incomes",
        "asked_elsewhere",
        "decided",
        "letter",
    )

    def get_object(self, request, object_id, from_field=None):
        """Fetch the claim, and keep the act under which its facts are looked at."""
        claim = super().get_object(request, object_id, from_field)
        if claim is not None:
            vars(claim)["look"] = staff_act(request, procedure=self.look_procedure)
        return claim

    @admin.display(description="受付年月日", ordering="received_on")
    def received(self, claim: Claim) -> SafeString:
        """Return the day it came."""
        return display.day(claim.received_on, weekday=False)

    @admin.display(description="請求年月日")
    def claimed(self, claim: Claim) -> SafeString:
        """Return the day that counts as the claim."""
        return display.day(claim.claimed_on)

    @admin.display(description="事由発生年月日")
    def happened(self, claim: Claim) -> SafeString:
        """Return the day of the birth, the move or whatever led to it."""
        return display.day(claim.cause_on)

    @admin.display(description="状態")
    def status(self, claim: Claim) -> SafeString:
        """Return the state with its shape."""
        return display.badge(claim.get_state_display(), LEVELS[claim.state])

    @admin.display(description="状態の理由")
    def why(self, claim: Claim) -> str:
        """Return why it stands there."""
        return claim.state_reason or "—"

    @admin.display(description="請求の対象年月")
    def months(self, claim: Claim) -> str:
        """Return the months that were asked for, where they are closed."""
        if not claim.asked_from or not claim.asked_until:
            return "指定なし(請求の翌月から)"
        return f"{format_month(claim.asked_from)}分から{format_month(claim.asked_until)}分まで"

    @admin.display(description="請求者・配偶者・児童")
    def people(self, claim: Claim) -> SafeString:
        """Return the people side by side, as the register has them."""
        return display.table(
            ["区分", "氏名", "生年月日", "住所", "住民状態", "届出の内容"],
            [
                (
                    row.role,
                    person_link(row.number, row),
                    row.born,
                    row.place,
                    row.status,
                    row.told,
                )
                for row in self._known(claim).people
            ],
            caption="請求者・配偶者・児童",
        )

    @admin.display(description="所得")
    def incomes(self, claim: Claim) -> SafeString:
        """Return the incomes of both parents beside each other."""
        return display.table(
            ["課税年度", "請求者", "配偶者"], self._known(claim).incomes, caption="所得の比較"
        )

    @admin.display(description="他機関への照会")
    def asked_elsewhere(self, claim: Claim) -> SafeString:
        """Return what was asked elsewhere and how it stands."""
        return display.table(
            ["項", "対象者", "課税年度", "照会先", "状態"],
            [
                (
                    f"別表第二の{fact.item}の項",
                    display.grouped(fact.subject_number),
                    str(fact.tax_year or "—"),
                    fact.provider_code,
                    display.badge(fact.get_state_display(), ANSWERS[fact.state]),
                )
                for fact in claim.fact_inquiries.order_by("pk")
            ],
            caption="他機関への照会",
            empty="照会した事項はありません。",
        )

    @admin.display(description="決定")
    def decided(self, claim: Claim) -> SafeString:
        """Return what is proposed or decided."""
        decision = Decision.objects.filter(claim=claim).first()
        if decision is None:
            return format_html("<p>{}</p>", "まだ起案されていません。")
        return display.facts(
            [
                ("内容", decision.get_outcome_display()),
                ("支給開始(改定)年月", display.month(decision.start)),
                ("理由", decision.reason),
                ("根拠", decision.article),
                ("起案", str(decision.proposed_by or "システム(事実がすべて確認できた認定)")),
                ("決定", str(decision.decided_by or "—")),
                ("決定日時", display.moment(decision.decided_at) if decision.decided_at else "—"),
            ]
        )

    @admin.display(description="通知書")
    def letter(self, claim: Claim) -> SafeString:
        """Lead to the letter as it was sent."""
        found = Letter.objects.filter(decision__claim=claim).first()
        if found is None:
            return format_html("{}", "—")
        url = reverse("admin:child_allowance_letter_change", args=(found.pk,))
        return format_html('<a href="{}">{}</a>', url, str(found))

    @action(description="決定を起案する", permissions=["propose"], icon="edit_note")
    def propose(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Propose a decision; another person decides it."""
        claim = self.get_object(request, object_id)

        def do(data):
            propose_decision(
                claim=claim,
                outcome=data["outcome"],
                reason=data["reason"],
                article=data["article"],
                start=Month.of(data["start"]) if data["start"] else None,
                act=staff_act(request, procedure=self.look_procedure, reason="決定の起案"),
            )

        return self.act_page(
            request,
            title="決定を起案する",
            button="起案する",
            do=do,
            obj=claim,
            form_class=ProposalForm,
            effects=[Effect("請求", str(claim)), Effect("審査の理由", claim.state_reason or "—")],
            undo="決定の前であれば、起案し直すことができます。",
        )

    def has_propose_permission(self, request: HttpRequest, object_id=None) -> bool:
        """Proposals are an examiner's, and of claims that are not decided."""
        may = request.user.has_perm("child_allowance.propose_decision")
        return may and not self._stands(object_id, Claim.State.DECIDED)

    @action(description="起案どおり決定する", permissions=["decide"], icon="gavel")
    def decide(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Decide what is proposed; the letter is written."""
        claim = self.get_object(request, object_id)
        decision = Decision.objects.filter(claim=claim).first()
        effects = [Effect("請求", str(claim))]
        if decision:
            effects += [
                Effect("決定内容", decision.get_outcome_display()),
                Effect("理由", decision.reason),
                Effect("根拠", decision.article),
            ]
        drafted_by = decision.proposed_by.staff_number if decision and decision.proposed_by else ""

        def do(data):
            decide_claim(
                claim=claim,
                act=staff_act(request, procedure=self.look_procedure, reason="決定"),
            )

        return self.act_page(
            request,
            title="起案どおり決定する",
            button="決定して通知書を作成する",
            do=do,
            obj=claim,
            effects=effects,
            drafted_by=drafted_by,
            undo="決定は取り消せません。誤りは職権による取消しの手続で改めます。",
        )

    def has_decide_permission(self, request: HttpRequest, object_id=None) -> bool:
        """Decisions are for those who may, once one is proposed."""
        may = request.user.has_perm("child_allowance.decide_claim")
        return may and (
            object_id is None or self._stands(object_id, Claim.State.READY, Claim.State.PROPOSED)
        )

    def _stands(self, object_id, *states: str) -> bool:
        return bool(object_id) and Claim.objects.filter(pk=object_id, state__in=states).exists()

    @admin.action(description="決定待ちの認定をまとめて決定する", permissions=["decide"])
    def decide_many(self, request: HttpRequest, claims) -> HttpResponse:
        """Decide the clear approvals among the selected."""
        ids = list(claims.values_list("pk", flat=True))

        def do(data):
            done = decide_claims(
                act=staff_act(request, procedure=self.look_procedure, reason="一括決定"),
                claim_ids=ids,
            )
            return f"{done.decided:,}件を決定しました。{done.left:,}件は審査に回りました。"

        ready = claims.filter(state=Claim.State.READY).count()
        return self.act_page(
            request,
            title="まとめて決定する",
            button="決定する",
            do=do,
            effects=[Effect("選択", f"{len(ids)}件"), Effect("決定する認定", f"{ready}件")],
            undo="決定は取り消せません。",
        )

    def _known(self, claim: Claim) -> KnownOfClaim:
        kept = vars(claim)
        if "known" not in kept:
            try:
                kept["known"] = known_of_claim(claim=claim, act=kept["look"])
            except Refusal:
                # 個人基本 has approved nothing for 児童手当: the page says so by what it lacks.
                kept["known"] = KnownOfClaim(people=(), incomes=())
        return kept["known"]


@admin.register(Letter)
class LetterAdmin(AllowanceLookMixin, ReadOnlyAdmin):
    """通知書."""

    duty, icon, duty_order = "審査", "mail", 40
    about = "決定の通知書です。発出したときの文面のまま再発行できます。"
    empty_text = "請求を決定すると、通知書が作成されます。"
    person_field = "decision.claim.claimant_number"
    look_items = ("通知書",)
    list_display = ("letter_number", "person_name", "title", "dated")
    list_select_related = ("decision__claim",)
    list_filter = ("title", "dated_on")
    search_fields = ("=letter_number", "=decision__claim__claimant_number")
    ordering = ("-dated_on", "-pk")
    fields = ("letter_number", "title", "dated", "text")
    readonly_fields = ("dated", "text")

    @admin.display(description="日付", ordering="dated_on")
    def dated(self, letter: Letter) -> SafeString:
        """Return the day it bears."""
        return display.day(letter.dated_on, weekday=False)

    @admin.display(description="本文")
    def text(self, letter: Letter) -> SafeString:
        """Return the text as it was sent; it prints as it stands."""
        return format_html('<pre class="sb-letter">{}</pre>', letter.body)
