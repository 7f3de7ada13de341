"""ファイル連携: what files systems may leave, and what became of each."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from gateway import selectors, services
from gateway.admin.words import when
from gateway.models import ExchangedFile, FileExchangeSetting
from sapporo_base import selectors as base
from sapporo_base.admin import display as shown
from sapporo_base.admin.act_pages import Effect
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.layouts.definitions import ENCODINGS

_SHOWN = 200
_FOLDERS = (
    ("in", "業務システムがファイルを置く場所"),
    ("taken", "受け取ったファイル"),
    ("receipts", "受領書(件数・SHA-256)"),
    ("errors", "エラー行(行番号・項目・理由)"),
    ("out", "照会結果"),
)
_LEVELS = {
    "done": "done",
    "partly": "warned",
    "refused": "stopped",
    "repeated": "plain",
    "writing": "info",
}


def _layouts() -> list[tuple[str, str]]:
    return [("", "(なし)"), *base.layout_names()]


class FileExchangePlanForm(forms.Form):
    """Layouts, encoding and days."""

    layout_code = forms.ChoiceField(
        label="受け取るファイルのレイアウト",
        choices=base.layout_names,
        widget=UnfoldAdminSelectWidget,
    )
    encoding = forms.ChoiceField(
        label="文字コード", choices=list(ENCODINGS.items()), widget=UnfoldAdminSelectWidget
    )
    result_layout_code = forms.ChoiceField(
        label="照会結果のレイアウト",
        choices=_layouts,
        widget=UnfoldAdminSelectWidget,
        required=False,
        help_text="情報照会の場合に選びます。副本では「(なし)」のままにします。",
    )
    days_kept = forms.IntegerField(
        label="ファイルの保存日数",
        min_value=1,
        max_value=365,
        initial=30,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        help_text="受け取り・作成からこの日数で、ファイル・受領書・エラーを廃棄し、廃棄を記録します。",
    )
    is_active = forms.BooleanField(
        label="利用する", required=False, initial=True, widget=UnfoldBooleanWidget
    )


class FileExchangeForm(FileExchangePlanForm):
    """A new setting: also whose, what, and by which prefix."""

    system = forms.ChoiceField(label="庁内業務システム", widget=UnfoldAdminSelectWidget)
    kind = forms.ChoiceField(
        label="内容", choices=FileExchangeSetting.Kind.choices, widget=UnfoldAdminSelectWidget
    )
    name_prefix = forms.CharField(
        label="ファイル名の先頭",
        max_length=20,
        widget=UnfoldAdminTextInputWidget,
        help_text="半角英数字。例: INQ とすると INQ_20261201.csv を受け取ります。",
    )
    information_code = forms.CharField(
        label="特定個人情報名コード",
        max_length=16,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="副本の場合に入力します(TMと数字14桁)。",
    )
    field_order = ("system", "kind", "name_prefix", "information_code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = sorted(base.system_names().items())
        self.fields["system"].choices = [(code, f"{code} {name}") for code, name in names]


def _plan(data: dict[str, Any]) -> services.FileExchangePlan:
    return services.FileExchangePlan(
        layout_code=data["layout_code"],
        encoding=data["encoding"],
        result_layout_code=data["result_layout_code"],
        days_kept=data["days_kept"],
        is_active=data["is_active"],
    )


@admin.register(FileExchangeSetting)
class FileExchangeSettingAdmin(ReadOnlyAdmin):
    """ファイル連携設定: for each system and kind of file."""

    duty = "連携"
    icon = "folder_shared"
    duty_order = 62
    about = (
        "庁内業務システムがファイルで情報照会・副本を渡し、受領書・エラー・照会結果を受け取るための設定です。"
        "フォルダーは30秒ごとに確認します。"
    )
    empty_text = (
        "ファイル連携の設定はありません。「ファイル連携を設定する」から、"
        "業務システムごとにレイアウトと文字コードを決めます。"
    )
    list_display = ("system", "kind", "prefix", "layout_code", "encoding", "standing", "waiting")
    list_filter = ("system", "kind", "is_active")
    list_select_related = ("system",)
    ordering = ("system__business_id", "kind", "pk")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    *("system", "kind", "prefix", "information_code", "standing"),
                    *("layout_code", "encoding", "result_layout_code", "days_kept"),
                    *("set_up_by", "set_up_at"),
                )
            },
        ),
        ("フォルダー", {"fields": ("places", "left_alone")}),
        ("直近のファイル", {"fields": ("last_files",)}),
    )
    readonly_fields = ("standing", "places", "left_alone", "last_files")
    actions_list = ("set_up",)
    actions_detail = ("change_plan",)

    def prepare(self, request: HttpRequest, rows: Any) -> None:
        """Look once at the folders of the systems on the page."""
        left = {system: services.files_left(system) for system in {row.system for row in rows}}
        for row in rows:
            row.left = left[row.system]

    @display(description="利用")
    def standing(self, obj: FileExchangeSetting) -> SafeString:
        """Say whether it is used."""
        return shown.badge("利用中", "done") if obj.is_active else shown.badge("停止", "stopped")

    @display(description="受領待ち")
    def waiting(self, obj: FileExchangeSetting) -> SafeString:
        """Return how many files lie in the folder that this setting takes."""
        return shown.count(sum(one.setting_id == obj.pk for one in obj.left))

    @display(description="場所")
    def places(self, obj: FileExchangeSetting) -> SafeString:
        """Return where the folders are."""
        root = f"{settings.EXCHANGE_FOLDER}/{obj.system.code}"
        return shown.facts([(words, f"{root}/{name}/") for name, words in _FOLDERS])

    @display(description="受領待ちのファイル")
    def left_alone(self, obj: FileExchangeSetting) -> SafeString:
        """Return what lies in the folder, and why it was not taken yet."""
        return shown.table(
            ("ファイル名", "書込日時", "状況"),
            [
                (one.name, when(one.written_at), one.words)
                for one in services.files_left(obj.system)
            ],
            caption="受領待ちのファイル",
            empty="ファイルはありません。",
        )

    @display(description="直近のファイル")
    def last_files(self, obj: FileExchangeSetting) -> SafeString:
        """Return the newest files."""
        return shown.timeline(
            [
                shown.Moment(
                    one.at,
                    one.get_state_display(),
                    f"{one.sent_name} {one.rows:,}行(エラー {one.rejected:,}行)",
                    url=f"../../../exchangedfile/{one.pk}/change/",
                    level=_LEVELS[one.state],
                )
                for one in selectors.last_exchanged_files(obj, most=10)
            ],
            empty="まだ受け取っていません。",
        )

    def has_set_up_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may set folders up."""
        return request.user.has_perm("gateway.set_up_fileexchangesetting")

    @action(description="ファイル連携を設定する", permissions=["set_up"], icon="add")
    def set_up(self, request: HttpRequest) -> HttpResponse:
        """Let a system leave files."""
        return self.act_page(
            request,
            title="ファイル連携の設定",
            button="設定する",
            form_class=FileExchangeForm,
            explanation=(
                "設定すると、システムのフォルダーを作り、届いたファイルを自動で受け取ります。"
                "照会結果は、設定した後に終わった照会の分から書き出します。"
            ),
            undo="後から停止・変更できます。内容とファイル名の先頭は変えられません。",
            do=lambda data: self._set_up(request, data),
        )

    def _set_up(self, request: HttpRequest, data: dict[str, Any]) -> str:
        setting = services.set_up_file_exchange(
            system=base.system(data["system"]),
            kind=data["kind"],
            prefix=data["name_prefix"],
            information_code=data["information_code"],
            plan=_plan(data),
            act=staff_act(request),
        )
        return f"「{setting}」を設定しました。"

    @action(description="設定を変更・停止する", permissions=["set_up"], icon="edit")
    def change_plan(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Change layouts, encoding and days, or stop."""
        setting = self.get_object(request, object_id)
        return self.act_page(
            request,
            title="ファイル連携の変更",
            button="変更する",
            obj=setting,
            form_class=FileExchangePlanForm,
            initial={name: getattr(setting, name) for name in FileExchangePlanForm.base_fields},
            effects=[
                Effect("対象", str(setting)),
                Effect("受領待ちのファイル", f"{len(services.files_left(setting.system)):,}件"),
            ],
            explanation="「利用する」を外すと、新しいファイルを受け取らず、結果も書き出しません。",
            undo="同じ画面で戻せます。停止中に置かれたファイルは、再開後に受け取ります。",
            do=lambda data: self._changed(request, setting, data),
        )

    def _changed(
        self, request: HttpRequest, setting: FileExchangeSetting, data: dict[str, Any]
    ) -> str:
        services.change_file_exchange(setting=setting, plan=_plan(data), act=staff_act(request))
        return "設定を変更しました。次の確認から使われます。"


@admin.register(ExchangedFile)
class ExchangedFileAdmin(ReadOnlyAdmin):
    """連携ファイル, the newest first; nobody's values are on these pages."""

    duty = "連携"
    icon = "description"
    duty_order = 62
    about = (
        "業務システムから受け取ったファイルと、渡した照会結果のファイルです。行の値は表示しません。"
    )
    empty_text = (
        "ファイルはまだありません。ファイル連携設定のフォルダーに届くと、ここに表示されます。"
    )
    list_display = ("at", "system", "direction", "name_words", "state_word", "rows", "rejected")
    list_filter = ("state", "direction", "system")
    list_select_related = ("system",)
    search_fields = ("name", "=sha256")
    search_help_text = "ファイル名またはSHA-256"
    ordering = ("-at", "-pk")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    *("system", "setting", "direction", "name_words", "name", "state_word", "why"),
                    *("first", "rows", "accepted", "unchanged", "rejected", "size", "sha256"),
                )
            },
        ),
        (
            "経過",
            {"fields": ("at", "answered_at", "kept", "disposed_at", "stretch", "correlation_id")},
        ),
        ("エラー行", {"fields": ("finding_rows",)}),
    )
    readonly_fields = ("name_words", "state_word", "kept", "stretch", "finding_rows")

    @display(description="元のファイル名", ordering="name")
    def name_words(self, obj: ExchangedFile) -> str:
        """Return the name under which it was left or is fetched."""
        return obj.sent_name

    @display(description="状態", ordering="state")
    def state_word(self, obj: ExchangedFile) -> SafeString:
        """Return the state."""
        return shown.badge(obj.get_state_display(), _LEVELS[obj.state])

    @display(description="保存日数")
    def kept(self, obj: ExchangedFile) -> str:
        """Return for how long it is kept."""
        return f"{obj.setting.days_kept}日"

    @display(description="結果の受領番号")
    def stretch(self, obj: ExchangedFile) -> str:
        """Return which stretch of the result feed it holds."""
        if obj.direction == ExchangedFile.Direction.IN:
            return "-"
        return f"{obj.after_receipt + 1:,}〜{obj.until_receipt:,}"

    @display(description="エラー行")
    def finding_rows(self, obj: ExchangedFile) -> SafeString:
        """Return which rows were not taken or written whole, and why."""
        return shown.table(
            ("行", "項目", "理由"),
            obj.findings[:_SHOWN],
            caption=f"エラー行(先頭{_SHOWN}件まで)",
            empty="エラー行はありません。",
        )
