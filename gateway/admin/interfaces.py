"""中間サーバインターフェイス: which of the 83 the city speaks, for what, and switching one off."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from gateway import services
from gateway.models import InterfacePermission, PlatformInterface
from sapporo_base.admin import display as shown
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, SystemBaseAdmin, staff_act


@admin.register(PlatformInterface)
class PlatformInterfaceAdmin(ReadOnlyAdmin):
    """Which of the 83 interfaces the city speaks, and for what."""

    duty = "運用"
    icon = "cable"
    duty_order = 40
    about = (
        "中間サーバ・プラットフォームの83のインターフェイスと、市での使い道です。"
        "利用を止めたものへの電文は、再開するまで待ちます。"
    )
    empty_text = "一覧が読み込まれていません。manage.py load_reference_data を実行してください。"
    list_display = ("interface_id", "name", "kind_word", "purpose", "use_word")
    list_filter = ("group", "in_use")
    search_fields = ("interface_id", "name", "purpose")
    search_help_text = "IF番号、名称または使い道"
    ordering = ("group", "interface_id")
    fields = ("interface_id", "name", "group", "kind_word", "purpose", "use_word", "stop_reason")
    actions_detail = ("switch_off", "switch_on")

    @display(description="種類")
    def kind_word(self, obj: PlatformInterface) -> str:
        """Return what is done by it."""
        return obj.kind

    @display(description="状態", ordering="in_use")
    def use_word(self, obj: PlatformInterface) -> SafeString:
        """Return whether it is spoken."""
        return shown.badge(*(("利用中", "done") if obj.in_use else ("停止中", "stopped")))

    def _may_switch(self, request: HttpRequest, object_id: Any, *, in_use: bool) -> bool:
        if not request.user.has_perm("gateway.switch_platforminterface"):
            return False
        row = self.get_object(request, object_id) if object_id else None
        return row is None or row.in_use is in_use

    def has_switch_off_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may switch it off."""
        return self._may_switch(request, object_id, in_use=True)

    def has_switch_on_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may switch it on again."""
        return self._may_switch(request, object_id, in_use=False)

    @action(description="利用を止める", permissions=["switch_off"], icon="block")
    def switch_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Stop speaking it."""
        interface = self.get_object(request, object_id)
        return self.act_page(
            request,
            title="インターフェイスの利用停止",
            button="利用を止める",
            obj=interface,
            form_class=ReasonForm,
            effects=[Effect("対象", str(interface)), Effect("使い道", interface.purpose or "-")],
            undo="待っている電文は失われません。再開すると送られます。",
            danger=True,
            do=lambda data: self._switched(request, interface, data["reason"], in_use=False),
        )

    @action(description="利用を再開する", permissions=["switch_on"], icon="play_arrow")
    def switch_on(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Speak it again."""
        interface = self.get_object(request, object_id)
        return self.act_page(
            request,
            title="インターフェイスの利用再開",
            button="利用を再開する",
            obj=interface,
            effects=[
                Effect("対象", str(interface)),
                Effect("止めた理由", interface.stop_reason or "-"),
            ],
            undo="いつでも止められます。",
            do=lambda _: self._switched(request, interface, "", in_use=True),
        )

    def _switched(
        self, request: HttpRequest, interface: PlatformInterface, reason: str, *, in_use: bool
    ) -> str:
        services.switch_interface(
            interface=interface, in_use=in_use, act=staff_act(request, reason=reason)
        )
        return "利用を再開しました。" if in_use else "利用を止めました。"


@admin.register(InterfacePermission)
class InterfacePermissionAdmin(SystemBaseAdmin):
    """インターフェイス利用許可: which business system may use what."""

    duty = "運用"
    icon = "rule"
    duty_order = 41
    about = (
        "庁内業務システムごとに、使用できる中間サーバの機能と特定個人情報です。"
        "許可のない照会・副本・お知らせは受け付けません。"
        "やめるときは終了日を入力します(送信待ちのものは送られます)。"
    )
    empty_text = (
        "許可がないため、どのシステムも照会・副本・お知らせを送れません。"
        "「追加」から登録するか、manage.py load_reference_data を実行してください。"
    )
    list_display = ("system", "group", "information", "valid_from", "valid_until", "reason")
    list_filter = ("group", "system")
    list_select_related = ("system",)
    ordering = ("system", "group", "information_code")

    @display(description="特定個人情報", ordering="information_code")
    def information(self, obj: InterfacePermission) -> str:
        """Return the code, or that it holds for all."""
        return obj.information_code or "全て"
