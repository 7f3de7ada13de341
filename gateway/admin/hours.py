"""稼働時間, 計画停止, 送信制限 and how the platform is just now."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display

from gateway.models import (
    OperatingWindow,
    Pace,
    PlannedStop,
    PlatformState,
)
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
class OperatingWindowAdmin(SystemBaseAdmin):
    """稼働時間: weekly windows by group of interfaces."""

    duty = "運用"
    icon = "schedule"
    duty_order = 10
    about = (
        "プラットフォームの稼働時間です。時間外の照会や副本は、次の稼働時間まで自動的に待ちます。"
    )
    empty_text = "登録がありません。登録がない間は、常に稼働しているものとして送信します。"
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
        return MinutesField(label=label, help_text="例: 7:00、24:00")


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
    """稼働状態 of the platform, and our circuit towards it."""

    duty = "運用"
    icon = "lan"
    duty_order = 12
    about = "プラットフォームの稼働状態と、通信の失敗が続いたときの送信の中断です。"
    empty_text = "まだ稼働状態を確認していません。ワーカーが動くと自動的に確認します。"
    list_display = ("__str__", "checked_at", "closes_at", "reopens_at", "failures", "broken_until")
