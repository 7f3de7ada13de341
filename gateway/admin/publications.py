"""公開終了日一括設定: one drafts, another decides."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from gateway import services
from gateway.admin.words import StateMixin
from gateway.models import PublicationEnd
from sapporo_base.acts import Act
from sapporo_base.admin import display as shown
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.dates import WarekiDateField, WarekiDateWidget


class EndForm(ReasonForm):
    """Of which 特定個人情報 and version, and the last day."""

    information_code = forms.RegexField(
        regex=r"^TM\d{14}$",
        label="特定個人情報名コード",
        widget=UnfoldAdminTextInputWidget,
        error_messages={"invalid": "TMと数字14桁で入力してください。"},
    )
    layout_version = forms.RegexField(
        regex=r"^\d{4}$",
        label="特定個人情報の版番号",
        initial="0001",
        widget=UnfoldAdminTextInputWidget,
        error_messages={"invalid": "数字4桁で入力してください。"},
    )
    ends_on = WarekiDateField(label="公開終了日", widget=WarekiDateWidget)
    field_order = ("information_code", "layout_version", "ends_on", "reason")


@admin.register(PublicationEnd)
class PublicationEndAdmin(StateMixin, ReadOnlyAdmin):
    """公開終了日一括設定: all copies of a version end on a day."""

    duty = "連携"
    icon = "event_busy"
    duty_order = 55
    about = (
        "データ標準レイアウトの改版などで、古い版の副本の公開をまとめて終えます。"
        "起案した職員とは別の職員が決裁すると、プラットフォームに送られます。"
    )
    empty_text = "設定はありません。「起案する」から始めます。"
    list_display = (
        "id",
        "information_code",
        "layout_version",
        "ends_on",
        "state_word",
        "copy_count",
        "drafted_by",
        "decided_by",
    )
    list_filter = ("state", "information_code")
    list_select_related = ("drafted_by", "decided_by")
    ordering = ("-drafted_at",)
    fields = (
        "id",
        "information_code",
        "layout_version",
        "ends_on",
        "state_word",
        "copy_count",
        "ended_count",
        "draft_reason",
        "drafted_by",
        "drafted_at",
        "decided_by",
        "decided_at",
        "done_at",
        "receipt",
        "reason_words",
    )
    actions_list = ("draft",)
    actions_detail = ("decide", "cancel")

    def has_draft_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may draft."""
        return request.user.has_perm("gateway.draft_publicationend")

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may decide."""
        return request.user.has_perm("gateway.decide_publicationend")

    @action(description="起案する", permissions=["draft"], icon="edit_note")
    def draft(self, request: HttpRequest) -> HttpResponse:
        """Draft an end."""
        return self.act_page(
            request,
            title="公開終了日一括設定の起案",
            button="起案する",
            form_class=EndForm,
            explanation="決裁されるまで、プラットフォームの副本は変わりません。",
            undo="決裁の前なら取り消せます。決裁の後も、プラットフォームが実行するまでは取り消せます。",
            do=lambda data: self._drafted(data, staff_act(request, reason=data["reason"])),
        )

    def _drafted(self, data: dict[str, Any], act: Act) -> HttpResponse:
        end = services.draft_publication_end(
            information_code=data["information_code"],
            layout_version=data["layout_version"],
            ends_on=data["ends_on"],
            act=act,
        )
        return HttpResponseRedirect(reverse("admin:gateway_publicationend_change", args=[end.pk]))

    @action(description="決裁する", permissions=["decide"], icon="approval")
    def decide(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Decide a draft."""
        end = self.found(request, object_id)
        now = services.copies_to_end(end.information_code, end.layout_version, end.ends_on)
        return self.act_page(
            request,
            title="公開終了日一括設定の決裁",
            button="決裁する",
            obj=end,
            drafted_by=end.drafted_by.staff_number,
            effects=[
                Effect("特定個人情報", f"{end.information_code} 版番号{end.layout_version}"),
                Effect("公開終了日", shown.day(end.ends_on)),
                Effect("対象の副本", f"{now:,}件(起案時 {end.copy_count:,}件)", "warned"),
                Effect("起案者", str(end.drafted_by)),
                Effect("理由", end.draft_reason),
            ],
            undo="プラットフォームが実行した後は取り消せません。",
            danger=True,
            done="決裁しました。稼働時間内にプラットフォームへ送ります。",
            do=lambda _: self._decided(end, staff_act(request)),
        )

    def _decided(self, end: PublicationEnd, act: Act) -> None:
        services.decide_publication_end(end=end, act=act)

    @action(description="取り消す", permissions=["draft"], icon="undo")
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take it back."""
        end = self.found(request, object_id)
        return self.act_page(
            request,
            title="公開終了日一括設定の取消",
            button="取り消す",
            obj=end,
            form_class=ReasonForm,
            effects=[Effect("対象", str(end)), Effect("副本", f"{end.copy_count:,}件")],
            undo="取り消した設定は戻せません。必要なときは改めて起案します。",
            do=lambda data: self._cancelled(end, staff_act(request, reason=data["reason"])),
        )

    def _cancelled(self, end: PublicationEnd, act: Act) -> None:
        services.cancel_publication_end(end=end, act=act)
