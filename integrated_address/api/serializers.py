"""The words of the outside: numbering and search."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from integrated_address.services import MOST_ITEMS, Item
from sapporo_base.api.fields import ReceiptField

SYSTEM_CODE = r"^\d{3}-\d{3}$"
MOST_NUMBERS = 1000


def _individual_number(**more: Any) -> serializers.RegexField:
    """Return the field of a 個人番号; thirteen digits pass, so that a 法人番号 is refused in words."""
    return serializers.RegexField(
        r"^[0-9]{12,13}$",
        write_only=True,
        error_messages={"invalid": "半角数字12桁で入力してください。"},
        **more,
    )


class BasicItemsSerializer(serializers.Serializer):
    """基本4情報 and 住民状態 of a person, by the system's own number."""

    business_number = serializers.CharField(max_length=20, help_text="業務で管理している番号")
    name = serializers.CharField(max_length=300, help_text="氏名")
    name_kana = serializers.CharField(
        max_length=300, required=False, default="", allow_blank=True, help_text="氏名カナ"
    )
    birth_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="生年月日"
    )
    birth_text = serializers.CharField(
        max_length=72, required=False, default="", allow_blank=True, help_text="生年月日の不詳表記"
    )
    sex = serializers.ChoiceField(choices=["0", "1", "2"], default="0", help_text="性別")
    residential_address = serializers.CharField(
        max_length=600, required=False, default="", allow_blank=True, help_text="住所"
    )
    resident_state = serializers.CharField(
        max_length=1, required=False, default="", allow_blank=True, help_text="住民状態"
    )


class NumberingSerializer(BasicItemsSerializer):
    """付番依頼 (0320001): 業務番号, 個人番号 if the system may use it, 基本4情報."""

    individual_number = _individual_number(
        required=False, allow_blank=True, help_text="個人番号(12桁)。登録がない場合は省略または空"
    )
    resident_number = serializers.RegexField(
        r"^[0-9]{15}$",
        required=False,
        default="",
        allow_blank=True,
        help_text="住民宛名番号。個人番号を利用できないシステムは、これで紐付ける",
        error_messages={"invalid": "半角数字15桁で入力してください。"},
    )


class UpdatedSerializer(serializers.Serializer):
    """Whether the system's word counted (0320021)."""

    counts = serializers.BooleanField(
        help_text="反映したか(住登者は、住民記録からの更新だけを反映する)"
    )


class EndingSerializer(serializers.Serializer):
    """The end of a business number."""

    business_number = serializers.CharField(max_length=20)
    on = serializers.DateField(help_text="有効終了日(この日から有効でない)")


class ReopeningSerializer(serializers.Serializer):
    """A business number that is in use again."""

    business_number = serializers.CharField(max_length=20)


class LinkSerializer(serializers.Serializer):
    """The period of a business number as it is known now."""

    business_number = serializers.CharField(source="number")
    valid_from = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)


class NumberChangeSerializer(serializers.Serializer):
    """個人番号の変更: which number, why, from when on."""

    business_number = serializers.CharField(max_length=20)
    individual_number = _individual_number(help_text="新しい個人番号(12桁)")
    kind = serializers.ChoiceField(
        choices=[("on_request", "本人の請求"), ("ex_officio", "職権"), ("corrected", "登録誤り")],
        help_text="変更の種別",
    )
    effective_on = serializers.DateField(help_text="変更の効力の生じた日")
    reason = serializers.CharField(max_length=300, help_text="理由")


class AmendmentSerializer(serializers.Serializer):
    """A 番号訂正 that waits for the decision of staff."""

    number = serializers.IntegerField(source="pk", help_text="番号訂正の番号")
    state = serializers.CharField()


class NumberedSerializer(serializers.Serializer):
    """What became of a numbering request."""

    is_new = serializers.BooleanField(help_text="新たに付番したか")
    is_linked = serializers.BooleanField(help_text="既存の方に業務番号を紐付けたか")
    integrated_number = serializers.CharField(
        required=False, help_text="団体内統合宛名番号(利用できるシステムのみ)"
    )
    withheld = serializers.ListField(child=serializers.CharField(), help_text="提供しない項目")


