"""Pages of 連携履歴 (auditlog): what people and the API changed or opened singly, in Japanese."""

from auditlog import admin as _  # noqa: F401 - registers its page, in whose place ours stands
from auditlog.models import LogEntry
from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from sapporo_base.admin import display
from sapporo_base.admin.bases import ReadOnlyAdmin

_ACTIONS = {0: ("登録", "done"), 1: ("変更", "info"), 2: ("削除", "stopped"), 3: ("閲覧", "plain")}

admin.site.unregister(LogEntry)


@admin.register(LogEntry)
class LinkageHistoryAdmin(ReadOnlyAdmin):
    """連携履歴."""

    duty, icon, duty_order, duty_title = "監査", "history", 11, "連携履歴(変更・閲覧)"
    about = "台帳・権限・照会などを、誰がいつ登録・変更・閲覧したかの履歴です。"
    empty_text = "画面やAPIで登録・変更・閲覧が行われると表示されます。"
    list_display = ("when", "act", "table", "object_repr", "actor", "remote_addr")
    list_filter = ("action",)
    list_select_related = ("content_type", "actor")
    search_fields = ("actor__staff_number", "cid")
    search_help_text = "職員番号・相関IDで検索"
    ordering = ("-timestamp", "-id")
    fields = ("when", "act", "table", "object_repr", "actor", "remote_addr", "change_table", "cid")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """For those who audit."""
        return request.user.has_perm("auditlog.view_logentry")

    @admin.display(description="日時", ordering="timestamp")
    def when(self, obj: LogEntry) -> SafeString:
        """Return when."""
        return display.moment(obj.timestamp, seconds=True)

    @admin.display(description="操作", ordering="action")
    def act(self, obj: LogEntry) -> SafeString:
        """Return what was done."""
        return display.badge(*_ACTIONS[obj.action])

    @admin.display(description="対象の種類")
    def table(self, obj: LogEntry) -> str:
        """Return the table in words."""
        model = obj.content_type.model_class()
        return str(model._meta.verbose_name) if model else "(廃止)"

    @admin.display(description="変更内容")
    def change_table(self, obj: LogEntry) -> SafeString:
        """Return the change, marked in place."""
        model = obj.content_type.model_class()
        names = (
            {f.name: str(getattr(f, "verbose_name", f.name)) for f in model._meta.get_fields()}
            if model
            else {}
        )
        before, after = {}, {}
        for name, change in (obj.changes or {}).items():
            label = names.get(name, name)
            if isinstance(change, dict):
                adds = change.get("operation") == "add"
                words = "、".join(map(str, change.get("objects", [])))
                before[label], after[label] = ("", words) if adds else (words, "")
            else:
                before[label], after[label] = (
                    str(v) if v not in {None, "None"} else "" for v in change
                )
        return display.differences(before, after, caption="変更内容")
