"""Pages of 法令上の根拠 and 特定個人情報ファイル: dated reference data."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from sapporo_base import services
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.models import LegalBasis, PersonalInformationFile


class RetentionForm(ReasonForm):
    """For how many days, and why."""

    days = forms.IntegerField(
        label="保存日数",
        min_value=1,
        max_value=services.LONGEST_KEPT,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="到着からの日数です。空にすると全体の設定によります。",
    )
    field_order = ("days", "reason")


class DatedMixin:
    """Shows from when until when a row is in force."""

    @admin.display(description="適用期間", ordering="valid_from")
    def in_force(self, obj: Any) -> SafeString:
        """Return the span."""
        until = (
            format_html(" ~ {}(前日まで)", display.day(obj.valid_until))
            if obj.valid_until
            else " ~"
        )
        return format_html("{}{}", display.day(obj.valid_from, weekday=False), until)


@admin.register(LegalBasis)
class LegalBasisAdmin(DatedMixin, ReadOnlyAdmin):
    """法令上の根拠."""

    duty, icon, duty_order = "連携", "gavel", 80
    about = "個人番号の利用・移転・照会・提供の根拠です。「仮置き」は公開資料で確認できていないものです。"
    list_display = ("code", "ground", "for_what", "sureness", "in_force")
    list_filter = ("kind", "certainty")
    search_fields = ("code", "law", "item", "procedure", "information")
    search_help_text = "法令・条項・事務・特定個人情報で検索"
    ordering = ("code", "valid_from")
    exclude = ("result_days",)
    readonly_fields = ("kept",)
    actions_detail = ("keep_results",)

    @admin.display(description="区分・条項", ordering="kind")
    def ground(self, obj: LegalBasis) -> SafeString:
        """Return what it allows, by which article."""
        return display.roomy(f"{obj.get_kind_display()} {obj}")

    @admin.display(description="事務", ordering="procedure")
    def for_what(self, obj: LegalBasis) -> SafeString:
        """Return the 事務 for which it does."""
        return display.roomy(obj.procedure)

    @admin.display(description="照会結果の保存")
    def kept(self, obj: LegalBasis) -> str:
        """Return for how long results are kept; nothing where none come."""
        if obj.kind != LegalBasis.Kind.INQUIRE:
            return str(display.NOTHING)
        return (
            f"{obj.result_days:,}日"
            if obj.result_days
            else f"{settings.INQUIRY_RESULT_DAYS}日(全体)"
        )

    def has_keep_results_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person decides it; results come on grounds to inquire only."""
        if not request.user.has_perm("sapporo_base.keep_results_legalbasis"):
            return False
        inquiring = LegalBasis.objects.filter(pk=object_id, kind=LegalBasis.Kind.INQUIRE)
        return object_id is None or inquiring.exists()

    @action(
        description="照会結果の保存日数を定める", permissions=["keep_results"], icon="auto_delete"
    )
    def keep_results(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Decide for how long the values of results on this ground are kept."""
        basis = self.found(request, object_id)
        return self.act_page(
            request,
            title="照会結果の保存日数",
            button="保存日数を定める",
            obj=basis,
            form_class=RetentionForm,
            initial={"days": basis.result_days},
            effects=[
                Effect("根拠", str(basis)),
                Effect("事務", basis.procedure),
                Effect("特定個人情報", basis.information),
                Effect("現在", self.kept(basis)),
            ],
            explanation=(
                "日数を過ぎた照会結果は、毎晩、項目の値だけを廃棄します。照会の記録は残ります。"
            ),
            undo="日数は変え直せますが、廃棄した値は戻せません。短くするときは業務所管課に確認してください。",
            do=lambda data: self._decided(request, basis, data),
        )

    def _decided(self, request: HttpRequest, basis: LegalBasis, data: dict[str, Any]) -> str:
        row = services.keep_results_for(
            basis=basis, days=data["days"], act=staff_act(request, reason=data["reason"])
        )
        return f"照会結果の保存日数を{self.kept(row)}にしました。"

    @admin.display(description="確度")
    def sureness(self, obj: LegalBasis) -> SafeString:
        """Return how sure the row is."""
        level = {"stated": "done", "known": "info", "assumed": "warned"}[obj.certainty]
        return display.badge(obj.get_certainty_display(), level)


@admin.register(PersonalInformationFile)
class PersonalInformationFileAdmin(ReadOnlyAdmin):
    """特定個人情報ファイル."""

    duty, icon, duty_order = "監査", "folder_shared", 40
    about = "評価書に記載した特定個人情報ファイルです。職員の権限はこの単位で付与します。"
    list_display = ("name", "section", "retention")
    search_fields = ("code", "name")
    ordering = ("code",)

    @admin.display(description="保存年数")
    def retention(self, obj: PersonalInformationFile) -> str:
        """Return how long."""
        return f"{obj.retention_years}年"
