"""警報: what wants a person, on a page and on the home page."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sapporo_base import selectors
from sapporo_base.admin import display
from sapporo_base.admin.bases import ReadOnlyAdmin
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow
from sapporo_base.models import Alarm


@admin.register(Alarm)
class AlarmAdmin(ReadOnlyAdmin):
    """警報: open ones first."""

    duty, icon, duty_order = "運用", "notification_important", 5
    about = "職員の確認が必要なことです。原因がなくなると自動的に解消します。"
    empty_text = "警報はありません。監視は30秒ごとに自動で行います。"
    list_display = ("title", "what", "status", "raised_at", "cleared_at")
    list_filter = (("cleared_at", admin.EmptyFieldListFilter), "cause")
    ordering = ("-cleared_at", "-raised_at")
    fields = ("title", "status", "words", "way", "raised_at", "seen_at", "cleared_at", "told")
    readonly_fields = ("way",)

    @admin.display(description="内容")
    def what(self, obj: Alarm) -> SafeString:
        """Return what it is about: of one kind there may be several."""
        return display.roomy(obj.words)

    @admin.display(description="状態")
    def status(self, obj: Alarm) -> SafeString:
        """Return whether it is still so."""
        return (
            display.badge("解消済", "done")
            if obj.cleared_at
            else display.badge("発生中", "stopped")
        )

    @admin.display(description="通知")
    def told(self, obj: Alarm) -> Any:
        """Return when it was told, or why not."""
        return f"未通知({obj.told_error})" if obj.told_error else display.moment(obj.told_at)

    @admin.display(description="画面")
    def way(self, obj: Alarm) -> SafeString:
        """Return the way to the page where something can be done."""
        return format_html('<a href="{}">確認する</a>', obj.page) if obj.page else display.NOTHING


def alarm_block(request: HttpRequest) -> HomeBlock | None:
    """Return the open alarms; nothing where there are none."""
    if not request.user.has_perm("sapporo_base.view_alarm"):
        return None
    alarms = selectors.open_alarms()
    if not alarms:
        return None
    listed = reverse("admin:sapporo_base_alarm_changelist")
    return HomeBlock(
        title="警報",
        state=f"{len(alarms)}件",
        attention=Attention.STOPPED,
        # The block itself is marked; a sentence in a badge is hard to read.
        rows=[HomeRow(one.title, url=one.page or listed, note=one.words) for one in alarms],
        links=[("警報の一覧", listed)],
        order=1,
    )
