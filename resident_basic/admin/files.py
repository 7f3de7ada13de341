"""配信ファイル: what was made for whom, which columns stayed empty, and which rows did not fit."""

from django import forms
from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from resident_basic import selectors
from resident_basic.admin.finding import FILE, PROCEDURE
from resident_basic.models import DeliveryFile, FileFinding, FileSubscription
from sapporo_base import selectors as base
from sapporo_base.admin import display
from sapporo_base.admin.bases import ReadOnlyAdmin
from sapporo_base.admin.looks import RecordedLookMixin

_SHOWN = 200
_FACTS = (
    *("system", "day", "name", "row_count", "stretch"),
    *("layout_code", "layout_version", "encoding", "item_list", "empty_list"),
    *("made", "remade", "fetched", "byte_count", "sha256", "is_sealed"),
)


class FileSubscriptionForm(forms.Form):
    """In which layout and character set a system gets its file, and from where on."""

    layout_code = forms.ChoiceField(
        label="レイアウト", choices=base.layout_names, widget=UnfoldAdminSelectWidget
    )
    encoding = forms.ChoiceField(
        label="文字コード",
        choices=FileSubscription.Encoding.choices,
        widget=UnfoldAdminSelectWidget,
    )
    starts_after = forms.IntegerField(
        label="開始位置(受領番号)",
        min_value=0,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        help_text="この受領番号より後の異動から始めます。最初のファイルを作成した後は使われません。",
    )


@admin.register(DeliveryFile)
class DeliveryFileAdmin(RecordedLookMixin, ReadOnlyAdmin):
    """配信ファイル, the newest first."""

    duty, icon, duty_order = "連携", "draft", 32
    duty_title = "日次ファイル"
    about = (
        "庁内業務システムごとに、その日の異動情報を相手方のレイアウトと文字コードで書き出したファイルです。"
        "承認のない項目は空欄になり、相手方の文字集合にない文字や桁あふれは変換結果に載ります。"
    )
    empty_text = "配信状況の画面で日次ファイルを設定すると、毎日作成されて表示されます。"
    personal_file = FILE
    look_items = ("宛名番号", "変換結果")
    look_procedure = PROCEDURE
    is_list_recorded = False
    list_display = ("system", "day_words", "row_count", "trouble", "fetched")
    list_select_related = ("system",)
    list_filter = ("system",)
    search_fields = ("name",)
    search_help_text = "ファイル名で検索"
    ordering = ("-day", "system__business_id")
    fieldsets = (
        (None, {"fields": _FACTS}),
        ("出力できない行", {"fields": ("unwritten_rows",)}),
        ("縮退した文字", {"fields": ("lost_characters",)}),
    )
    readonly_fields = (*_FACTS, "unwritten_rows", "lost_characters")

    def look_subjects(self, obj: DeliveryFile) -> list[tuple[str, str]]:
        """Return the people whom the findings name."""
        numbers = obj.findings.order_by("resident_number").values_list("resident_number", flat=True)
        return [("resident", number) for number in numbers.distinct()[:_SHOWN]]

    @admin.display(description="対象日", ordering="day")
    def day_words(self, obj: DeliveryFile) -> SafeString:
        """Return the day."""
        return display.day(obj.day)

    @admin.display(description="行数", ordering="rows")
    def row_count(self, obj: DeliveryFile) -> SafeString:
        """Return how many rows were written."""
        return display.count(obj.rows, "行")

    @admin.display(description="大きさ")
    def byte_count(self, obj: DeliveryFile) -> SafeString:
        """Return its size."""
        return display.count(obj.size, "バイト")

    @admin.display(description="変換結果")
    def trouble(self, obj: DeliveryFile) -> SafeString:
        """Say whether everything fitted."""
        if obj.unwritten:
            return display.badge(f"出力できない {obj.unwritten:,}行", "stopped")
        if obj.lost:
            return display.badge(f"縮退 {obj.lost:,}項目", "warned")
        return display.badge("すべて出力", "done")

    @admin.display(description="作成日時", ordering="made_at")
    def made(self, obj: DeliveryFile) -> SafeString:
        """Return when it was made."""
        return display.moment(obj.made_at)

    @admin.display(description="内容が変わった再作成")
    def remade(self, obj: DeliveryFile) -> SafeString:
        """Return when an approval or a 支援措置 made another of it."""
        return display.moment(obj.remade_at)

    @admin.display(description="取得", ordering="fetched_at")
    def fetched(self, obj: DeliveryFile) -> SafeString:
        """Return when the system fetched it."""
        if obj.fetched_at is None:
            return display.badge("未取得", "waiting")
        return display.moment(obj.fetched_at)

    @admin.display(description="受領番号")
    def stretch(self, obj: DeliveryFile) -> str:
        """Return which stretch of the feed it holds."""
        if obj.until_receipt == obj.after_receipt:
            return f"{obj.until_receipt:,}まで(異動なし)"
        return f"{obj.after_receipt + 1:,}〜{obj.until_receipt:,}"

    @admin.display(description="移転した項目")
    def item_list(self, obj: DeliveryFile) -> SafeString:
        """Return the approved items that have a place in the file."""
        return display.items(selectors.item_words(obj.items))

    @admin.display(description="承認がなく空欄の項目")
    def empty_list(self, obj: DeliveryFile) -> SafeString:
        """Return the columns of the layout that stayed empty."""
        return display.items(selectors.item_words(obj.empty_columns))

    @admin.display(description="出力できない行")
    def unwritten_rows(self, obj: DeliveryFile) -> SafeString:
        """Return the rows that are not in the file, and why."""
        return _table(obj, FileFinding.Kind.UNWRITTEN, "出力できない行")

    @admin.display(description="縮退した文字")
    def lost_characters(self, obj: DeliveryFile) -> SafeString:
        """Return what was replaced."""
        return _table(obj, FileFinding.Kind.LOST, "縮退した文字")


def _table(file: DeliveryFile, kind: str, caption: str) -> SafeString:
    rows = file.findings.filter(kind=kind).order_by("receipt", "pk")[:_SHOWN]
    if not rows:
        return display.badge("なし", "done")
    return display.table(
        ["受領番号", "宛名番号", "項目", "内容"],
        [
            [f"{one.receipt:,}", display.grouped(one.resident_number), one.item, one.words]
            for one in rows
        ],
        caption=caption,
    )
