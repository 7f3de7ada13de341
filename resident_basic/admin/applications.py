"""利用申請 with its acts by two people, and who may be given which item, why, until when."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget

from resident_basic import services
from resident_basic.models import ApprovedItem, UseApplication
from resident_basic.rules.items import REDUCTIONS, resident_items
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow

State = UseApplication.State
LEVELS = {
    State.DRAFT: "plain",
    State.SUBMITTED: "waiting",
    State.RETURNED: "warned",
    State.APPROVED: "done",
    State.REFUSED: "stopped",
    State.WITHDRAWN: "stopped",
}
PROCEDURE = "住民基本台帳ファイル利用申請"
_WHOLE = "限定なし"


def label_of(item: str) -> str:
    """Return the Japanese name of an item."""
    known = resident_items().get(item)
    return known.label if known else item


class ApprovalForm(forms.Form):
    """Asks which items are not approved, and lets a remark be written."""

    left_out = forms.MultipleChoiceField(
        label="承認しない項目",
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="選んだ項目は移転しません。何も選ばなければ、申請のとおり承認します。",
    )
    reason = forms.CharField(
        label="決定の理由",
        required=False,
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="任意。一部の項目を承認しない場合は、その理由を書いてください。",
    )


def _approval_form(application: UseApplication) -> type[ApprovalForm]:
    """Return the form with the items of an application to choose from."""
    items = application.requested_items.order_by("pk").values_list("item", flat=True)
    choices = [(item, label_of(item)) for item in items]

    class FormOfApplication(ApprovalForm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            chosen: Any = self.fields["left_out"]
            chosen.choices = choices

    return FormOfApplication


@admin.register(UseApplication)
class UseApplicationAdmin(ReadOnlyAdmin):
    # Place and words
    duty = "審査"
    duty_title = "利用申請"
    duty_order = 40
    icon = "assignment"
    about = (
        "住民基本台帳ファイルの利用申請です。承認された項目だけが、承認された期間に移転されます。"
    )
    empty_text = "利用申請が作成されると表示されます。決定を待つものが先頭に並びます。"
    can_export = True
    # List
    list_display = ("number", "system", "purpose", "status", "waiting", "ends_on", "recertifies_on")
    list_display_links = ("number",)
    list_select_related = ("system", "legal_basis", "drafted_by", "submitted_by", "decided_by")
    list_filter = ("state", "system", "individual_number", "protected_people")
    search_fields = ("system__business_id", "system__name", "purpose", "procedure")
    search_help_text = "庁内業務システム・利用目的・事務で検索"
    # Page
    readonly_fields = ("summary", "item_table", "steps")
    fieldsets = (
        ("申請の内容", {"fields": ("summary",)}),
        ("申請項目", {"fields": ("item_table",)}),
        ("経過", {"fields": ("steps",)}),
    )
    actions_detail = ("submit", "approve", "refuse", "withdraw")

    def get_queryset(self, request: HttpRequest) -> QuerySet[UseApplication]:
        """Return the applications, each with its rank: what waits for a decision first."""
        rank = Case(
            When(state=State.SUBMITTED, then=Value(0)),
            When(state=State.DRAFT, then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
        return UseApplication.objects.annotate(rank=rank).order_by(*self.get_ordering(request))

    def get_ordering(self, request: HttpRequest) -> Any:
        """Sort what waits longest to the top."""
        return ["rank", "submitted_at", "-pk"]

    # Columns ---------------------------------------------------------------------------------

    @admin.display(description="申請番号", ordering="pk")
    def number(self, obj: UseApplication) -> str:
        """Return the number as people say it."""
        return f"第{obj.pk}号"

    @admin.display(description="状態", ordering="state")
    def status(self, obj: UseApplication) -> SafeString:
        """Return the state as a word with a shape."""
        if (
            obj.state == State.APPROVED
            and (obj.granted_until or obj.valid_until) <= timezone.localdate()
        ):
            return display.badge("期間満了", "stopped")
        return display.badge(obj.get_state_display(), LEVELS[State(obj.state)])

    @admin.display(description="待ち時間", ordering="submitted_at")
    def waiting(self, obj: UseApplication) -> str:
        """Return how long a decision has been waited for."""
        if obj.state != State.SUBMITTED or obj.submitted_at is None:
            return ""
        return display.waited(obj.submitted_at, at=timezone.now())

    @admin.display(description="利用終了日", ordering="valid_until")
    def ends_on(self, obj: UseApplication) -> SafeString:
        """Return the day from which nothing is transferred."""
        return display.day(obj.valid_until, weekday=False)

    @admin.display(description="年次確認日", ordering="recertify_on")
    def recertifies_on(self, obj: UseApplication) -> SafeString:
        """Return the day of the yearly check; where it has passed, so in a word."""
        day = display.day(obj.recertify_on, weekday=False)
        if (
            obj.state == State.APPROVED
            and obj.recertify_on
            and obj.recertify_on <= timezone.localdate()
        ):
            return format_html("{} {}", day, display.badge("確認時期", "warned"))
        return day

    # Sections --------------------------------------------------------------------------------

    @admin.display(description="概要")
    def summary(self, obj: UseApplication) -> SafeString:
        """Return what is asked for, on what ground."""
        return display.facts(
            [
                ("申請番号", self.number(obj)),
                ("状態", self.status(obj)),
                ("庁内業務システム", f"{obj.system.name}({obj.system.code})"),
                ("利用目的", obj.purpose),
                ("事務", obj.procedure),
                ("法令上の根拠", str(obj.legal_basis)),
                ("利用期間", _period(obj.valid_from, obj.valid_until)),
                ("年次確認日", self.recertifies_on(obj)),
                ("個人番号の移転", _yes_or_no(obj.individual_number)),
                ("支援措置対象者の住所等の移転", _yes_or_no(obj.protected_people)),
                ("決定の理由", obj.decision_reason),
            ]
        )

    @admin.display(description="項目")
    def item_table(self, obj: UseApplication) -> SafeString:
        """Return each item asked for, why, and what became of it."""
        approved = {one.item: one for one in obj.approved_items.all()}
        decided = obj.state == State.APPROVED or bool(approved)
        rows = []
        for asked in obj.requested_items.order_by("pk"):
            given = approved.get(asked.item)
            outcome: Any = "未決定"
            if given is not None:
                outcome = display.badge("承認", "done")
            elif decided:
                outcome = display.badge("承認しない", "stopped")
            elif obj.state == State.REFUSED:
                outcome = display.badge("却下", "stopped")
            reduction = given.reduction if given else asked.reduction
            rows.append(
                (
                    label_of(asked.item),
                    REDUCTIONS.get(reduction, _WHOLE),
                    asked.reason,
                    outcome,
                )
            )
        return display.table(
            ("項目", "値の限定", "必要とする理由", "決定"),
            rows,
            caption=f"申請項目 {len(rows)}件",
            empty="項目は申請されていません。",
        )

    @admin.display(description="誰がいつ")
    def steps(self, obj: UseApplication) -> SafeString:
        """Return who drafted, submitted, decided and took back."""
        steps = [
            (obj.drafted_at, "作成", obj.drafted_by, "plain"),
            (obj.submitted_at, "申請", obj.submitted_by, "waiting"),
            (
                obj.decided_at,
                "却下" if obj.state == State.REFUSED else "承認",
                obj.decided_by,
                "stopped" if obj.state == State.REFUSED else "done",
            ),
            (obj.withdrawn_at, "取下げ・承認取消し", obj.withdrawn_by, "stopped"),
        ]
        return display.timeline(
            [
                display.Moment(at=at, what=what, who=str(who or ""), level=level)
                for at, what, who, level in steps
                if at is not None
            ]
        )

    # Acts ------------------------------------------------------------------------------------

    def _is_in(self, object_id: Any, *states: str) -> bool:
        """Say whether an application stands in one of these states; a list asks without one."""
        if not object_id:
            return True
        return UseApplication.objects.filter(pk=object_id, state__in=states).exists()

    def has_submit_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may submit the application, which is a draft."""
        may = request.user.has_perm("resident_basic.submit_useapplication")
        return may and self._is_in(object_id, State.DRAFT)

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may decide the application, which waits for it."""
        may = request.user.has_perm("resident_basic.decide_useapplication")
        return may and self._is_in(object_id, State.SUBMITTED)

    def has_withdraw_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may take the application back, or end its approval."""
        may = any(
            request.user.has_perm(f"resident_basic.{right}")
            for right in ("submit_useapplication", "decide_useapplication")
        )
        return may and self._is_in(object_id, State.DRAFT, State.SUBMITTED, State.APPROVED)

    def _asked_for(self, request: HttpRequest, object_id: str) -> UseApplication:
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404
        found: UseApplication = obj
        return found

    def _effects(self, obj: UseApplication) -> list[Effect]:
        return [
            Effect("庁内業務システム", obj.system.name),
            Effect("利用目的", obj.purpose),
            Effect("申請項目", f"{obj.requested_items.count()}件"),
            Effect("個人番号", "移転する" if obj.individual_number else "移転しない"),
            Effect("利用期間", _period(obj.valid_from, obj.valid_until)),
        ]

    def _own(self, request: HttpRequest, obj: UseApplication) -> str:
        """Return the 職員番号 that may not decide: of who drafted, or who submitted."""
        people = [one for one in (obj.drafted_by, obj.submitted_by) if one is not None]
        mine = [one for one in people if one.pk == request.user.pk]
        return str((mine or people)[0].staff_number)

    @action(description="提出する", permissions=["submit"], icon="send")
    def submit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Submit a draft to who decides."""
        obj = self._asked_for(request, object_id)
        return self.act_page(
            request,
            title="利用申請を提出する",
            button="提出する",
            do=lambda _: _done(
                services.submit_application(
                    application=obj, act=staff_act(request, procedure=PROCEDURE)
                ),
                "を提出しました。",
            ),
            obj=obj,
            effects=self._effects(obj),
            undo="決定されるまでは取り下げられます。",
        )

    @action(description="承認する", permissions=["decide"], icon="check")
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Approve, item by item if need be; by another than who drafted or submitted."""
        obj = self._asked_for(request, object_id)

        def do(data: dict[str, Any]) -> str:
            approved = services.approve_application(
                application=obj,
                grant=services.Grant(items=dict.fromkeys(data["left_out"])),
                reason=data["reason"],
                act=staff_act(request, procedure=PROCEDURE, reason=data["reason"]),
            )
            return _done(approved, "を承認しました。")

        return self.act_page(
            request,
            title="利用申請を承認する",
            button="承認する",
            do=do,
            obj=obj,
            form_class=_approval_form(obj),
            drafted_by=self._own(request, obj),
            effects=[
                *self._effects(obj),
                Effect("すぐに起こること", "利用開始日から、承認した項目が移転されます。"),
            ],
            undo="承認は取り消せますが、それまでに移転した情報は戻りません。",
        )

    @action(description="却下する", permissions=["decide"], icon="close")
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Refuse with a reason; by another than who drafted or submitted."""
        obj = self._asked_for(request, object_id)
        return self.act_page(
            request,
            title="利用申請を却下する",
            button="却下する",
            do=lambda data: _done(
                services.refuse_application(
                    application=obj,
                    reason=data["reason"],
                    act=staff_act(request, procedure=PROCEDURE, reason=data["reason"]),
                ),
                "を却下しました。",
            ),
            obj=obj,
            form_class=ReasonForm,
            danger=True,
            drafted_by=self._own(request, obj),
            effects=self._effects(obj),
            undo="却下は取り消せません。必要な場合は新しく申請します。",
        )

    @action(description="取り下げる・承認を取り消す", permissions=["withdraw"], icon="undo")
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take an application back, or end its approval at once."""
        obj = self._asked_for(request, object_id)
        is_approved = obj.state == State.APPROVED
        title = "利用申請の承認を取り消す" if is_approved else "利用申請を取り下げる"
        effect = "この承認による移転が、すべての経路ですぐに止まります。"
        return self.act_page(
            request,
            title=title,
            button="承認を取り消す" if is_approved else "取り下げる",
            do=lambda data: _done(
                services.withdraw_application(
                    application=obj,
                    reason=data["reason"],
                    act=staff_act(request, procedure=PROCEDURE),
                ),
                "の承認を取り消しました。" if is_approved else "を取り下げました。",
            ),
            obj=obj,
            form_class=ReasonForm,
            danger=True,
            effects=[
                *self._effects(obj),
                *([Effect("すぐに起こること", effect)] if is_approved else []),
            ],
            undo="元に戻せません。再び利用するには新しく申請します。",
        )