class SearchSerializer(serializers.Serializer):
    """Whom to search for: one number or a list of them, or name or kana with birth, sex or 住所."""

    individual_number = _individual_number(required=False, default="", allow_blank=True)
    business_number = serializers.CharField(
        max_length=20, required=False, default="", allow_blank=True
    )
    business_numbers = serializers.ListField(
        child=serializers.CharField(max_length=20),
        max_length=MOST_NUMBERS,
        required=False,
        default=list,
        help_text="業務番号の一覧(一括検索)",
    )
    system = serializers.RegexField(
        SYSTEM_CODE,
        required=False,
        default="",
        allow_blank=True,
        help_text="業務番号の属するシステム",
    )
    integrated_number = serializers.CharField(
        max_length=15, required=False, default="", allow_blank=True
    )
    name = serializers.CharField(
        max_length=300,
        required=False,
        default="",
        allow_blank=True,
        help_text="氏名(異体字は同じ字とみなす)",
    )
    name_kana = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    birth_on = serializers.DateField(required=False, allow_null=True, default=None)
    sex = serializers.ChoiceField(choices=["0", "1", "2", ""], required=False, default="")
    residential_address = serializers.CharField(
        max_length=600, required=False, default="", allow_blank=True, help_text="住所またはその一部"
    )
    with_past = serializers.BooleanField(
        required=False, default=False, help_text="過去の氏名・住所でも検索する"
    )
    as_of = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="この日に有効だった番号で検索する"
    )
    known_at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        default=None,
        help_text="この日時に市が把握していた内容で検索する",
    )
    procedure = serializers.CharField(max_length=300, help_text="検索を必要とする事務")
    reason = serializers.CharField(
        max_length=300,
        required=False,
        default="",
        allow_blank=True,
        help_text="理由(個人番号での検索では必須)",
    )


class FoundSerializer(serializers.Serializer):
    """One person as the asking system may know them."""

    asked_number = serializers.CharField(help_text="検索に用いた業務番号(他の検索では空)")
    business_numbers = serializers.ListField(child=serializers.CharField())
    integrated_number = serializers.CharField(allow_null=True)
    code_state = serializers.CharField(allow_null=True)


class SearchResultSerializer(serializers.Serializer):
    """Who was found."""

    people = FoundSerializer(many=True)
    more = serializers.BooleanField()
    withheld = serializers.ListField(child=serializers.CharField())


class _ItemSerializer(serializers.Serializer):
    """One item of a list: one number, or 基本4情報."""

    individual_number = serializers.CharField(required=False)
    business_number = serializers.CharField(required=False)
    integrated_number = serializers.CharField(required=False)
    name = serializers.CharField(required=False)
    name_kana = serializers.CharField(required=False)
    birth_on = serializers.DateField(required=False)
    sex = serializers.CharField(required=False)


_LENGTHS: Mapping[str, int] = {
    "individual_number": 13,
    "business_number": 20,
    "integrated_number": 15,
    "name": 300,
    "name_kana": 300,
    "sex": 1,
    "birth_on": 10,
}
_SEXES = {"", "0", "1", "2"}
_UNFIT = re.compile("[\x00\ud800-\udfff]")
"""What no text in the database can hold: NUL, and half of a surrogate pair."""


