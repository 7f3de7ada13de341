"""利用申請: the list, one application with what is missing and what differs, and its acts."""

from typing import Any

from django.contrib import admin
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from resident_basic import services
from resident_basic.admin.applications import words
from resident_basic.admin.applications.acts import ActsMixin
from resident_basic.admin.applications.comparing import difference_of
from resident_basic.admin.applications.drafting import EVERY, DraftingMixin, own_systems
from resident_basic.models import ApplicationStep, UseApplication
from sapporo_base.admin import display
from sapporo_base.admin.bases import ReadOnlyAdmin

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


@admin.register(UseApplication)
class UseApplicationAdmin(ActsMixin, DraftingMixin, ReadOnlyAdmin):
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
        if not request.user.has_perm(EVERY):
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
        return difference_of(obj)

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
                display.Moment(
                    at=one.raised_at,
                    what=one.get_kind_display(),
                    text=words.of_mail(one),
                    level="warned",
                )
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
