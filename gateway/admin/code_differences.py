"""符号照合: each comparison with the platform, each difference by number, and its mending."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from gateway import selectors, services
from gateway.admin.words import LEVELS, StateMixin, when, words
from gateway.models import CodeDifference, CodeReconciliation
from integrated_address import selectors as addressees
from sapporo_base.acts import Act
from sapporo_base.admin import display as shown
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.looks import OPEN_PROTECTED, RecordedLookMixin
from sapporo_base.admin.rights import holds

FILE = "integrated-address"
PROCEDURE = "符号照合"
Kind = CodeDifference.Kind
CURES = {
    Kind.UNKNOWN_THERE: "番号を登録し直し、要求していた符号を再要求します。登録済だった副本も送り直します。",
    Kind.UNKNOWN_HERE: "市で使っていない番号です。プラットフォームから削除します(符号と副本も消えます)。",
    Kind.ACQUIRED_THERE: "市の状態を「取得済」に改めます。符号を待っていた照会を送信します。",
    Kind.FAILED_THERE: "市の状態を「エラー」に改めます。理由を確かめてから、符号取得状況で再要求します。",
    Kind.REQUESTED_THERE: "市の状態を「要求中」に改め、取得の結果を確認します。",
    Kind.NOT_REQUESTED_THERE: "プラットフォームに要求がありません。符号を再要求します。",
    Kind.OUT_OF_DATE_THERE: (
        "個人番号が変わる前の符号です。番号を削除して登録し直し、副本を送り直します。"
        "新しい符号は符号取得状況から依頼します。"
    ),
}
_HERE = {
    "": "個人番号未登録",
    "not_requested": "未要求",
    "requested": "要求中",
    "acquired": "取得済",
    "failed": "エラー",
    "requested_again": "再要求",
}
_MENDED_AT_ONCE = 10_000


@admin.register(CodeReconciliation)
class CodeReconciliationAdmin(StateMixin, ReadOnlyAdmin):
    """符号照合: numbers and 符号取得状況, here and there."""

    duty = "連携"
    icon = "rule"
    duty_order = 22
    about = (
        "市の団体内統合宛名番号と符号取得状況を、プラットフォームのものと1件ずつ比べた結果です。"
    )
    empty_text = "照合はまだ行っていません。毎晩3時40分に自動で行います。"
    list_display = (
        *("started_at", "state_word", "count_here", "count_there"),
        *("in_flight", "difference_count", "reason_words"),
    )
    list_filter = ("state",)
    ordering = ("-started_at",)
    fields = (*list_display, "ended_at", "difference_table")
    readonly_fields = ("difference_table",)
    actions_list = ("compare_now",)

    def has_compare_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may have 符号 compared."""
        return request.user.has_perm("gateway.reconcile_code")

    @action(description="今すぐ照合する", permissions=["compare"], icon="sync")
    def compare_now(self, request: HttpRequest) -> HttpResponse:
        """Compare now, not only at night."""
        return self.act_page(
            request,
            title="番号と符号を今すぐ照合する",
            button="照合する",
            form_class=ReasonForm,
            effects=[Effect("対象", "使用中のすべての団体内統合宛名番号と符号取得状況")],
            explanation="プラットフォームの稼働中に行います。処理中の番号は相違に数えません。",
            undo="照合だけでは、番号も符号も変わりません。",
            done="照合を始めました。終わると、この一覧に結果が出ます。",
            do=lambda data: services.request_code_reconciliation(
                act=staff_act(request, procedure=PROCEDURE, reason=data["reason"])
            ),
        )

    @display(description="相違の内訳")
    def difference_table(self, obj: CodeReconciliation) -> SafeString:
        """Return how many differ in which way and how far they are mended, each figure the way to them."""
        counted = obj.differences.values_list("kind", "state").annotate(Count("pk"))
        url = reverse("admin:gateway_codedifference_changelist")
        rows = [
            (
                Kind(kind).label,
                shown.badge(CodeDifference.State(state).label, LEVELS[state]),
                format_html(
                    '<a href="{}?reconciliation__id__exact={}&kind__exact={}&state__exact={}">{}</a>',
                    *(url, obj.pk, kind, state, shown.count(count)),
                ),
                CURES[Kind(kind)],
            )
            for kind, state, count in counted.order_by("kind", "state")
        ]
        return shown.table(
            ("相違", "状態", "件数", "直し方"),
            rows,
            caption=f"この照合で見つかった相違 {obj.difference_count:,}件",
            empty="相違はありません。",
        )


