"""利用申請: the list, one application with what is missing and what differs, and its acts."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action

from resident_basic import selectors, services
from resident_basic.admin.applications import words
from resident_basic.admin.applications.forms import (
    ApplicationForm,
    certification_form,
    grant_form,
    grant_of,
)
from resident_basic.models import ApplicationStep, UseApplication
from resident_basic.rules.applications import Phase
from sapporo_base import selectors as base
from sapporo_base.acts import Act, Refusal
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.models import BusinessSystem

State = UseApplication.State
_STEP_LEVELS = {
    ApplicationStep.Kind.SUBMITTED: "waiting",
    ApplicationStep.Kind.RETURNED: "warned",
    ApplicationStep.Kind.APPROVED: "done",
    ApplicationStep.Kind.CERTIFIED: "done",
    ApplicationStep.Kind.REFUSED: "stopped",
    ApplicationStep.Kind.TAKEN_BACK: "stopped",
    ApplicationStep.Kind.REVOKED: "stopped",
}
_EVERY = "resident_basic.view_every_useapplication"
_SUBMIT = "resident_basic.submit_useapplication"
_DECIDE = "resident_basic.decide_useapplication"


def own_systems(request: HttpRequest) -> QuerySet[BusinessSystem]:
    """Return the systems for which this person may draft a 利用申請."""
    if not request.user.has_perm(_SUBMIT):
        return BusinessSystem.objects.none()
    return base.systems_applied_for_by(request.user)


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
    list_select_related = ("system", "legal_basis")
    list_filter = ("state", "system", "individual_number", "protected_people")
    search_fields = ("system__business_id", "system__name", "purpose", "procedure")
    search_help_text = "庁内業務システム・利用目的・事務で検索"
    # Page
    readonly_fields = (
        *("missing", "summary", "item_table", "difference"),
        *("certifications", "steps"),
    )
    actions_detail = (
        *("edit", "submit", "approve", "return_it", "refuse"),
        *("certify", "renew", "take_back", "revoke"),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the sections that this application has something in."""
        sections = [
            ("提出までに必要なこと", "missing", {State.DRAFT, State.RETURNED}),
            ("申請の内容", "summary", None),
            ("申請項目", "item_table", None),
            ("前回の承認との違い", "difference", None),
            ("年次確認とお知らせ", "certifications", {State.APPROVED, State.WITHDRAWN}),
            ("経過", "steps", None),
        ]
        return [
            (title, {"fields": (name,)})
            for title, name, states in sections
            if obj is None or states is None or obj.state in states
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[UseApplication]:
        """Return the applications that concern this person, what waits for a decision first."""
        rank = Case(
            When(state=State.SUBMITTED, then=Value(0)),
            When(state__in=[State.RETURNED, State.DRAFT], then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
        applications = UseApplication.objects.annotate(rank=rank)
        if not request.user.has_perm(_EVERY):
            applications = applications.filter(system__in=own_systems(request))
        return applications.order_by("rank", "submitted_at", "-pk")

    def get_ordering(self, request: HttpRequest) -> Any:
        """Keep the queryset's own order: what waits longest on top; forms that choose one know no rank."""
        return ()

    # Columns ---------------------------------------------------------------------------------

    @admin.display(description="申請番号", ordering="pk")
    def number(self, obj: UseApplication) -> str:
        """Return the number as people say it."""
        return f"第{obj.pk}号"

    @admin.display(description="状態", ordering="state")
    def status(self, obj: UseApplication) -> SafeString:
        """Return where it stands today, as a word with a shape."""
        return words.phase_badge(obj)

    @admin.display(description="待ち時間", ordering="submitted_at")
    def waiting(self, obj: UseApplication) -> str:
        """Return how long a decision has been waited for."""
        if obj.state != State.SUBMITTED or obj.submitted_at is None:
            return ""
        return display.waited(obj.submitted_at, at=timezone.now())

    @admin.display(description="利用終了日", ordering="granted_until")
    def ends_on(self, obj: UseApplication) -> SafeString:
        """Return the day from which nothing is transferred, as granted or else as asked."""
        return display.day(obj.granted_until or obj.valid_until, weekday=False)

    @admin.display(description="年次確認日", ordering="recertify_on")
    def recertifies_on(self, obj: UseApplication) -> SafeString:
        """Return the day of the yearly check, where one comes before the end."""
        if obj.recertify_on is None or obj.recertify_on == obj.granted_until:
            return display.NOTHING
        return display.day(obj.recertify_on, weekday=False)

    # Sections --------------------------------------------------------------------------------

    @admin.display(description="不足している記載")
    def missing(self, obj: UseApplication) -> SafeString:
        """Return what is missing before it can be submitted, and what was asked to be mended."""
        returned = obj.steps.filter(kind=ApplicationStep.Kind.RETURNED).order_by("-pk").first()
        parts: list[Any] = []
        if obj.state == State.RETURNED and returned is not None:
            parts.append(format_html("{} {}", display.badge("差戻し", "warned"), returned.reason))
        missing = services.what_is_missing(obj)
        parts += [
            format_html("{} {}", display.badge("不足", "warned"), one) for one in missing.values()
        ]
        if not missing:
            parts.append(format_html("{} 提出できます。", display.badge("記載済み", "done")))
        return words.lines(parts)

    @admin.display(description="概要")
    def summary(self, obj: UseApplication) -> SafeString:
        """Return what is asked for on what ground; where it was granted otherwise, both."""
        granted = obj.granted_from is not None

        def both(asked: object, given: object) -> SafeString:
            return words.asked_and_granted(asked, given, decided=granted)

        renewed: Any = display.NOTHING
        if obj.renews_id is not None:
            url = reverse("admin:resident_basic_useapplication_change", args=[obj.renews_id])
            renewed = format_html('<a href="{}">第{}号</a>', url, obj.renews_id)
        pairs: list[tuple[str, Any]] = [
            ("申請番号", self.number(obj)),
            ("状態", self.status(obj)),
            ("庁内業務システム", f"{obj.system.name}({obj.system.code})"),
            ("所管課", obj.system.section),
            ("利用目的", obj.purpose),
            ("事務", obj.procedure),
            ("法令上の根拠", str(obj.legal_basis)),
            ("対象者の範囲", obj.subjects),
            (
                "想定件数(年間)",
                "" if obj.expected_count is None else f"{obj.expected_count:,}人",
            ),
            (
                "利用期間",
                both(
                    words.period(obj.valid_from, obj.valid_until),
                    words.period(obj.granted_from, obj.granted_until),
                ),
            ),
            ("次の年次確認", words.certification_day(obj)),
            (
                "移転の形式",
                both(words.forms_of(obj.delivery_forms), words.forms_of(obj.granted_forms)),
            ),
            (
                "個人番号の移転",
                both(
                    words.yes_or_no(obj.individual_number),
                    words.yes_or_no(obj.grants_individual_number),
                ),
            ),
            (
                "支援措置対象者の住所等の移転",
                both(
                    words.yes_or_no(obj.protected_people),
                    words.yes_or_no(obj.grants_protected_people),
                ),
            ),
            ("保管期間", obj.retention),
            ("取扱部署", obj.handling_section),
            ("更新元", renewed),
            ("決定の理由", obj.decision_reason),
            ("取消しの理由", obj.withdrawal_reason),
        ]
        rare = {"更新元", "決定の理由", "取消しの理由", "次の年次確認"}
        return display.facts(
            [
                (label, value)
                for label, value in pairs
                if label not in rare or value not in {"", display.NOTHING}
            ]
        )

    @admin.display(description="項目")
    def item_table(self, obj: UseApplication) -> SafeString:
        """Return each item asked for, why, and what became of it."""
        approved = {one.item: one for one in obj.approved_items.all()}
        given_up = {item for one in obj.certifications.all() for item in one.given_up}
        decided = obj.granted_from is not None
        rows = []
        for asked in obj.requested_items.order_by("pk"):
            given = approved.get(asked.item)
            outcome: Any = display.badge("未決定", "plain")
            if asked.item in given_up and given is not None:
                outcome = format_html(
                    "{} {}", display.badge("終了", "stopped"), display.day(given.valid_until)
                )
            elif given is not None:
                outcome = display.badge("承認", "done")
            elif decided:
                outcome = display.badge("承認しない", "stopped")
            elif obj.state == State.REFUSED:
                outcome = display.badge("却下", "stopped")
            rows.append(
                (
                    words.item_with_marks(asked.item),
                    words.asked_and_granted(
                        words.reduction_of(asked.reduction),
                        words.reduction_of(given.reduction) if given else "",
                        decided=given is not None,
                    ),
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

    @admin.display(description="違い")
    def difference(self, obj: UseApplication) -> SafeString:
        """Return what this one asks for (or was granted) beyond the previous approval, and less."""
        previous = selectors.previous_approval(obj)
        if previous is None:
            return format_html("<p>{}</p>", "この庁内業務システムの、以前の承認はありません。")
        return display.differences(
            _in_words(previous, granted=True),
            _in_words(obj, granted=obj.granted_from is not None),
            caption=f"第{previous.pk}号(承認)と第{obj.pk}号の違い",
            headings=(f"第{previous.pk}号", f"第{obj.pk}号"),
        )

    @admin.display(description="年次確認")
    def certifications(self, obj: UseApplication) -> SafeString:
        """Return the certifications, and the notices that went to the section."""
        done = display.table(
            ("期日", "確認日時", "確認者", "不要とした項目", "所見", "次の期日"),
            [
                (
                    display.day(one.due_on, weekday=False),
                    display.moment(one.certified_at),
                    str(one.certified_by),
                    "、".join(words.label_of(item) for item in one.given_up),
                    one.remark,
                    display.day(one.next_due_on, weekday=False),
                )
                for one in obj.certifications.select_related("certified_by").order_by("-pk")
            ],
            caption="年次確認の記録",
            empty="まだ行われていません。",
        )
        notices = display.timeline(
            [
                display.Moment(at=one.raised_at, what=one.get_kind_display(), level="warned")
                for one in obj.notices.order_by("-raised_at", "-pk")
            ],
            empty="所管課へのお知らせはまだありません。",
        )
        return format_html("{}{}", done, notices)

    @admin.display(description="誰がいつ")
    def steps(self, obj: UseApplication) -> SafeString:
        """Return who did what with it, when and why."""
        return display.timeline(
            [
                display.Moment(
                    at=one.at,
                    what=one.get_kind_display(),
                    text=one.reason,
                    who=str(one.by),
                    level=_STEP_LEVELS.get(ApplicationStep.Kind(one.kind), "plain"),
                )
                for one in obj.steps.select_related("by").order_by("pk")
            ]
        )

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

    # Acts ------------------------------------------------------------------------------------

    def _effects(self, obj: UseApplication) -> list[Effect]:
        return [
            Effect("庁内業務システム", obj.system.name),
            Effect("利用目的", obj.purpose),
            Effect("申請項目", f"{obj.requested_items.count()}件"),
            Effect("個人番号", "移転する" if obj.individual_number else "移転しない"),
            Effect("利用期間", words.period(obj.valid_from, obj.valid_until)),
        ]

    def _own(self, request: HttpRequest, obj: UseApplication) -> str:
        """Return the 職員番号 that may not decide: of who drafted, or who submitted."""
        people = [one for one in (obj.drafted_by, obj.submitted_by) if one is not None]
        mine = [one for one in people if one.pk == request.user.pk]
        return str((mine or people)[0].staff_number)

    @action(description="提出する", permissions=["draft"], icon="send")
    def submit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Submit a draft to who decides."""
        obj = self.found(request, object_id)
        return self.act_page(
            request,
            title="利用申請を提出する",
            button="提出する",
            do=lambda _: _done(
                services.submit_application(
                    application=obj, act=staff_act(request, procedure=words.PROCEDURE)
                ),
                "を提出しました。",
            ),
            obj=obj,
            effects=[
                *self._effects(obj),
                *(
                    Effect("不足している記載", one, "warned")
                    for one in services.what_is_missing(obj).values()
                ),
            ],
            undo="決定されるまでは取り下げられます。提出した内容は修正できません。",
        )

    @action(description="承認する", permissions=["decide"], icon="check")
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Approve as asked or with less; by another than who drafted or submitted."""
        obj = self.found(request, object_id)

        def do(data: dict[str, Any]) -> str:
            approved = services.approve_application(
                application=obj,
                grant=grant_of(obj, data),
                reason=data["reason"],
                act=staff_act(request, procedure=words.PROCEDURE, reason=data["reason"]),
            )
            return _done(approved, "を承認しました。")

        return self.act_page(
            request,
            title="利用申請を承認する",
            button="承認する",
            do=do,
            obj=obj,
            form_class=grant_form(obj),
            drafted_by=self._own(request, obj),
            effects=[
                *self._effects(obj),
                *_changes_since(obj),
                Effect("すぐに起こること", "利用開始日から、承認した項目が移転されます。"),
            ],
            undo="承認は取り消せますが、それまでに移転した情報は戻りません。",
        )

    @action(description="差し戻す", permissions=["decide"], icon="reply")
    def return_it(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give it back for correction."""
        return self._decision_with_reason(
            request,
            object_id,
            title="利用申請を差し戻す",
            button="差し戻す",
            decide=services.return_application,
            done="を差し戻しました。",
            undo="所管課が修正して、もう一度提出します。",
        )

    @action(description="却下する", permissions=["decide"], icon="close")
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Refuse with a reason; by another than who drafted or submitted."""
        return self._decision_with_reason(
            request,
            object_id,
            title="利用申請を却下する",
            button="却下する",
            decide=services.refuse_application,
            done="を却下しました。",
            undo="却下は取り消せません。必要な場合は新しく申請します。",
            danger=True,
        )

    def _decision_with_reason(
        self,
        request: HttpRequest,
        object_id: str,
        *,
        title: str,
        button: str,
        decide: Callable[..., UseApplication],
        done: str,
        undo: str,
        danger: bool = False,
    ) -> HttpResponse:
        obj = self.found(request, object_id)
        return self.act_page(
            request,
            title=title,
            button=button,
            do=lambda data: _done(
                decide(
                    application=obj,
                    reason=data["reason"],
                    act=staff_act(request, procedure=words.PROCEDURE),
                ),
                done,
            ),
            obj=obj,
            form_class=ReasonForm,
            danger=danger,
            drafted_by=self._own(request, obj),
            effects=self._effects(obj),
            undo=undo,
        )

    @action(description="年次確認をする", permissions=["certify"], icon="event_available")
    def certify(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say which items are still needed; the others end at once."""
        obj = self.found(request, object_id)

        def do(data: dict[str, Any]) -> str:
            done = services.recertify(
                application=obj,
                given_up=data["given_up"],
                remark=data["remark"],
                act=staff_act(request, procedure=words.PROCEDURE),
            )
            return (
                f"利用申請第{obj.pk}号の年次確認をしました(次の期日 {done.next_due_on:%Y-%m-%d})。"
            )

        return self.act_page(
            request,
            title="利用申請の年次確認",
            button="確認を記録する",
            do=do,
            obj=obj,
            form_class=certification_form(obj, day=timezone.localdate()),
            effects=[
                Effect("庁内業務システム", obj.system.name),
                Effect("利用目的", obj.purpose),
                Effect("状態", words.phase_badge(obj)),
                Effect("期日", words.certification_day(obj)),
            ],
            undo="不要とした項目を再び利用するには、新しく申請します。",
        )

    @action(description="更新を申請する", permissions=["renew"], icon="autorenew")
    def renew(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Copy what was granted into a draft for the time after."""
        obj = self.found(request, object_id)

        def do(data: dict[str, Any]) -> HttpResponse:
            draft = services.renew_application(
                application=obj, act=staff_act(request, procedure=words.PROCEDURE)
            )
            messages.success(request, f"更新の利用申請第{draft.pk}号を作成しました。")
            return HttpResponseRedirect(self._page_of(draft))

        return self.act_page(
            request,
            title="利用申請の更新",
            button="写しを作成する",
            do=do,
            obj=obj,
            effects=[
                Effect("庁内業務システム", obj.system.name),
                Effect("すぐに起こること", "承認された内容の写しが、作成中の申請になります。"),
                Effect("現在の利用期間", words.period(obj.granted_from, obj.granted_until)),
            ],
            undo="提出するまでは修正も取下げもできます。",
        )

    @action(description="取り下げる", permissions=["take_back"], icon="undo")
    def take_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take an application of the own system back."""
        return self._withdrawal(
            request,
            object_id,
            title="利用申請を取り下げる",
            button="取り下げる",
            withdrawal=UseApplication.Withdrawal.TAKEN_BACK,
            done="を取り下げました。",
        )

    @action(description="承認を取り消す", permissions=["revoke"], icon="block")
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End an approval at once."""
        return self._withdrawal(
            request,
            object_id,
            title="利用申請の承認を取り消す",
            button="承認を取り消す",
            withdrawal=UseApplication.Withdrawal.REVOKED,
            done="の承認を取り消しました。",
        )

    def _withdrawal(
        self,
        request: HttpRequest,
        object_id: str,
        *,
        title: str,
        button: str,
        withdrawal: str,
        done: str,
    ) -> HttpResponse:
        obj = self.found(request, object_id)
        effect = "この承認による移転が、すべての経路ですぐに止まります。"
        return self.act_page(
            request,
            title=title,
            button=button,
            do=lambda data: _done(
                services.withdraw_application(
                    application=obj,
                    reason=data["reason"],
                    withdrawal=withdrawal,
                    act=staff_act(request, procedure=words.PROCEDURE),
                ),
                done,
            ),
            obj=obj,
            form_class=ReasonForm,
            danger=True,
            effects=[
                *self._effects(obj),
                *(
                    [Effect("すぐに起こること", effect, "warned")]
                    if obj.state == State.APPROVED
                    else []
                ),
            ],
            undo="元に戻せません。再び利用するには新しく申請します。",
        )


def _done(application: UseApplication, said: str) -> str:
    return f"利用申請第{application.pk}号{said}"


def _reductions(application: UseApplication, *, granted: bool) -> dict[str, str]:
    items = application.approved_items if granted else application.requested_items
    return dict(items.order_by("pk").values_list("item", "reduction"))


def _in_words(application: UseApplication, *, granted: bool) -> dict[str, Any]:
    """Return an application by label, for the difference: as granted, or as asked."""
    one = application
    said: dict[str, Any] = {
        "利用目的": one.purpose,
        "事務": one.procedure,
        "法令上の根拠": str(one.legal_basis),
        "対象者の範囲": one.subjects,
        "想定件数(年間)": f"{one.expected_count:,}人" if one.expected_count else "",
        "保管期間": one.retention,
        "取扱部署": one.handling_section,
        "移転の形式": words.forms_of(one.granted_forms if granted else one.delivery_forms),
        "個人番号": "移転する"
        if (one.grants_individual_number if granted else one.individual_number)
        else "移転しない",
        "支援措置対象者の住所等": "移転する"
        if (one.grants_protected_people if granted else one.protected_people)
        else "移転しない",
    }
    for item, reduction in _reductions(application, granted=granted).items():
        how = words.reduction_of(reduction) if reduction else "全部"
        said[f"項目: {words.label_of(item)}"] = f"移転する({how})"
    return said


def _changes_since(obj: UseApplication) -> list[Effect]:
    """Return what is asked for beyond the previous approval, for who decides."""
    previous = selectors.previous_approval(obj)
    if previous is None:
        return [Effect("前回の承認", "なし(初めての申請)")]
    before = _reductions(previous, granted=True)
    now = _reductions(obj, granted=False)
    added = [words.label_of(item) for item in now if item not in before]
    wider = [
        words.label_of(item)
        for item, reduction in now.items()
        if item in before and before[item] != reduction
    ]
    effects = [Effect("前回の承認", f"第{previous.pk}号")]
    if added:
        effects.append(Effect("前回にない項目", "、".join(added), "warned"))
    if wider:
        effects.append(Effect("限定が変わる項目", "、".join(wider), "warned"))
    if obj.individual_number and not previous.grants_individual_number:
        effects.append(Effect("個人番号", "前回は承認されていません。", "warned"))
    return effects