@extend_schema_field(_ItemSerializer(many=True))
class ItemsField(serializers.Field):
    """
    A list of items, read by hand: a serializer for each would take longer than the search.

    What is wrong is named by the place of its item, never by its value.
    """

    def to_internal_value(self, data: Any) -> list[Item]:
        """Return the items."""
        if not isinstance(data, list):
            raise serializers.ValidationError("一覧で指定してください。")
        if not data or len(data) > MOST_ITEMS:
            raise serializers.ValidationError(f"1件以上{MOST_ITEMS:,}件以内で指定してください。")
        return [self._item(place, values) for place, values in enumerate(data)]

    def _item(self, place: int, values: Any) -> Item:
        if not isinstance(values, dict) or not values.keys() <= _LENGTHS.keys():
            raise serializers.ValidationError(f"{place + 1}件目: 項目名を確認してください。")
        for name, value in values.items():
            if not isinstance(value, str) or len(value) > _LENGTHS[name]:
                raise serializers.ValidationError(
                    f"{place + 1}件目: {name}は{_LENGTHS[name]}文字以内の文字列で指定してください。"
                )
            if _UNFIT.search(value):
                raise serializers.ValidationError(
                    f"{place + 1}件目: {name}に使えない文字があります。"
                )
        items = {name: value.strip() for name, value in values.items()}
        if items.get("sex", "") not in _SEXES:
            raise serializers.ValidationError(
                f"{place + 1}件目: sexは0・1・2のいずれかで指定してください。"
            )
        return Item(**{**items, "birth_on": self._day(place, items.get("birth_on", ""))})

    def _day(self, place: int, text: str) -> date | None:
        if not text:
            return None
        try:
            # ISO 8601 knows weeks, too: 1981-W06-2 is no day to us.
            return date.fromisoformat(text if text[4:5] == text[7:8] == "-" else "")
        except ValueError:
            raise serializers.ValidationError(
                f"{place + 1}件目: birth_onはYYYY-MM-DDで指定してください。"
            ) from None


class ListSearchSerializer(serializers.Serializer):
    """A search by a list of items."""

    items = ItemsField(help_text=f"検索する項目の一覧({MOST_ITEMS:,}件まで)")
    system = serializers.RegexField(
        SYSTEM_CODE,
        required=False,
        default="",
        allow_blank=True,
        help_text="業務番号の属するシステム",
    )
    procedure = serializers.CharField(max_length=300, help_text="検索を必要とする事務")
    reason = serializers.CharField(
        max_length=300,
        required=False,
        default="",
        allow_blank=True,
        help_text="理由(個人番号での検索では必須)",
    )


class ItemResultSerializer(serializers.Serializer):
    """What became of one item, in the order of the items."""

    result = serializers.ChoiceField(choices=["found", "none", "several", "refused"])
    detail = serializers.CharField(help_text="該当なし・複数・受け付けられない理由")
    business_numbers = serializers.ListField(child=serializers.CharField())
    integrated_number = serializers.CharField(allow_null=True)
    code_state = serializers.CharField(allow_null=True)


class ListResultSerializer(serializers.Serializer):
    """The results, one for each item."""

    results = ItemResultSerializer(many=True)
    withheld = serializers.ListField(child=serializers.CharField())


class MergeNoticeQuerySerializer(serializers.Serializer):
    """From where on, and how many."""

    after = ReceiptField(required=False, default=0, help_text="受領番号")
    limit = serializers.IntegerField(min_value=1, max_value=1000, required=False, default=100)


class MergeNoticeSerializer(serializers.Serializer):
    """名寄せ通知: the caller's own numbers of the two that became one, or are two again."""

    receipt = serializers.IntegerField()
    kind = serializers.ChoiceField(
        choices=["merged", "unmerged"], help_text="merged: 名寄せ、unmerged: 名寄せ解除"
    )
    moved_numbers = serializers.ListField(
        child=serializers.CharField(), help_text="統合された方の、自システムの業務番号"
    )
    kept_numbers = serializers.ListField(
        child=serializers.CharField(), help_text="残った方の、自システムの業務番号"
    )
    at = serializers.DateTimeField()
    retired_number = serializers.CharField(
        allow_null=True, help_text="統合された団体内統合宛名番号(利用できるシステムのみ)"
    )
    present_number = serializers.CharField(
        allow_null=True, help_text="残った団体内統合宛名番号(利用できるシステムのみ)"
    )


class MergeNoticePageSerializer(serializers.Serializer):
    """Notices in order; read on with `after=receipt`."""

    notices = MergeNoticeSerializer(many=True)
    receipt = serializers.IntegerField()
    more = serializers.BooleanField()


class MergeAcknowledgementSerializer(serializers.Serializer):
    """Up to where the caller has taken the notices over."""

    receipt = ReceiptField(help_text="ここまで反映した受領番号")


class MergeAcknowledgedSerializer(serializers.Serializer):
    """How many notices were acknowledged by this."""

    acknowledged = serializers.IntegerField()
