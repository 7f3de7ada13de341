"""副本照合: the nightly comparison, each difference by name, and its mending."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from gateway import selectors, services
from gateway.admin.words import StateMixin, when
from gateway.models import CopyDifference, Reconciliation
from sapporo_base.acts import Act
from sapporo_base.admin import display as shown
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow

_CURES = {
    CopyDifference.Kind.MISSING_THERE: "市の副本を送り直します。",
    CopyDifference.Kind.DIFFERS: "市の副本を送り直して置き換えます。",
    CopyDifference.Kind.UNKNOWN_HERE: "プラットフォームの副本を削除します。",
}
_MENDED_AT_ONCE = 10_000


@admin.register(Reconciliation)
class ReconciliationAdmin(StateMixin, ReadOnlyAdmin):
    """副本照合: count and digest, here and there."""

    duty = "連携"
    icon = "rule"
    duty_order = 50
    about = "市の副本とプラットフォームの副本を、件数とダイジェストで比べた結果です。"
    empty_text = "照合はまだ行っていません。夜間に自動で行います。"
    list_display = (
        "information_code",
        "state_word",
        "count_here",
        "count_there",
        "in_flight",
        "difference_count",
        "started_at",
    )
    list_filter = ("state", "information_code")
    ordering = ("-started_at",)
    fields = (*list_display, "ended_at", "difference_table")
    readonly_fields = ("difference_table",)

    actions_list = ("compare_now",)

    def has_compare_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may have copies compared."""
        return request.user.has_perm("gateway.reconcile_copy")

    @action(description="今すぐ照合する", permissions=["compare"], icon="sync")
    def compare_now(self, request: HttpRequest) -> HttpResponse:
        """Compare now, not only at night."""
        return self.act_page(
            request,
            title="副本を今すぐ照合する",
            button="照合する",
            form_class=ReasonForm,
            effects=[Effect("対象", "市が持つすべての特定個人情報の副本")],
            explanation="プラットフォームの稼働中に行います。送信待・送信中の副本は相違に数えません。",
            undo="照合だけでは、副本は変わりません。",
            done="照合を始めました。終わると、この一覧に結果が出ます。",
            do=lambda data: services.request_reconciliation(
                act=staff_act(request, reason=data["reason"])
            ),
        )

    @display(description="相違の内訳")
    def difference_table(self, obj: Reconciliation) -> SafeString:
        """Return how many differ in which way and how far they are mended, and where each is named."""
        counted = obj.differences.values_list("kind", "state").annotate(Count("pk"))
        url = reverse("admin:gateway_copydifference_changelist")
        rows = [
            (
                CopyDifference.Kind(kind).label,
                CopyDifference.State(state).label,
                count,
                format_html(
                    '<a href="{}?reconciliation__id__exact={}&kind__exact={}&state__exact={}">一覧</a>',
                    url,
                    obj.pk,
                    kind,
                    state,
                ),
            )
            for kind, state, count in counted.order_by("kind", "state")
        ]
        return shown.table(
            ("相違", "状態", "件数", "1件ずつ"),
            rows,
            caption=f"相違 {obj.difference_count:,}件",
            empty="相違はありません。",
        )


