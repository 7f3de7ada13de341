"""Pages of 庁内業務システム and their credentials."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import action
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from sapporo_base import services
from sapporo_base.acts import JAPAN
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect
from sapporo_base.admin.bases import ReadOnlyAdmin, SystemBaseAdmin, staff_act
from sapporo_base.admin.dates import WarekiDateField
from sapporo_base.models import BusinessSystem, SystemCredential
from sapporo_base.rules.scopes import known_scopes


class IssueForm(forms.Form):
    """What a new credential may do and until when."""

    method = forms.ChoiceField(
        label="認証方式", choices=SystemCredential.Method.choices, widget=UnfoldAdminSelectWidget
    )
    scopes = forms.MultipleChoiceField(
        label="利用範囲",
        choices=lambda: [(scope, f"{title}({scope})") for scope, title in known_scopes().items()],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="この認証情報で行えることを選んでください。移転される項目は利用申請の承認で決まります。",
        error_messages={"required": "利用範囲を1つ以上選んでください。"},
    )
    expires_on = WarekiDateField(
        label="有効期限(この日の終わりまで)", help_text="例: 令和9年3月31日"
    )

    def clean_expires_on(self) -> Any:
        """Refuse a day that has passed."""
        if self.cleaned_data["expires_on"] < timezone.localdate():
            raise forms.ValidationError("今日以降の日付を入力してください。")
        return self.cleaned_data["expires_on"]


@admin.register(BusinessSystem)
class BusinessSystemAdmin(SystemBaseAdmin):
    """庁内業務システム."""

    duty, icon, duty_order = "連携", "hub", 70
    about = "システム基盤と連携する庁内業務システムです。認証・承認・記録はこの単位で行います。"
    list_display = ("code", "name", "section", "uses_number", "where")
    list_filter = ("uses_individual_number", "in_process")
    search_fields = ("business_id", "name", "section")
    search_help_text = "業務ID・名称・所管課で検索"
    ordering = ("business_id", "local_id")
    actions = None
    actions_detail = ("issue_credential",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No system is deleted: records name it."""
        return False

    def has_issue_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Credentials are issued by those who may add them."""
        return request.user.has_perm("sapporo_base.add_systemcredential")

    @admin.display(description="コード", ordering="business_id")
    def code(self, obj: BusinessSystem) -> str:
        """Return 業務ID-独自施策ID."""
        return obj.code

    @admin.display(description="個人番号")
    def uses_number(self, obj: BusinessSystem) -> SafeString:
        """Say whether the system uses 個人番号."""
        return (
            display.badge("利用する", "info")
            if obj.uses_individual_number
            else display.badge("利用しない")
        )

    @admin.display(description="所在")
    def where(self, obj: BusinessSystem) -> str:
        """Say whether it runs in here."""
        return "システム基盤内" if obj.in_process else "外部"

    @action(description="認証情報を発行する", permissions=["issue"], icon="vpn_key")
    def issue_credential(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Issue an ID and secret; the secret is shown once."""
        system = self.found(request, object_id)

        def do(data: dict[str, Any]) -> HttpResponse:
            issued = services.issue_credential(
                system=system,
                method=data["method"],
                scopes=data["scopes"],
                expires_at=datetime.combine(data["expires_on"], time.max, JAPAN),
                act=staff_act(request),
            )
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": system,
                "title": "認証情報を発行しました",
                "issued": issued,
                "back": "../change/",
            }
            response = TemplateResponse(request, "sapporo_base/issued_credential.html", context)
            response["Cache-Control"] = "no-store, private"
            return response

        return self.act_page(
            request,
            title=f"認証情報の発行 {system}",
            button="発行する",
            do=do,
            obj=system,
            form_class=IssueForm,
            effects=[Effect("対象", str(system))],
            undo="シークレットは発行時に一度だけ表示します。古い認証情報は、切替え後に失効させてください。",
        )


@admin.register(SystemCredential)
class SystemCredentialAdmin(ReadOnlyAdmin):
    """システム認証情報."""

    duty, icon, duty_order = "連携", "vpn_key", 71
    about = (
        "庁内業務システムがAPIを使うための認証情報です。発行は庁内業務システムの画面で行います。"
    )
    empty_text = "庁内業務システムの画面で「認証情報を発行する」と、ここに表示されます。"
    list_display = ("system", "client_id", "method", "state", "expires", "last_used")
    list_select_related = ("system",)
    list_filter = ("method", "system")
    search_fields = ("client_id", "system__name")
    ordering = ("-valid_from",)
    fields = (
        "system",
        "client_id",
        "method",
        "scope_list",
        "state",
        "expires",
        "last_used",
        "issued_by",
    )
    actions_detail = ("revoke",)

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Credentials are revoked by those who may change them."""
        return request.user.has_perm("sapporo_base.change_systemcredential")

    @admin.display(description="状態")
    def state(self, obj: SystemCredential) -> SafeString:
        """Say whether it can be used."""
        if obj.revoked_at:
            return display.badge("失効", "stopped")
        return (
            display.badge("期限切れ", "warned")
            if obj.expires_at <= timezone.now()
            else display.badge("有効", "done")
        )

    @admin.display(description="有効期限", ordering="expires_at")
    def expires(self, obj: SystemCredential) -> SafeString:
        """Return until when."""
        return display.moment(obj.expires_at)

    @admin.display(description="最終利用")
    def last_used(self, obj: SystemCredential) -> SafeString:
        """Return when it was last used."""
        return display.moment(obj.last_used_at)

    @admin.display(description="利用範囲")
    def scope_list(self, obj: SystemCredential) -> SafeString:
        """Return what the credential allows, in words."""
        titles = known_scopes()
        return display.items([f"{titles.get(scope, '')}({scope})" for scope in obj.scopes])

    @action(description="失効させる", permissions=["revoke"], icon="block")
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Revoke it and every token that came of it."""
        credential = self.found(request, object_id)

        def do(data: dict[str, Any]) -> None:
            services.revoke_credential(credential=credential, act=staff_act(request))

        return self.act_page(
            request,
            title="認証情報の失効",
            button="失効させる",
            do=do,
            obj=credential,
            danger=True,
            effects=[
                Effect("庁内業務システム", str(credential.system)),
                Effect(
                    "発行済みトークン", f"{credential.tokens.count()}件がすぐに使えなくなります。"
                ),
            ],
            undo="元に戻せません。再び使うには新しく発行してください。",
            done="失効させました。",
        )
