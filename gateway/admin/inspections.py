"""副本確認: what staff asked the platform about a copy, shown for a day."""

from typing import Any

from django.contrib import admin
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString
from unfold.decorators import display

from gateway.admin.words import StateMixin, lines_of
from gateway.models import CopyInspection
from integrated_address import selectors as addressees
from sapporo_base.admin import display as shown
from sapporo_base.admin.bases import ReadOnlyAdmin
from sapporo_base.admin.looks import RecordedLookMixin


def _yes(value: object) -> str:
    return "設定あり" if value else "設定なし"


@admin.register(CopyInspection)
class CopyInspectionAdmin(StateMixin, RecordedLookMixin, ReadOnlyAdmin):
    """副本確認: asked with a reason, answered in a moment, dropped after a day."""

    personal_file = "child-allowance"
    look_items = ("プラットフォームの副本", "提供先", "フラグ")
    is_list_recorded = False
    duty = "連携"
    icon = "preview"
    duty_order = 35
    about = "プラットフォームにある副本を職員が確認した記録です。内容は24時間で自動的に廃棄します。"
    empty_text = "確認した副本はありません。副本の画面から「内容を確認する」などを選びます。"
    list_display = ("id", "kind", "information_code", "state_word", "asked_by", "asked_at")
    list_filter = ("state", "kind", "information_code")
    list_select_related = ("asked_by",)
    ordering = ("-asked_at",)
    fields = (
        "id",
        "kind",
        "information_code",
        "copy",
        "as_of",
        "state_word",
        "answer_words",
        "asked_by",
        "asked_because",
        "asked_at",
        "answered_at",
        "kept_until",
        "reason_words",
    )
    readonly_fields = ("answer_words",)

    def look_subjects(self, obj: CopyInspection) -> list[tuple[str, str]]:
        """Return whom it is about."""
        return [("integrated", obj.integrated_number)]

    def is_protected(self, obj: CopyInspection) -> bool:
        """Say whether the person stands under 支援措置."""
        return bool(addressees.under_support([obj.integrated_number]))

    @display(description="プラットフォームの回答")
    def answer_words(self, obj: CopyInspection) -> SafeString | str:
        """Return what the platform told, as it is read."""
        if obj.state == CopyInspection.State.ASKED:
            return "問い合わせています。数秒後に画面を開き直してください。"
        if obj.state != CopyInspection.State.ANSWERED:
            return "内容はありません。"
        return _SHOWN[CopyInspection.Kind(obj.kind)](obj.answer, obj)


def _detail(answer: dict[str, Any], obj: CopyInspection) -> SafeString | str:
    if not answer["is_held"]:
        return "プラットフォームはこの副本を持っていません。"
    ours = obj.copy
    if ours is None or ours.digest is None or ours.digest.hex() == answer["digest"]:
        return lines_of(answer["items"])
    names = sorted({*ours.items, *answer["items"]})
    pairs = [(name, ours.items.get(name), answer["items"].get(name)) for name in names]
    return shown.table(
        ("項目", "市", "プラットフォーム"),
        [(name, str(here or ""), str(there or "")) for name, here, there in pairs if here != there],
        caption="市の副本と異なる項目",
        empty="項目は同じです。公開期間などが異なります。",
    )


def _search(answer: dict[str, Any], obj: CopyInspection) -> SafeString:
    by_itself = (
        "自動で回答します。" if answer["is_automatic"] else "自動では回答しません(自動応答不可)。"
    )
    told = shown.facts([("副本", f"{answer['count']:,}件"), ("回答の方法", by_itself)])
    return SafeString(told + lines_of(answer["items"]))


def _recipients(answer: dict[str, Any], obj: CopyInspection) -> SafeString:
    return shown.table(
        ("提供先", "事務コード", "提供日時", "項目"),
        [
            (
                one["asker"],
                one["affair_code"],
                shown.moment(parse_datetime(one["provided_at"])),
                "、".join(one["items"]),
            )
            for one in answer["recipients"]
        ],
        caption="この人のこの特定個人情報を受け取った機関",
        empty="提供した機関はありません。",
    )


def _flags(answer: dict[str, Any], obj: CopyInspection) -> SafeString:
    return shown.facts(
        [
            ("自動応答不可(この人)", _yes(answer["no_automatic_answer"])),
            ("不開示該当(この人)", _yes(answer["not_disclosed"])),
            ("自動応答不可(この特定個人情報)", _yes(answer["information_no_automatic_answer"])),
        ]
    )


_SHOWN = {
    CopyInspection.Kind.DETAIL: _detail,
    CopyInspection.Kind.SEARCH: _search,
    CopyInspection.Kind.RECIPIENTS: _recipients,
    CopyInspection.Kind.FLAGS: _flags,
}
