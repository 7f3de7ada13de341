"""配信状況: how far each consumer lags behind the feed, what it was given, what it skipped."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action

from resident_basic import selectors, services
from resident_basic.admin.files import FileSubscriptionForm
from resident_basic.admin.webhooks import WebhookForm, secret_page
from resident_basic.models import Delivery, FileSubscription
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow

_SHOWN = 50
_FEED_USE = {
    True: "異動情報を順に受け取る",
    False: "異動情報は受け取らない(受領と同時の引渡し、または都度の照会)",
}


def _obstacle(delivery: Delivery) -> str:
    obstacle = selectors.obstacle_of(system=delivery.system, day=timezone.localdate())
    return obstacle.cause.words if obstacle else ""


def _age(since: Any) -> str:
    return f"({display.waited(since, at=timezone.now())}前から)" if since else ""


def _stretch(after: int | None, until: int | None) -> str:
    return "" if after is None or until is None else f"{after + 1:,}〜{until:,}"


def _state(delivery: Any) -> tuple[str, str]:
    if not delivery.reads_feed:
        return ("受取なし", "info")
    late = selectors.is_late(delivery, at=timezone.now())
    states = (
        (delivery.skipped_until is not None, "読み飛ばしあり", "stopped"),
        (delivery.read_at is None and delivery.behind, "未受領", "warned"),
        (late and delivery.behind, "遅れ", "warned"),
        (late, "受領確認の遅れ", "warned"),
        (delivery.behind, "未配信あり", "waiting"),
        (delivery.unconfirmed, "受領確認待ち", "info"),
    )
    return next(((word, level) for holds, word, level in states if holds), ("最新", "done"))


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """配信状況, who is furthest behind first."""

    duty = "連携"
    duty_title = "異動情報の配信状況"
    duty_order = 30
    icon = "sync_alt"
    about = (
        "各庁内業務システムが、異動情報をどこまで受け取り、受領を確認したかを示します。"
        "遅れの大きい順です。異動情報は削除されないため、どの位置からでも受け取り直せます。"
    )
    empty_text = "利用申請が承認されると、その庁内業務システムが表示されます。"
    can_export = True
    actions_detail = ("set_up_files", "stop_files", "set_up_webhook", "choose_feed")
    list_display = ("system", "status", "lag", "last_read", "open_receipts", "last_acknowledged")
    search_fields = ("system__business_id", "system__name")
    search_help_text = "庁内業務システムで検索"
    fieldsets = (
        (None, {"fields": ("system", "status")}),
        ("配信", {"fields": ("feed_use", "lag", "read_until", "last_read", "skipped")}),
        ("受領確認", {"fields": ("open_receipts", "acknowledged_until", "last_acknowledged")}),
        ("全件と日次ファイル", {"fields": ("last_snapshot", "day_files")}),
        ("配信の記録(新しい順に50件)", {"fields": ("history",)}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Nothing is typed here."""
        return tuple(name for _, options in self.fieldsets for name in options["fields"])

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        """Return the deliveries with their lag."""
        return selectors.consumers().order_by(*self.get_ordering(request))

    def get_ordering(self, request: HttpRequest) -> Any:
        """Sort who is furthest behind to the top."""
        return ["-behind", "-unconfirmed", "system__business_id"]

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """Return one delivery, and whether this person may open its files."""
        found: Any = super().get_object(request, object_id, from_field)
        if found is not None:
            found.may_see_files = request.user.has_perm("resident_basic.view_deliveryfile")
        return found

    @admin.display(description="状態")
    def status(self, obj: Any) -> SafeString:
        """Say whether everything was taken over, or why nothing is handed on."""
        if obstacle := _obstacle(obj):
            return format_html("{} {}", display.badge("移転停止", "stopped"), obstacle)
        return display.badge(*_state(obj))

    @admin.display(description="異動情報の利用")
    def feed_use(self, obj: Delivery) -> str:
        """Say whether the system reads the feed, or has its data in another way."""
        return _FEED_USE[obj.reads_feed]

    @admin.display(description="未配信の異動", ordering="behind")
    def lag(self, obj: Any) -> SafeString:
        """Return how many changes it has not read, and how long the oldest waits."""
        if not obj.reads_feed:
            return display.NOTHING
        return format_html("{} {}", display.count(obj.behind), _age(obj.waiting_since))

    @admin.display(description="受領確認のない異動", ordering="unconfirmed")
    def open_receipts(self, obj: Any) -> SafeString:
        """Return how many changes it read and has not confirmed, and since when."""
        age = _age(obj.unconfirmed_since) if obj.unconfirmed else ""
        return format_html("{} {}", display.count(obj.unconfirmed), age)

    @admin.display(description="最終配信", ordering="read_at")
    def last_read(self, obj: Delivery) -> SafeString:
        """Return when it last read."""
        return display.moment(obj.read_at)

    @admin.display(description="最終受領確認", ordering="acknowledged_at")
    def last_acknowledged(self, obj: Delivery) -> SafeString:
        """Return when it last confirmed."""
        return display.moment(obj.acknowledged_at)

    @admin.display(description="読み飛ばし")
    def skipped(self, obj: Delivery) -> SafeString:
        """Say which stretch the system jumped over and never was given."""
        if obj.skipped_until is None or obj.skipped_after is None:
            return display.badge("なし", "done")
        return format_html(
            "受領番号 {} から {} までを受け取っていません。{} から受け取り直すよう、"
            "庁内業務システムの担当者に連絡してください。",
            f"{obj.skipped_after + 1:,}",
            f"{obj.skipped_until:,}",
            f"after={obj.skipped_after}",
        )

    @admin.display(description="最終全件配信")
    def last_snapshot(self, obj: Delivery) -> SafeString:
        """Return when everything was last sent, and at which receipt it stood."""
        if obj.snapshot_until is None:
            return display.NOTHING
        return format_html(
            "{} (受領番号 {} の時点)", display.moment(obj.snapshot_at), f"{obj.snapshot_until:,}"
        )

    @admin.display(description="日次ファイル")
    def day_files(self, obj: Any) -> SafeString:
        """Say whether the system gets a file of the day, and which was the last."""
        subscription = selectors.file_subscription(obj.system)
        if subscription is None or not subscription.is_active:
            return display.badge("配信しない")
        last = selectors.files_for(obj.system).first()
        said = display.badge("配信中", "done")
        if last is None:
            return format_html("{} レイアウト {}", said, subscription.layout_code)
        name = format_html("{}", last.name)
        if obj.may_see_files:
            url = reverse("admin:resident_basic_deliveryfile_change", args=[last.pk])
            name = format_html('<a href="{}">{}</a>', url, last.name)
        return format_html("{} レイアウト {} 最新 {}", said, subscription.layout_code, name)

    @action(description="日次ファイルを設定する", permissions=["operate"], icon="draft")
    def set_up_files(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Choose layout and character set of the file of the day."""
        delivery = self.found(request, object_id)
        now = selectors.file_subscription(delivery.system)

        def do(data: dict[str, Any]) -> None:
            services.subscribe_to_files(receiving=delivery.system, act=staff_act(request), **data)

        return self.act_page(
            request,
            title=f"日次ファイルの設定 {delivery.system}",
            button="日次ファイルを配信する",
            do=do,
            obj=delivery,
            form_class=FileSubscriptionForm,
            initial={
                "layout_code": now.layout_code if now else "",
                "encoding": now.encoding if now else FileSubscription.Encoding.UTF_8,
                "starts_after": now.starts_after if now else delivery.read_until,
            },
            effects=[
                Effect("対象", str(delivery.system)),
                Effect("内容", "毎日、前回の続きから異動情報をファイルに書き出します。"),
            ],
            explanation="承認された項目だけが出力されます。レイアウトにあって承認のない項目は空欄です。",
            undo="「日次ファイルを止める」でいつでも止められます。作成済みのファイルは残ります。",
            done="次の作成時刻から日次ファイルを配信します。",
        )

    @action(description="日次ファイルを止める", permissions=["operate"], icon="block")
    def stop_files(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make no more files for the system."""
        delivery = self.found(request, object_id)

        def do(data: dict[str, Any]) -> None:
            services.stop_files(receiving=delivery.system)

        return self.act_page(
            request,
            title=f"日次ファイルの停止 {delivery.system}",
            button="日次ファイルを止める",
            do=do,
            obj=delivery,
            effects=[Effect("対象", str(delivery.system))],
            undo="もう一度設定すると、止めた位置の続きから配信します。",
        )

    @action(description="異動情報の利用を変える", permissions=["operate"], icon="sync_disabled")
    def choose_feed(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say that the system reads the feed, or that it does not: who doesn't is never behind."""
        delivery = self.found(request, object_id)
        turned = not delivery.reads_feed

        def do(data: dict[str, Any]) -> None:
            services.choose_feed(receiving=delivery.system, reads_feed=turned)

        return self.act_page(
            request,
            title=f"異動情報の利用 {delivery.system}",
            button="受け取るシステムにする" if turned else "受け取らないシステムにする",
            do=do,
            obj=delivery,
            effects=[
                Effect("現在", _FEED_USE[delivery.reads_feed]),
                Effect("変更後", _FEED_USE[turned]),
            ],
            explanation="受け取らないシステムは、未配信や遅れに数えません。承認された項目は変わりません。",
            undo="いつでも戻せます。システムが異動情報を読んだ時は、受け取るシステムに戻ります。",
        )

    @action(description="更新通知を設定する", permissions=["operate"], icon="notifications_active")
    def set_up_webhook(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say where the system wants to be woken; the secret that signs is shown once."""
        delivery = self.found(request, object_id)

        def do(data: dict[str, Any]) -> HttpResponse:
            issued = services.subscribe_webhook(
                receiving=delivery.system, url=data["url"], act=staff_act(request)
            )
            return secret_page(self, request, issued)

        return self.act_page(
            request,
            title=f"更新通知の設定 {delivery.system}",
            button="更新通知を設定する",
            do=do,
            obj=delivery,
            form_class=WebhookForm,
            effects=[
                Effect("対象", str(delivery.system)),
                Effect("内容", "新しい異動情報があるときに、署名付きの呼出しを行います。"),
            ],
            explanation="個人の情報は送りません。設定済みの場合は通知先と署名鍵を置き換えます。",
            undo="署名鍵は設定時に一度だけ表示します。更新通知の画面でいつでも止められます。",
        )

    def has_operate_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """How a system is delivered to is set by those who may change it."""
        return bool(request.user.has_perm("resident_basic.change_delivery"))

    @admin.display(description="配信の記録")
    def history(self, obj: Delivery) -> SafeString:
        """Return what was delivered to the system: when, in which form, about how many."""
        return display.table(
            ["日時", "形式", "結果", "受領番号", "件数", "項目"],
            [
                [
                    display.moment(record.at),
                    selectors.FORMS[record.kind],
                    record.get_result_display(),
                    _stretch(record.feed_after, record.feed_until),
                    display.count(record.subject_count),
                    f"{len(record.items):,}項目"
                    + (" 個人番号あり" if record.opened_individual_number else ""),
                ]
                for record in selectors.deliveries_to(obj.system.code)[:_SHOWN]
            ],
            caption="この庁内業務システムへの配信",
        )


def delivery_block(request: HttpRequest) -> HomeBlock | None:
    """Show the consumers that are given nothing any more, and those that have not read everything."""
    if not request.user.has_perm("resident_basic.view_delivery"):
        return None
    now = timezone.now()
    everyone = list(selectors.consumers())
    stopped = {one.pk: words for one in everyone if (words := _obstacle(one))}
    late = {one.pk for one in everyone if selectors.is_late(one, at=now) or one.skipped_until}
    shown = [one for one in everyone if one.behind or one.pk in late]
    shown.sort(key=lambda one: (one.pk not in stopped, one.pk not in late, -one.behind))
    state, attention = ("すべて配信済み" if everyone else "配信の実績なし"), Attention.CALM
    if shown:
        state, attention = f"未配信あり {len(shown):,}システム", Attention.INFORMED
    if late:
        state, attention = f"遅れ {len(late):,}システム", Attention.WAITING
    if stopped.keys() & {one.pk for one in shown}:
        count = len(stopped.keys() & {one.pk for one in shown})
        state, attention = f"移転停止 {count:,}システム", Attention.STOPPED
    return HomeBlock(
        title="異動情報の配信",
        state=state,
        attention=attention,
        rows=[
            HomeRow(
                one.system.name,
                _row_words(one, stopped.get(one.pk, "")),
                reverse("admin:resident_basic_delivery_change", args=[one.pk]),
                Attention.STOPPED
                if one.pk in stopped
                else Attention.WAITING
                if one.pk in late
                else Attention.INFORMED,
            )
            for one in shown[:5]
        ],
        links=[("配信状況の一覧", reverse("admin:resident_basic_delivery_changelist"))],
        order=45,
    )


def _row_words(delivery: Any, obstacle: str) -> str:
    if obstacle:
        return f"{delivery.behind:,}件 {obstacle}"
    if delivery.skipped_until is not None:
        return "読み飛ばしあり"
    if delivery.behind:
        return f"{delivery.behind:,}件 {_age(delivery.waiting_since)}"
    return f"受領確認なし {delivery.unconfirmed:,}件 {_age(delivery.unconfirmed_since)}"
