"""送信の状況: what waits and why, per system, lane and day, with estimates; stops by people."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from gateway import selectors, services
from gateway.admin.words import circuit_words, when
from gateway.models import Lane, QueuePause, SendQueue
from sapporo_base.admin import display as shown
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.models import BusinessSystem

_DAYS_SHOWN = 14
_FULL = 100


class PauseForm(ReasonForm):
    """Which queue is stopped, and why."""

    lane = forms.ChoiceField(
        label="レーン",
        required=False,
        choices=[("", "全レーン"), *Lane.choices],
        widget=UnfoldAdminSelectWidget,
    )
    system = forms.ModelChoiceField(
        label="庁内業務システム",
        required=False,
        queryset=BusinessSystem.objects.all(),
        empty_label="全システム",
        widget=UnfoldAdminSelectWidget,
    )
    field_order = ("lane", "system", "reason")


@admin.register(SendQueue)
class SendQueueAdmin(ReadOnlyAdmin):
    """送信の状況: the board of the queues towards the platform."""

    duty = "連携"
    duty_title = "送信の状況"
    icon = "outgoing_mail"
    duty_order = 10
    about = (
        "プラットフォームに送るものが、どこで、なぜ待っていて、いつ送られるかを表示します。"
        "稼働時間になると自動的に送信します。"
    )
    empty_text = "待っているものはまだありません。照会や副本を受け付けると、ここに表示されます。"
    list_before_template = "gateway/board.html"
    list_after_template = "gateway/board_days.html"
    list_display = (
        *("queue", "waiting_word", "under_way_word", "oldest", "pace_word"),
        *("goes_out", "why"),
    )
    sortable_by = ()
    list_display_links = None
    list_filter = ("lane", "system")
    list_select_related = ("system",)
    ordering = ("lane", "system")
    actions_list = ("pause_any",)
    fields = ("lane", "system", "waiting", "waiting_code", "under_way", "sent", "measured_at")

    def get_urls(self) -> list[URLPattern]:
        """Add the pages that stop a queue and let it go on."""
        view = self.admin_site.admin_view
        return [
            path("<int:number>/pause/", view(self.pause_view), name="gateway_sendqueue_pause"),
            path(
                "pauses/<int:number>/resume/",
                view(self.resume_view),
                name="gateway_sendqueue_resume",
            ),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show how the platform is above the queues, and the days below."""
        context: dict[str, Any] = {}
        if self.has_view_permission(request):
            context = {
                "platform": _platform_facts(),
                "pauses": self._pauses(request),
                "days": _days(),
            }
        return super().changelist_view(request, context | (extra_context or {}))

    def prepare(self, request: HttpRequest, rows: Any) -> None:
        """Bring along what waits, why, and until when, for all queues at once."""
        lines = {line.queue.pk: line for line in selectors.queue_board(at=timezone.now())}
        for row in rows:
            row.line = lines[row.pk]
            row.may_pause = self.has_pause_permission(request)

    # Columns

    @admin.display(description="キュー")
    def queue(self, obj: SendQueue) -> SafeString:
        """Return lane and system; some belong to no system."""
        return shown.name_and_kana(obj.get_lane_display(), str(obj.system or "共通"))

    @admin.display(description="送信待ち")
    def waiting_word(self, obj: SendQueue) -> SafeString:
        """Return how many wait, and of them for a 符号."""
        code = f"(ほか符号待ち {obj.waiting_code:,}件)" if obj.waiting_code else ""
        return format_html("{}{}", shown.count(obj.waiting), code)

    @admin.display(description="相手方で処理中")
    def under_way_word(self, obj: SendQueue) -> SafeString:
        """Return how many the platform has and has not answered."""
        return shown.count(obj.under_way)

    @admin.display(description="最も古いもの")
    def oldest(self, obj: SendQueue) -> str:
        """Return how long the oldest has waited."""
        return shown.waited(obj.oldest_at, at=timezone.now()) if obj.oldest_at else ""

    @admin.display(description="件/分")
    def pace_word(self, obj: Any) -> SafeString:
        """Return how fast it drains, and how far the platform slows it."""
        seen = f"{obj.per_minute:,.0f}" if obj.per_minute else "実績なし"
        if obj.line.share == _FULL:
            return format_html("{}", seen)
        return format_html("{} {}", seen, shown.badge(f"{obj.line.share}%に抑制", "warned"))

    @admin.display(description="送信の見込み")
    def goes_out(self, obj: Any) -> str:
        """Return when what waits now has gone out."""
        if not obj.waiting:
            return "待ちなし"
        at = obj.line.outlook.goes_out_at
        return when(at) if at else "未定"

    @admin.display(description="状態と理由")
    def why(self, obj: Any) -> SafeString:
        """Say why it waits, with the way to stop it or to let it go on."""
        word, level, words = _why(obj)
        way = SafeString("")
        if obj.may_pause:
            name, key, verb = (
                ("resume", obj.line.pause.pk, "再開する")
                if obj.line.pause is not None
                else ("pause", obj.pk, "停止する")
            )
            url = reverse(f"admin:gateway_sendqueue_{name}", args=[key])
            way = format_html('<a class="whitespace-nowrap" href="{}">{}</a>', url, verb)
        return format_html("<div>{} {} {}</div>", shown.badge(word, level), shown.roomy(words), way)

    # Acts

    def has_pause_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may stop queues and let them go on."""
        return request.user.has_perm("gateway.pause_sendqueue")

    @action(description="送信を停止する", permissions=["pause"], icon="pause_circle")
    def pause_any(self, request: HttpRequest) -> HttpResponse:
        """Stop a queue, a lane, a system, or all of it."""
        return self._pause(request, initial={})

    def pause_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Stop one queue."""
        if not self.has_pause_permission(request):
            raise PermissionDenied
        queue = self.found(request, str(number))
        return self._pause(request, initial={"lane": queue.lane, "system": queue.system_id})

    def _pause(self, request: HttpRequest, *, initial: dict[str, Any]) -> HttpResponse:
        def do(data: dict[str, Any]) -> str:
            pause = services.pause_queue(
                lane=data["lane"],
                system=data["system"],
                reason=data["reason"],
                act=staff_act(request, reason=data["reason"]),
            )
            return f"{pause}の送信を停止しました。"

        return self.act_page(
            request,
            title="送信の停止",
            button="送信を停止する",
            form_class=PauseForm,
            initial=initial,
            effects=[
                Effect("すぐに起きること", "新しい照会・副本は送信されず、待ち行列に残ります。"),
                Effect("続くこと", "すでに送信したものの結果は、引き続き受け取ります。"),
            ],
            undo="「再開する」でいつでも戻せます。待っていたものは自動的に送信します。",
            do=do,
        )

    def resume_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Let a queue go on."""
        if not self.has_pause_permission(request):
            raise PermissionDenied
        pause = get_object_or_404(QueuePause, pk=number)

        def do(_: dict[str, Any]) -> str:
            services.resume_queue(pause=pause, act=staff_act(request))
            return f"{pause}の送信を再開しました。"

        return self.act_page(
            request,
            title="送信の再開",
            button="送信を再開する",
            effects=[Effect("対象", str(pause)), Effect("停止の理由", pause.reason)],
            undo="再開すると、待っていたものを稼働時間と送信制限に従って自動的に送信します。",
            do=do,
        )

    def _pauses(self, request: HttpRequest) -> SafeString | str:
        pauses = selectors.paused_queues().pauses
        if not pauses:
            return ""
        may = self.has_pause_permission(request)
        rows = [
            (
                str(one),
                shown.roomy(one.reason),
                one.paused_by,
                shown.moment(one.paused_at),
                format_html(
                    '<a href="{}">再開する</a>',
                    reverse("admin:gateway_sendqueue_resume", args=[one.pk]),
                )
                if may
                else "",
            )
            for one in pauses
        ]
        return shown.table(
            ("対象", "理由", "停止した職員", "停止日時", "操作"),
            rows,
            caption="職員が停止している送信",
        )


def _why(obj: Any) -> tuple[str, str, str]:
    """Return why a queue waits: a word, its level, and the rest of the sentence."""
    line = obj.line
    if line.pause is not None:
        who = f"({line.pause.paused_by or '-'} {when(line.pause.paused_at)})"
        return "停止中", "stopped", f"{line.pause.reason}{who}"
    if line.opening.why:
        return "待機中", "waiting", line.opening.why
    if line.share < _FULL:
        return "抑制中", "warned", line.share_cause
    if obj.waiting or obj.under_way:
        return "送信中", "info", ""
    return "待ちなし", "done", ""


def _platform_facts() -> SafeString:
    now = timezone.now()
    state = selectors.platform_state()
    opening = selectors.opening(group="SKI", at=now)
    is_open = not opening.why
    pairs: list[tuple[str, Any]] = [
        (
            "プラットフォーム",
            format_html(
                "{} {}",
                shown.badge(
                    "稼働中" if is_open else "送信できません", "done" if is_open else "waiting"
                ),
                opening.why,
            ),
        )
    ]
    if opening.why and opening.at:
        pairs.append(("送信の再開", shown.moment(opening.at)))
    pairs += [
        (f"回路({one})", format_html("{} {}", *circuit_words(one)))
        for one in selectors.broken_circuits()
    ]
    pairs.append(("最終確認", shown.moment(state.checked_at)))
    failed = selectors.failed_exchange_count()
    if failed:
        url = reverse("admin:gateway_exchange_failures")
        pairs.append(
            (
                "要対応の電文",
                format_html(
                    '{} <a href="{}">原因と対応を見る</a>',
                    shown.badge(f"{failed:,}件", "stopped"),
                    url,
                ),
            )
        )
    return shown.facts(pairs)


def _days() -> SafeString:
    since = timezone.now() - timedelta(days=_DAYS_SHOWN)
    rows = [
        (
            shown.day(one.day),
            Lane(one.lane).label,
            one.messages,
            one.items,
            one.accepted,
            one.refused,
            one.failed,
            one.open,
        )
        for one in selectors.days_of_messages(since=since)
    ]
    return shown.table(
        ("日", "レーン", "電文", "中身", "受理", "拒否", "要対応", "処理中"),
        rows,
        caption=f"日ごとの電文(直近{_DAYS_SHOWN}日)",
        empty="この期間に送った電文はありません。",
    )