def _done(application: UseApplication, words: str) -> str:
    return f"利用申請第{application.pk}号{words}"


def _period(begin: Any, end: Any) -> SafeString:
    return format_html(
        "{}から{}の前日まで", display.day(begin, weekday=False), display.day(end, weekday=False)
    )


def _yes_or_no(value: bool) -> SafeString:  # noqa: FBT001 - a value to be said, no switch
    return display.badge("する", "warned") if value else display.badge("しない", "plain")


# Who may be given which item ---------------------------------------------------------------------


class ItemFilter(admin.SimpleListFilter):
    """項目 by its Japanese name."""

    title = "項目"
    parameter_name = "item"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the items that exist."""
        return [(name, item.label) for name, item in resident_items().items()]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ApprovedItem]
    ) -> QuerySet[ApprovedItem]:
        """Return what is given of the item."""
        return queryset.filter(item=self.value()) if self.value() else queryset


def _in_force(day: Any) -> Q:
    return Q(application__state=State.APPROVED, valid_from__lte=day, valid_until__gt=day)


class ForceFilter(admin.SimpleListFilter):
    """Whether it is given today."""

    title = "現在の効力"
    parameter_name = "force"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return given and not given."""
        return [("yes", "有効"), ("no", "有効でない")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ApprovedItem]
    ) -> QuerySet[ApprovedItem]:
        """Return what is given today, or what is not (yet, any more)."""
        in_force = _in_force(timezone.localdate())
        if self.value() == "yes":
            return queryset.filter(in_force)
        return queryset.exclude(in_force) if self.value() == "no" else queryset


