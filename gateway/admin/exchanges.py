"""電文: each message to the platform as a story, what staff do with it; what waits for a person."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from gateway import selectors, services
from gateway.admin.words import StateMixin, when, words
from gateway.models import Exchange, ExchangeStep, Work
from gateway.rules.cures import cure_of
from sapporo_base.acts import InvalidRequest
from sapporo_base.admin import display as shown
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act

_STEP_LEVELS = {"failed": "stopped", "put_off": "warned", "held": "waiting", "settled": "done"}
_ITEMS_SHOWN = 50
_SECONDS_TOLD = 0.1
_TITLES = {
    "requeue": "電文の再送",
    "hold": "電文の保留",
    "release": "電文の保留解除",
    "drop": "電文の取下げ",
}
_UNDO = {
    "requeue": "同じレコードを同じ識別番号で送るため、相手方で二重に登録されることはありません。",
    "hold": "保留した電文は送信されません。保留を解除すると続きから送信します。",
    "release": "解除すると、稼働時間と送信制限に従って自動的に送信します。",
    "drop": "取り下げた電文は戻せません。中身は待ち行列に戻り、別の電文で自動的に送信します。",
}


def _lasting(seconds: float | None) -> str:
    return f"({seconds:.1f}秒)" if seconds and seconds >= _SECONDS_TOLD else ""


class BulkForm(ReasonForm):
    """The reason, and whether it is only tried (予行)."""

    rehearse = forms.BooleanField(
        label="実行せずに件数だけを確かめる(予行)", required=False, initial=False
    )


@admin.register(Exchange)
class ExchangeAdmin(StateMixin, ReadOnlyAdmin):
    """電文: each message to the platform, its tries and its answer."""

    duty = "連携"
    icon = "swap_horiz"
    duty_order = 20
    about = "プラットフォームとの電文です。要対応の電文は、原因を除いてから再送します。"
    empty_text = "電文はありません。照会・副本・符号の処理が始まると、ここに表示されます。"
    list_display = (
        "id",
        "state_word",
        "work",
        "system",
        "item_count",
        "attempts",
        "due_at",
        "error_words",
    )
    list_filter = ("state", "work", "lane", "system")
    list_select_related = ("interface", "system")
    ordering = ("-created_at",)
    fieldsets = (
        (
            None,
            {"fields": ("id", "state_word", "work", "interface", "lane", "system", "next_word")},
        ),
        ("経過", {"fields": ("story",)}),
        (
            "件数",
            {"fields": ("item_count", "accepted_count", "refused_count", "attempts", "contents")},
        ),
        (
            "日時と識別",
            {
                "fields": (
                    *("created_at", "first_sent_at", "received_at", "settled_at"),
                    *("receipt", "idempotency_key", "correlation_id"),
                )
            },
        ),
    )
    actions = ("requeue_chosen", "hold_chosen", "release_chosen", "drop_chosen")
    actions_detail = ("requeue", "hold", "release", "drop")

    def further_places(self, request: HttpRequest) -> list[tuple[str, str, str, str, int, str]]:
        """Return the page of what waits for a person."""
        if not self.has_view_permission(request):
            return []
        url = reverse("admin:gateway_exchange_failures")
        about = "自動では進まない電文を、原因ごとに表示します。"
        return [("連携", "要対応の電文", url, "error_outline", 21, about)]

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of what waits for a person."""
        view = self.admin_site.admin_view
        return [
            path("failures/", view(self.failures_view), name="gateway_exchange_failures"),
            path(
                "failures/<int:first>/<slug:deed>/",
                view(self.failure_act_view),
                name="gateway_exchange_failure_act",
            ),
            *super().get_urls(),
        ]

    # Words

    @display(description="直近のエラー")
    def error_words(self, obj: Exchange) -> SafeString:
        """Return the cause, without anybody's number."""
        return shown.roomy(words(obj.last_error))

    @display(description="次に起きること")
    def next_word(self, obj: Exchange) -> str:
        """Say in a sentence what comes next."""
        state = Exchange.State
        if obj.state == state.DONE:
            return "処理は終わっています。"
        if obj.state == state.DROPPED:
            return "取り下げました。中身は別の電文で送られます。"
        if obj.state == state.HELD:
            return "職員が保留しています。解除すると送信します。"
        if obj.state == state.FAILED:
            return f"職員の対応を待っています。{cure_of(obj.last_error)}"
        pause = selectors.paused_queues().of(obj.lane, obj.system_id)
        if pause is not None and obj.state == state.READY:
            return f"職員が送信を停止しています({pause.reason})。"
        verb = "結果を確認します" if obj.state == state.SENT else "送信します"
        why = words(obj.last_error) if obj.last_error else ""
        return f"{when(max(obj.due_at, timezone.now()))} 以降に{verb}。{why}"

    @display(description="経過")
    def story(self, obj: Exchange) -> SafeString:
        """Tell what happened, from its making to its end."""
        moments = [
            shown.Moment(
                obj.created_at,
                "作成",
                f"{obj.get_work_display()}の電文を{obj.item_count:,}件で作りました。",
            )
        ]
        if obj.first_sent_at:
            moments.append(
                shown.Moment(
                    obj.first_sent_at, "送信", f"{obj.interface}で送信しました。", level="info"
                )
            )
        kind = ExchangeStep.Kind
        moments += [
            shown.Moment(
                step.at,
                step.get_kind_display(),
                words(step.words)
                + (
                    f"({step.seconds:.1f}秒)"
                    if step.seconds and step.seconds >= _SECONDS_TOLD
                    else ""
                ),
                who=step.staff_number,
                level=_STEP_LEVELS.get(kind(step.kind).value, "info"),
            )
            for step in obj.steps.order_by("id")
        ]
        return shown.timeline(sorted(moments, key=lambda one: one.at))

    @display(description="中身")
    def contents(self, obj: Exchange) -> SafeString:
        """Return what it carries, as it was sent; numbers of people are masked."""
        rows = selectors.contents_of(obj, most=_ITEMS_SHOWN)
        more = f"(先頭{_ITEMS_SHOWN}件)" if obj.item_count > _ITEMS_SHOWN else ""
        return shown.table(
            ("番号", "団体内統合宛名番号", "特定個人情報", "相手・データセット", "いまの状態"),
            [
                (
                    format_html('<a href="{}">{}</a>', reverse(row.page, args=[row.pk]), row.pk)
                    if row.page
                    else "",
                    row.masked_number,
                    row.information_code,
                    row.partner,
                    row.state,
                )
                for row in rows
            ],
            caption=f"電文の中身 {obj.item_count:,}件{more}。番号は末尾3桁のほかを伏せています。",
            empty="中身の記録はありません。",
        )

    # Acts

    def has_requeue_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may send messages again; of one, whether it can go again."""
        return request.user.has_perm("gateway.requeue_exchange") and self._can("requeue", object_id)

    def has_hold_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may hold messages; of one, whether it can be held."""
        return request.user.has_perm("gateway.hold_exchange") and self._can("hold", object_id)

    def has_release_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may let held messages go; of one, whether it is held."""
        return request.user.has_perm("gateway.hold_exchange") and self._can("release", object_id)

    def has_drop_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may take messages back; of one, whether it stands where it can be."""
        return request.user.has_perm("gateway.drop_exchange") and self._can("drop", object_id)

    def _can(self, deed: str, object_id: Any) -> bool:
        """Say whether the state of a message allows a deed; of many that is looked at one by one."""
        if object_id is None:
            return True
        states = services.DEEDS[deed].since
        return Exchange.objects.filter(pk=object_id, state__in=states).exists()

    @action(description="再送する", permissions=["requeue"], icon="replay")
    def requeue(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send a message again, at once."""
        return self._singly(request, object_id, "requeue")

    @action(description="保留する", permissions=["hold"], icon="pause")
    def hold(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Keep a message from going out."""
        return self._singly(request, object_id, "hold")

    @action(description="保留を解除する", permissions=["release"], icon="play_arrow")
    def release(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let a held message go."""
        return self._singly(request, object_id, "release")

    @action(description="取り下げる", permissions=["drop"], icon="undo")
    def drop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take a message back; what it carries goes in another."""
        return self._singly(request, object_id, "drop")

    @action(description="選択した電文を再送する", permissions=["requeue"])
    def requeue_chosen(self, request: HttpRequest, chosen: QuerySet[Exchange]) -> HttpResponse:
        """Send those chosen again."""
        return self._many(request, chosen.values_list("pk", flat=True), "requeue")

    @action(description="選択した電文を保留する", permissions=["hold"])
    def hold_chosen(self, request: HttpRequest, chosen: QuerySet[Exchange]) -> HttpResponse:
        """Hold those chosen."""
        return self._many(request, chosen.values_list("pk", flat=True), "hold")

    @action(description="選択した電文の保留を解除する", permissions=["release"])
    def release_chosen(self, request: HttpRequest, chosen: QuerySet[Exchange]) -> HttpResponse:
        """Let those chosen go."""
        return self._many(request, chosen.values_list("pk", flat=True), "release")

    @action(description="選択した電文を取り下げる", permissions=["drop"])
    def drop_chosen(self, request: HttpRequest, chosen: QuerySet[Exchange]) -> HttpResponse:
        """Take those chosen back."""
        return self._many(request, chosen.values_list("pk", flat=True), "drop")

    def _singly(self, request: HttpRequest, object_id: str, deed: str) -> HttpResponse:
        exchange = self.found(request, object_id)
        return self._many(request, [exchange.pk], deed, obj=exchange)

    def _many(
        self, request: HttpRequest, ids: Any, deed: str, *, obj: Any = None, back: str = ""
    ) -> HttpResponse:
        """Show by a dry run what would happen, then do it."""
        ids = list(ids)
        seen = services.do_with_exchanges(deed=deed, ids=ids, act=staff_act(request), dry_run=True)
        effects = [
            Effect("対象の電文", f"{seen.messages:,}件(中身 {seen.items:,}件)"),
            *(
                Effect("対象外", f"{count:,}件: {why}", "warned")
                for why, count in seen.left.items()
            ),
        ]
        if obj is not None:
            effects.append(Effect("直近のエラー", words(obj.last_error)))
        return self.act_page(
            request,
            title=_TITLES[deed],
            button=services.DEEDS[deed].words,
            obj=obj,
            back=back,
            form_class=BulkForm,
            effects=effects,
            undo=_UNDO[deed],
            danger=deed == "drop",
            do=partial(self._done, request, ids, deed),
        )

    def _done(self, request: HttpRequest, ids: list[int], deed: str, data: dict[str, Any]) -> str:
        done = services.do_with_exchanges(
            deed=deed,
            ids=ids,
            act=staff_act(request, reason=data["reason"]),
            dry_run=data["rehearse"],
        )
        if not done.messages:
            raise InvalidRequest("対象になる電文がありません。状態を確かめてください。")
        said = f"{_TITLES[deed]}: 電文{done.messages:,}件(中身 {done.items:,}件)"
        return (
            f"{said}が対象です。実行していません。" if data["rehearse"] else f"{said}を行いました。"
        )

    # What waits for a person

    def failures_view(self, request: HttpRequest) -> HttpResponse:
        """Show what waits for a person, by cause, with what to do about it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = timezone.now()
        rows = [
            (
                format_html('<span class="whitespace-nowrap">{}</span>', Work(one.work).label),
                shown.roomy(words(one.cause)),
                shown.roomy(cure_of(one.cause)),
                one.messages,
                one.items,
                shown.waited(one.oldest, at=now),
                self._ways(request, one),
            )
            for one in selectors.failures_by_cause()
        ]
        table = shown.table(
            ("内容", "原因", "対応", "電文", "中身", "最も古いもの", "操作"),
            rows,
            caption="要対応の電文(原因ごと)",
            empty="要対応の電文はありません。自動の再試行で進まなくなった電文が、ここに表示されます。",
        )
        return TemplateResponse(
            request,
            "gateway/parts.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": "要対応の電文",
                "about": "自動の再試行では進まない電文です。原因を除いてから再送します。",
                "parts": [table],
            },
        )

    def _ways(self, request: HttpRequest, failure: selectors.Failure) -> SafeString:
        ways = [("list", "一覧", True)]
        ways += [("requeue", "再送", self.has_requeue_permission(request))]
        ways += [("drop", "取下げ", self.has_drop_permission(request))]
        listed = f"{reverse('admin:gateway_exchange_changelist')}?state__exact=failed&work__exact={failure.work}"
        links = [
            (
                listed
                if deed == "list"
                else reverse("admin:gateway_exchange_failure_act", args=[min(failure.ids), deed]),
                word,
            )
            for deed, word, allowed in ways
            if allowed
        ]
        return format_html_join(
            SafeString("<br>"), '<a class="whitespace-nowrap" href="{}">{}</a>', links
        )

    def failure_act_view(self, request: HttpRequest, first: int, deed: str) -> HttpResponse:
        """Do something with all messages of the cause of one of them."""
        allowed = {"requeue": self.has_requeue_permission, "drop": self.has_drop_permission}
        if deed not in allowed or not allowed[deed](request):
            raise PermissionDenied
        found = next((one for one in selectors.failures_by_cause() if first in one.ids), None)
        if found is None:
            raise Http404
        return self._many(request, found.ids, deed, back=reverse("admin:gateway_exchange_failures"))