@admin.register(CopyDifference)
class CopyDifferenceAdmin(StateMixin, ReadOnlyAdmin):
    """副本の相違: which copies differ, and what is done about it; nobody's number is among them."""

    duty = "連携"
    icon = "difference"
    duty_order = 51
    about = (
        "夜間の照合で見つかった、市とプラットフォームで異なる副本です。"
        "選んで「相違を直す」と、市の副本のとおりになります。"
    )
    empty_text = "相違はありません。夜間の照合で見つかると、ここに1件ずつ表示されます。"
    list_display = (
        "id",
        "state_word",
        "kind_word",
        "copy_link",
        "information_code",
        "found_at",
    )
    list_filter = ("state", "kind", "information_code", "reconciliation")
    list_select_related = ("copy", "mended_by")
    ordering = ("state", "-found_at")
    fields = (
        "id",
        "information_code",
        "kind",
        "cure",
        "state_word",
        "copy_link",
        "dataset",
        "key_word",
        "layout_version",
        "found_at",
        "mended_by",
        "settled_at",
        "reason_words",
        "exchange",
        "reconciliation",
    )
    readonly_fields = ("copy_link", "cure", "key_word")
    actions = ("mend",)
    actions_detail = ("mend_one",)

    @display(description="相違", ordering="kind")
    def kind_word(self, obj: CopyDifference) -> SafeString:
        """Return what differs."""
        return shown.roomy(obj.get_kind_display())

    @display(description="データセットレコードのキー(末尾)")
    def key_word(self, obj: CopyDifference) -> str:
        """Return the end of the key: it may be built of somebody's 業務番号."""
        return f"…{obj.key[-4:]}" if obj.key else "-"

    @display(description="副本")
    def copy_link(self, obj: CopyDifference) -> SafeString | str:
        """Return the copy here, if there is one."""
        if obj.copy_id is None:
            return "市にない"
        url = reverse("admin:gateway_copy_change", args=[obj.copy_id])
        return format_html('<a class="sb-nowrap" href="{}">副本{}</a>', url, obj.copy_id)

    @display(description="直し方")
    def cure(self, obj: CopyDifference) -> str:
        """Say what mending does."""
        return _CURES[CopyDifference.Kind(obj.kind)]

    def has_mend_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may mend differences."""
        return request.user.has_perm("gateway.mend_copy")

    @admin.action(description="相違を直す", permissions=["mend"])
    def mend(self, request: HttpRequest, queryset: QuerySet[CopyDifference]) -> HttpResponse:
        """Preview with numbers, then make the platform hold what the city holds."""
        ids = list(queryset.order_by("pk").values_list("pk", flat=True)[:_MENDED_AT_ONCE])
        return self._mend(request, ids, None)

    @action(description="この相違を直す", permissions=["mend"], icon="build")
    def mend_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Mend this one."""
        difference = self.found(request, object_id)
        return self._mend(request, [difference.pk], difference)

    def _mend(
        self, request: HttpRequest, ids: Sequence[int], obj: CopyDifference | None
    ) -> HttpResponse:
        plan = services.mend_differences(ids=ids, act=staff_act(request), dry_run=True)
        return self.act_page(
            request,
            title="副本の相違を直す",
            button="相違を直す",
            obj=obj,
            form_class=ReasonForm,
            effects=[
                Effect("選んだ相違", f"{len(ids):,}件"),
                Effect("市の副本を送り直す", f"{plan.sent_again:,}件"),
                Effect(
                    "プラットフォームから削除する",
                    f"{plan.deleted_there:,}件",
                    "warned" if plan.deleted_there else "",
                ),
                Effect("今回は直さない", f"{plan.left:,}件(対応済みか、同じ人の副本を送信中)"),
            ],
            undo=(
                "送り直しは何度行っても同じです。削除した副本は、市に元の情報がないため戻せません。"
                if plan.deleted_there
                else "送り直しは何度行っても同じ結果になります。"
            ),
            danger=bool(plan.deleted_there),
            do=lambda data: self._mended(ids, staff_act(request, reason=data["reason"])),
        )

    def _mended(self, ids: Sequence[int], act: Act) -> str:
        done = services.mend_differences(ids=ids, act=act)
        return (
            f"送り直し{done.sent_again:,}件、プラットフォームからの削除{done.deleted_there:,}件を"
            f"始めました。残り{done.left:,}件は次の照合で確かめます。"
        )


def difference_block(request: HttpRequest) -> HomeBlock | None:
    """Return what differs between the city and the platform and waits for a person."""
    rows = []
    if request.user.has_perm("gateway.view_copydifference"):
        url = reverse("admin:gateway_copydifference_changelist")
        rows += [
            HomeRow(
                f"副本: {CopyDifference.Kind(kind).label}",
                f"{count:,}件",
                f"{url}?state__exact=open&kind__exact={kind}",
                Attention.WARNED,
            )
            for kind, count in selectors.open_difference_counts()
        ]
    elif not request.user.has_perm("gateway.view_exchangerecord"):
        return None
    if request.user.has_perm("gateway.view_exchangerecord"):
        count = selectors.different_records().count()
        url = reverse("admin:gateway_exchangerecord_changelist")
        if count:
            rows.append(HomeRow("情報提供等記録の相違", f"{count:,}件", url, Attention.WARNED))
    last = selectors.last_reconciled_at()
    return HomeBlock(
        title="プラットフォームとの照合",
        state="相違あり" if rows else "相違なし" if last else "未実施",
        attention=Attention.WARNED if rows else Attention.CALM,
        rows=rows,
        note=f"副本の最終照合 {when(last)}" if last else "",
        order=25,
    )
