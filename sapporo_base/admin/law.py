"""Pages of 法令上の根拠 and 特定個人情報ファイル: dated reference data."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sapporo_base.admin import display
from sapporo_base.admin.bases import ReadOnlyAdmin
from sapporo_base.models import LegalBasis, PersonalInformationFile


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
    list_display = ("code", "kind", "law", "item", "procedure", "sureness", "in_force")
    list_filter = ("kind", "certainty")
    search_fields = ("code", "law", "item", "procedure", "information")
    search_help_text = "法令・条項・事務・特定個人情報で検索"
    ordering = ("code", "valid_from")

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
