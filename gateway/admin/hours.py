"""稼働時間, 計画停止, 送信制限 and how the platform is just now."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from gateway import selectors
from gateway.admin.calendar import CalendarMixin
from gateway.admin.words import circuit_words, when
from gateway.models import (
    Circuit,
    OperatingWindow,
    Pace,
    PlannedStop,
    PlatformState,
)
from sapporo_base.admin import display as shown
from sapporo_base.admin.bases import ReadOnlyAdmin, SystemBaseAdmin

_MINUTES_A_DAY = 1440


class MinutesField(forms.CharField):
    """A time of day as clerks write it (7:00, 24:00), kept as minutes from midnight."""

    def prepare_value(self, value: Any) -> Any:
        """Show minutes as a time."""
        return f"{value // 60}:{value % 60:02d}" if isinstance(value, int) else value

    def clean(self, value: Any) -> int:
        """Read a time as minutes."""
        hour, _, minute = str(super().clean(value)).replace("\uff1a", ":").partition(":")
        try:
            minutes = int(hour) * 60 + int(minute or 0)
        except ValueError:
            minutes = -1
        if not 0 <= minutes <= _MINUTES_A_DAY:
            raise forms.ValidationError("0:00から24:00までの時刻を入力してください。")
        return minutes


@admin.register(OperatingWindow)
class OperatingWindowAdmin(CalendarMixin, SystemBaseAdmin):
    """稼働時間: weekly windows by group of interfaces."""

    duty = "運用"
    icon = "schedule"
    duty_order = 10
    about = (
        "プラットフォームの稼働時間です。時間外の照会や副本は、次の稼働時間まで自動的に待ちます。"
    )
    empty_text = "登録がありません。登録がない間は、常に稼働しているものとして送信します。"
    list_before_template = "gateway/calendar_way.html"
    list_display = ("group", "day", "hours_word", "valid_from", "valid_until")
    list_filter = ("group", "day")
    ordering = ("group", "day", "opens_minute")

    @display(description="稼働時間")
    def hours_word(self, obj: OperatingWindow) -> str:
        """Return opening and closing time."""
        return obj.hours

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Ask for times of day, not for minutes."""
        field = super().formfield_for_dbfield(db_field, request, **options)
        if db_field.name not in {"opens_minute", "closes_minute"}:
            return field
        label = "開始時刻" if db_field.name == "opens_minute" else "終了時刻"
        return MinutesField(
            label=label, help_text="例: 7:00、24:00。終日停止する日は、開始も終了も0:00とします。"
        )


@admin.register(PlannedStop)
class PlannedStopAdmin(SystemBaseAdmin):
    """計画停止: announced stops."""

    duty = "運用"
    icon = "event_busy"
    duty_order = 11
    about = "予告された停止です。停止中の照会や副本は失われず、再開後に自動的に送信します。"
    empty_text = "予定されている停止はありません。"
    list_display = ("notice", "group", "starts_at", "ends_at")
    ordering = ("-starts_at",)


@admin.register(Pace)
class PaceAdmin(SystemBaseAdmin):
    """送信制限: how fast a system may send in a lane."""

    duty = "運用"
    icon = "speed"
    duty_order = 13
    about = "庁内業務システムごとの送信の速さです。送信の停止と再開は「送信の状況」で行います。"
    empty_text = "登録がありません。登録がない間は、標準の速さで送信します。"
    list_display = ("system_word", "lane", "per_minute", "most_in_flight")
    list_filter = ("lane",)
    list_select_related = ("system",)
    ordering = ("lane", "system")

    @display(description="庁内業務システム", ordering="system")
    def system_word(self, obj: Pace) -> str:
        """Return the system, or that it holds for all."""
        return str(obj.system or "全システム")


@admin.register(PlatformState)
class PlatformStateAdmin(ReadOnlyAdmin):
    """稼働状態 of the platform, our circuits towards it, and a look at the connection."""

    duty = "運用"
    icon = "lan"
    duty_order = 12
    about = "プラットフォームの稼働状態と、通信の失敗が続いたときの送信の中断です。"
    empty_text = "まだ稼働状態を確認していません。ワーカーが動くと自動的に確認します。"
    list_display = (*("__str__", "circuits", "checked_at", "closes_at", "reopens_at"),)
    actions_list = ("test_connection",)

    @display(description="回路")
    def circuits(self, obj: PlatformState) -> SafeString:
        """Return in which groups we do not send just now and why, or that we send in all."""
        broken = selectors.broken_circuits()
        if not broken:
            return shown.badge(Circuit.State.CLOSED.label, "done")
        return format_html_join(
            "", "<div>{} {}: {}</div>", ((one, *circuit_words(one)) for one in broken)
        )

    def has_test_connection_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may try the connection."""
        return request.user.has_perm("gateway.test_connection")

    @action(description="接続を確かめる", permissions=["test_connection"], icon="network_check")
    def test_connection(self, request: HttpRequest) -> HttpResponse:
        """Try the connection step by step, and tell what was found and what to do."""
        # By name: only tasks may speak to the platform. It runs here and now, within some seconds.
        found = import_string("gateway.tasks.test_connection")()
        rows = [
            (
                one["step"],
                shown.badge("正常", "done") if one["is_good"] else shown.badge("異常", "stopped"),
                one["seen"],
                shown.roomy(one["cure"]),
            )
            for one in found
        ]
        is_good = all(one["is_good"] for one in found)
        said = "接続は正常です。" if is_good else "接続に異常があります。対応を確認してください。"
        return TemplateResponse(
            request,
            "gateway/parts.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": "接続の確認",
                "about": f"{when(timezone.now())} に確かめました。{said}",
                "parts": [
                    shown.table(("段階", "結果", "内容", "対応"), rows, caption="接続の確認の結果")
                ],
            },
        )