@admin.register(ApprovedItem)
class ApprovedItemAdmin(ReadOnlyAdmin):
    """誰にどの項目が、なぜ、いつまで."""

    duty = "審査"
    duty_title = "移転承認項目"
    duty_order = 41
    icon = "fact_check"
    about = "誰に、どの項目が、なぜ、いつまで移転されるか。ここにない項目は移転されません。"
    empty_text = "利用申請が承認されると、その項目が表示されます。"
    can_export = True
    list_display = ("receiver", "item_name", "limit", "why", "ground", "since", "until", "force")
    list_display_links = None
    list_select_related = ("application__system", "application__legal_basis")
    list_filter = (
        ForceFilter,
        ItemFilter,
        ("application__system", admin.RelatedOnlyFieldListFilter),
        "application__individual_number",
    )
    search_fields = ("application__system__name", "application__system__business_id", "reason")
    search_help_text = "庁内業務システム・必要とする理由で検索"
    ordering = ("application__system__business_id", "application", "pk")

    @admin.display(description="誰に", ordering="application__system__business_id")
    def receiver(self, obj: ApprovedItem) -> SafeString:
        """Return the receiver, and lead to the application."""
        url = reverse("admin:resident_basic_useapplication_change", args=[obj.application_id])
        return format_html('<a href="{}">{}</a>', url, obj.application.system.name)

    @admin.display(description="項目", ordering="item")
    def item_name(self, obj: ApprovedItem) -> str:
        """Return the item's Japanese name."""
        return label_of(obj.item)

    @admin.display(description="値の限定")
    def limit(self, obj: ApprovedItem) -> str:
        """Return how the value is reduced."""
        return REDUCTIONS.get(obj.reduction, _WHOLE)

    @admin.display(description="なぜ")
    def why(self, obj: ApprovedItem) -> str:
        """Return why it is needed."""
        return obj.reason

    @admin.display(description="法令上の根拠")
    def ground(self, obj: ApprovedItem) -> str:
        """Return the ground."""
        return str(obj.application.legal_basis)

    @admin.display(description="いつから", ordering="valid_from")
    def since(self, obj: ApprovedItem) -> SafeString:
        """Return the first day."""
        return display.day(obj.valid_from, weekday=False)

    @admin.display(description="いつまで(前日まで)", ordering="valid_until")
    def until(self, obj: ApprovedItem) -> SafeString:
        """Return the day from which it is not given."""
        return display.day(obj.valid_until, weekday=False)

    @admin.display(description="現在の効力")
    def force(self, obj: ApprovedItem) -> SafeString:
        """Say whether it is given today, and why not."""
        today = timezone.localdate()
        if obj.application.state != State.APPROVED:
            return display.badge("承認取消し", "stopped")
        if today < obj.valid_from:
            return display.badge("開始前", "waiting")
        if obj.valid_until <= today:
            return display.badge("期間満了", "stopped")
        return display.badge("有効", "done")


def application_block(request: HttpRequest) -> HomeBlock | None:
    """Show the 利用申請 that wait for a decision, the oldest first."""
    if not request.user.has_perm("resident_basic.view_useapplication"):
        return None
    now = timezone.now()
    waiting = UseApplication.objects.filter(state=State.SUBMITTED)
    oldest = list(waiting.select_related("system").order_by("submitted_at")[:5])
    count = waiting.count()
    url = reverse("admin:resident_basic_useapplication_changelist")
    return HomeBlock(
        title="利用申請",
        state=f"決定待ち {count:,}件" if count else "決定待ちなし",
        attention=Attention.WAITING if count else Attention.CALM,
        rows=[
            HomeRow(
                str(one),
                f"{display.waited(one.submitted_at, at=now)}待ち" if one.submitted_at else "",
                reverse("admin:resident_basic_useapplication_change", args=[one.pk]),
                Attention.WAITING,
            )
            for one in oldest
        ],
        links=[("利用申請の一覧", url)],
        order=40,
    )
