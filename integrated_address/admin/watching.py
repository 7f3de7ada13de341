"""検索警報 and 検索上限: who searches by 個人番号 more often than is usual."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action

from integrated_address import selectors, services
from integrated_address.admin.finding import PROCEDURE
from integrated_address.models import SearchAlarm, SearchLimit
from integrated_address.rules import limits_without_rows
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, SystemBaseAdmin, staff_act
from sapporo_base.admin.filters import WaitingFirst
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow
from sapporo_base.admin.record_lines import bring_names, named_on, names_of

_SEEN = "seen"


class Seen(WaitingFirst):
    """Whether somebody has looked into it."""

    states = [("waiting", "未確認"), (_SEEN, "確認済")]

    def narrowed(self, queryset: QuerySet[SearchAlarm], state: str) -> QuerySet[SearchAlarm]:
        """Return those that were, or were not, looked into."""
        return queryset.filter(acknowledged_at__isnull=state != _SEEN)


@admin.register(SearchAlarm)
class SearchAlarmAdmin(ReadOnlyAdmin):
    duty, duty_title, duty_order, icon = "監査", "検索警報", 40, "notification_important"
    about = (
        "個人番号による検索が1時間の警報の回数を超えた職員・システムです。"
        "停止の回数を超えると、次の時間帯まで検索できません。"
    )
    empty_text = "未確認の警報はありません。上限を超える検索があると、ここに表示されます。"
    can_export = True
    list_display = ("who", "hour_words", "searches", "state_badge", "raised", "acknowledger")
    list_filter = (Seen, "is_stopped", "holder_kind")
    search_fields = ("=holder",)
    search_help_text = "職員番号・システムコード"
    ordering = ("-raised_at", "-pk")
    readonly_fields = (
        "who",
        "hour_words",
        "searches",
        "state_badge",
        "raised",
        "what_to_do",
        "searches_page",
        "acknowledged_at",
        "acknowledger",
        "note",
    )
    fields = readonly_fields
    actions = ("acknowledge",)
    actions_detail = ("acknowledge_one",)

    def prepare(self, request: HttpRequest, rows: Sequence[SearchAlarm]) -> None:
        """Bring the names along of who searched and who looked into it."""
        bring_names(rows, "holder", "acknowledged_by")

    @admin.display(description="対象", ordering="holder")
    def who(self, obj: SearchAlarm) -> str:
        """Return who searched."""
        return f"{obj.get_holder_kind_display()} {named_on(obj, obj.holder)}"

    @admin.display(description="確認者", ordering="acknowledged_by")
    def acknowledger(self, obj: SearchAlarm) -> str:
        """Return who looked into it."""
        return named_on(obj, obj.acknowledged_by)

    @admin.display(description="対応")
    def what_to_do(self, obj: SearchAlarm) -> str:
        """Say what is to be done about it."""
        if obj.acknowledged_at:
            return "確認済です。"
        return (
            "検索の記録で理由を確かめ、本人と所属長に事情を聞き、結果を書いて確認済にしてください。"
            "事務に必要な検索であれば、「検索上限」で上限を変更できます。"
        )

    @admin.display(description="検索の記録")
    def searches_page(self, obj: SearchAlarm) -> SafeString:
        """Lead to the records of who searched."""
        url = reverse("admin:sapporo_base_linkagerecord_changelist")
        asked = urlencode({"q": obj.holder, "kind": "addressee_searched"})
        return format_html('<a href="{}?{}">個人番号などで検索した記録を見る</a>', url, asked)

    @admin.display(description="時間帯", ordering="hour")
    def hour_words(self, obj: SearchAlarm) -> SafeString:
        """Return the hour in which it was."""
        return display.moment(obj.hour)

    @admin.display(description="検索の停止", ordering="is_stopped")
    def state_badge(self, obj: SearchAlarm) -> SafeString:
        """Return whether searches were stopped."""
        return (
            display.badge("停止した", "stopped")
            if obj.is_stopped
            else display.badge("警報のみ", "warned")
        )

    @admin.display(description="警報日時", ordering="raised_at")
    def raised(self, obj: SearchAlarm) -> SafeString:
        """Return when the alarm was raised."""
        return display.moment(obj.raised_at)

    def has_acknowledge_permission(self, request: HttpRequest) -> bool:
        """Say whether this person may acknowledge alarms."""
        return request.user.has_perm("integrated_address.acknowledge_searchalarm")

    def has_acknowledge_one_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this alarm waits, and this person may acknowledge it."""
        waits = SearchAlarm.objects.filter(pk=object_id, acknowledged_at=None)
        return self.has_acknowledge_permission(request) and (not object_id or waits.exists())

    @admin.action(description="確認済にする", permissions=["acknowledge"])
    def acknowledge(
        self, request: HttpRequest, chosen: QuerySet[SearchAlarm]
    ) -> HttpResponse | None:
        """Ask what was found, then acknowledge the chosen."""
        ids = list(chosen.filter(acknowledged_at=None).values_list("pk", flat=True))
        if not ids:
            messages.info(request, "選択した警報は、すべて確認済です。")
            return None
        return self._acknowledge(request, ids)

    @action(description="確認済にする", permissions=["acknowledge_one"], icon="task_alt")
    def acknowledge_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask what was found, then acknowledge this one."""
        obj = self.found(request, object_id)
        return self._acknowledge(request, [obj.pk], obj)

    def _acknowledge(
        self, request: HttpRequest, ids: Sequence[int], obj: SearchAlarm | None = None
    ) -> HttpResponse:
        def do(data: dict[str, Any]) -> str:
            seen = services.acknowledge_search_alarms(
                alarms=ids, note=data["reason"], act=staff_act(request, procedure=PROCEDURE)
            )
            return f"{seen:,}件の検索警報を確認済にしました。"

        return self.act_page(
            request,
            title="検索警報の確認",
            button="確認済にする",
            do=do,
            obj=obj,
            form_class=ReasonForm,
            effects=[Effect("対象", self.who(obj) if obj else f"{len(ids):,}件")],
            explanation="検索が事務に必要なものだったか、確認した結果を理由の欄に書いてください。",
            undo="確認は取り消せません。自分の検索の警報は、別の職員が確認します。",
        )


@admin.register(SearchLimit)
class SearchLimitAdmin(SystemBaseAdmin):
    duty, duty_title, duty_order, icon = "監査", "検索上限", 41, "speed"
    about = "個人番号による検索の、1時間あたりの警報と停止の回数です。"
    empty_text = (
        f"定めがないときは、職員は{limits_without_rows(is_staff=True).alarm:,}回で警報・"
        f"{limits_without_rows(is_staff=True).stop:,}回で停止、庁内業務システムは"
        f"{limits_without_rows(is_staff=False).alarm:,}回・"
        f"{limits_without_rows(is_staff=False).stop:,}回です。「追加」から変更できます。"
    )
    list_display = ("holder_kind", "holder_words", "alarm_per_hour", "stop_per_hour", "reason")
    list_filter = ("holder_kind",)
    ordering = ("holder_kind", "holder")
    fields = ("holder_kind", "holder", "alarm_per_hour", "stop_per_hour", "reason")

    @admin.display(description="対象", ordering="holder")
    def holder_words(self, obj: SearchLimit) -> str:
        """Return for whom it is."""
        return named_on(obj, obj.holder) or "個別の定めがないすべて"


def home_block(request: HttpRequest) -> HomeBlock | None:
    """Say who searched by 個人番号 too often, until somebody has looked into it."""
    if not request.user.has_perm("integrated_address.view_searchalarm"):
        return None
    waiting = selectors.waiting_search_alarms()
    count = waiting.count()
    url = reverse("admin:integrated_address_searchalarm_changelist")
    shown = list(waiting[:5])
    who = names_of(one.holder for one in shown)
    rows = [
        HomeRow(
            f"{one.get_holder_kind_display()} {who(one.holder)}",
            f"{one.searches:,}回{'(停止)' if one.is_stopped else ''}",
            url,
            Attention.STOPPED if one.is_stopped else Attention.WARNED,
        )
        for one in shown
    ]
    oldest = waiting.first()
    return HomeBlock(
        title="個人番号の検索警報",
        state=f"未確認 {count:,}件" if count else "未確認なし",
        attention=Attention.WARNED if count else Attention.CALM,
        rows=rows,
        note=f"最も古いもの {display.waited(oldest.raised_at, at=timezone.now())}前"
        if oldest
        else "",
        links=[("検索警報を開く", url)],
        order=15,
    )