@admin.register(CodeDifference)
class CodeDifferenceAdmin(RecordedLookMixin, StateMixin, ReadOnlyAdmin):
    """符号の相違: whose number or 符号 differs and how, and what is done about it."""

    duty = "連携"
    icon = "difference"
    duty_order = 23
    about = (
        "照合で見つかった、市とプラットフォームで異なる番号・符号です。"
        "選んで「相違を直す」と、種類ごとの直し方で直します。"
    )
    empty_text = "相違はありません。毎晩の照合で見つかると、ここに1件ずつ表示されます。"
    nothing_found_text = "条件に当てはまる相違はありません。条件を外すと全件を表示します。"
    personal_file = FILE
    look_items = ("団体内統合宛名番号", "符号取得状況")
    look_procedure = PROCEDURE
    list_before_template = "gateway/code_differences.html"
    list_display = (
        *("number", "kind_words", "here", "there", "state_word"),
        "found_at",
    )
    list_filter = ("state", "kind", "reconciliation")
    search_fields = ("integrated_number__exact",)
    search_help_text = "団体内統合宛名番号"
    list_select_related = ("mended_by",)
    ordering = ("-state", "found_at", "pk")
    fields = (
        *("number", "kind_words", "here", "there", "cause_words", "cure"),
        *("state_word", "found_at", "mended_by", "settled_at", "reconciliation", "person_page"),
    )
    readonly_fields = (
        "number",
        "kind_words",
        "here",
        "there",
        "cause_words",
        "cure",
        "person_page",
    )
    actions = ("mend",)
    actions_detail = ("mend_one",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CodeDifference]:
        """Return the differences; about the protected only for who may see them."""
        rows = super().get_queryset(request)
        if not holds(request, OPEN_PROTECTED, file=FILE):
            rows = rows.exclude(integrated_number__in=addressees.numbers_under_support())
        return rows

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show what waits, by kind with its cure, above the list."""
        context = {"summary": _summary()} if self.has_view_permission(request) else {}
        return super().changelist_view(request, context | (extra_context or {}))

    def look_subjects(self, obj: CodeDifference) -> list[tuple[str, str]]:
        """Return whose number it is."""
        return [("integrated", obj.integrated_number)]

    def is_protected(self, obj: CodeDifference) -> bool:
        """Say whether the person is under 支援措置."""
        return bool(addressees.under_support([obj.integrated_number]))

    @display(description="団体内統合宛名番号", ordering="integrated_number")
    def number(self, obj: CodeDifference) -> SafeString:
        """Return the number in groups of five."""
        return shown.grouped(obj.integrated_number)

    @display(description="相違", ordering="kind")
    def kind_words(self, obj: CodeDifference) -> SafeString:
        """Return what differs, with room for it beside the other columns."""
        return shown.roomy(obj.get_kind_display())

    @display(description="市")
    def here(self, obj: CodeDifference) -> SafeString:
        """Return what the city held when it was compared."""
        words = "番号なし" if obj.kind == Kind.UNKNOWN_HERE else _HERE[obj.state_here]
        return format_html('<span class="sb-one-line">{}</span>', words)

    @display(description="プラットフォーム")
    def there(self, obj: CodeDifference) -> SafeString:
        """Return what the platform held."""
        words = _HERE[obj.state_there] if obj.state_there else "番号なし"
        return format_html('<span class="sb-one-line">{}</span>', words)

    @display(description="プラットフォームの理由")
    def cause_words(self, obj: CodeDifference) -> str:
        """Return why it failed there."""
        return words(obj.cause)

    @display(description="直し方")
    def cure(self, obj: CodeDifference) -> str:
        """Say what mending does."""
        return CURES[Kind(obj.kind)]

    @display(description="本人")
    def person_page(self, obj: CodeDifference) -> SafeString | str:
        """Return the way to the person."""
        if obj.kind == Kind.UNKNOWN_HERE:
            return "市で使っていない番号です。"
        url = reverse(
            "admin:integrated_address_integratedaddressee_change", args=[obj.integrated_number]
        )
        return format_html('<a href="{}">本人の番号と経過を見る</a>', url)

    def has_mend_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may mend differences."""
        return request.user.has_perm("gateway.mend_codedifference")

    @admin.action(description="相違を直す", permissions=["mend"])
    def mend(self, request: HttpRequest, queryset: QuerySet[CodeDifference]) -> HttpResponse:
        """Preview with numbers, then mend each by its own act."""
        ids = list(queryset.order_by("pk").values_list("pk", flat=True)[:_MENDED_AT_ONCE])
        return self._mend(request, ids, None)

    @action(description="この相違を直す", permissions=["mend"], icon="build")
    def mend_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Mend this one."""
        difference = self.found(request, object_id)
        if self.permit_look(request, difference) is None:
            return self._ask_reason(request, difference)
        return self._mend(request, [difference.pk], difference)

    def _mend(
        self, request: HttpRequest, ids: Sequence[int], obj: CodeDifference | None
    ) -> HttpResponse:
        act = staff_act(request, procedure=PROCEDURE)
        plan = services.mend_code_differences(ids=ids, act=act, dry_run=True)
        done = (
            ("番号を登録し直し、符号を再要求する", plan.registered, ""),
            ("市の状態を改める(引継ぎ)", plan.taken_over, ""),
            ("符号を再要求する", plan.requested_again, ""),
            ("番号を削除して登録し直す", plan.registered_anew, "warned"),
            ("プラットフォームから削除する", plan.deleted_there, "warned"),
            ("今回は直さない(対応済か、送信中)", plan.left, ""),
        )
        return self.act_page(
            request,
            title="番号・符号の相違を直す",
            button="相違を直す",
            obj=obj,
            form_class=ReasonForm,
            effects=[
                Effect("選んだ相違", f"{len(ids):,}件"),
                *(Effect(label, f"{count:,}件", level) for label, count, level in done if count),
            ],
            undo=(
                "プラットフォームから削除した番号の符号と副本は戻せません。"
                if plan.deleted_there
                else "次の照合で、直ったことを確かめます。"
            ),
            danger=bool(plan.deleted_there),
            do=lambda data: self._mended(
                ids, staff_act(request, procedure=PROCEDURE, reason=data["reason"])
            ),
        )

    def _mended(self, ids: Sequence[int], act: Act) -> str:
        done = services.mend_code_differences(ids=ids, act=act)
        mended = len(ids) - done.left
        left = f"{done.left:,}件は対応済か送信中のため、変えていません。" if done.left else ""
        return f"{mended:,}件の相違を直しました。プラットフォームへは稼働時間内に送信します。{left}"


def _summary() -> SafeString:
    last, oldest = selectors.last_code_reconciliation(), selectors.oldest_code_differences()
    url = reverse("admin:gateway_codedifference_changelist")
    rows = [
        (
            Kind(kind).label,
            format_html(
                '<a href="{}?kind__exact={}&state__exact=open">{}</a>',
                url,
                kind,
                shown.count(count),
            ),
            shown.waited(oldest[kind], at=timezone.now()),
            shown.roomy(CURES[Kind(kind)]),
        )
        for kind, count in selectors.open_code_difference_counts()
    ]
    told = (
        f"直近の照合 {when(last.started_at)} {last.get_state_display()}" if last else "照合は未実施"
    )
    return shown.table(
        ("相違", "未対応", "最も古いもの", "直し方"),
        rows,
        caption=f"未対応の相違({told})",
        empty="ありません。",
    )
