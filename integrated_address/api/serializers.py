"""The words of the outside: numbering and search."""

from rest_framework import serializers

SYSTEM_CODE = r"^\d{3}-\d{3}$"
MOST_NUMBERS = 1000


class NumberingSerializer(serializers.Serializer):
    """付番依頼 (0320001): 業務番号, 個人番号 if the system may use it, 基本4情報."""

    business_number = serializers.CharField(max_length=20, help_text="業務で管理している番号")
    individual_number = serializers.RegexField(
        r"^\d{12}$",
        required=False,
        write_only=True,
        help_text="個人番号(12桁)。登録がない場合は省略",
        error_messages={"invalid": "半角数字12桁で入力してください。"},
    )
    name = serializers.CharField(max_length=300, help_text="氏名")
    name_kana = serializers.CharField(
        max_length=300, required=False, default="", help_text="氏名カナ"
    )
    birth_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="生年月日"
    )
    birth_text = serializers.CharField(
        max_length=72, required=False, default="", help_text="生年月日の不詳表記"
    )
    sex = serializers.ChoiceField(choices=["0", "1", "2"], default="0", help_text="性別")
    residential_address = serializers.CharField(
        max_length=600, required=False, default="", help_text="住所"
    )
    resident_state = serializers.CharField(
        max_length=1, required=False, default="", help_text="住民状態"
    )


class NumberedSerializer(serializers.Serializer):
    """What became of a numbering request."""

    is_new = serializers.BooleanField(help_text="新たに付番したか")
    is_linked = serializers.BooleanField(help_text="既存の方に業務番号を紐付けたか")
    integrated_number = serializers.CharField(
        required=False, help_text="団体内統合宛名番号(利用できるシステムのみ)"
    )
    withheld = serializers.ListField(child=serializers.CharField(), help_text="提供しない項目")


class SearchSerializer(serializers.Serializer):
    """Whom to search for: one number or a list of them, or kana with birth date or sex."""

    individual_number = serializers.RegexField(
        r"^\d{12}$",
        required=False,
        default="",
        write_only=True,
        error_messages={"invalid": "半角数字12桁で入力してください。"},
    )
    business_number = serializers.CharField(max_length=20, required=False, default="")
    business_numbers = serializers.ListField(
        child=serializers.CharField(max_length=20),
        max_length=MOST_NUMBERS,
        required=False,
        default=list,
        help_text="業務番号の一覧(一括検索)",
    )
    system = serializers.RegexField(
        SYSTEM_CODE, required=False, default="", help_text="業務番号の属するシステム"
    )
    integrated_number = serializers.CharField(max_length=15, required=False, default="")
    name_kana = serializers.CharField(max_length=300, required=False, default="")
    birth_on = serializers.DateField(required=False, allow_null=True, default=None)
    sex = serializers.ChoiceField(choices=["0", "1", "2", ""], required=False, default="")
    procedure = serializers.CharField(max_length=300, help_text="検索を必要とする事務")
    reason = serializers.CharField(
        max_length=300, required=False, default="", help_text="理由(個人番号での検索では必須)"
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
