"""Words of the 社会保障宛名 API."""

from rest_framework import serializers

from sapporo_base.api.fields import ReceiptField
from sapporo_base.rules.check_digits import is_corporate_number, is_individual_number
from social_address.selectors import OUT_OF_REGISTRY


class NewcomerSerializer(serializers.Serializer):
    """登録: someone who is not a resident, or a corporation. A 個人番号 is only ever in a body."""

    is_corporation = serializers.BooleanField(default=False)
    individual_number = serializers.CharField(max_length=12, required=False, write_only=True)
    corporate_number = serializers.CharField(max_length=13, required=False)
    name = serializers.CharField(max_length=100)
    name_kana = serializers.CharField(max_length=100, default="", allow_blank=True)
    born_on = serializers.DateField(required=False, allow_null=True)
    born_text = serializers.CharField(max_length=72, default="", allow_blank=True)
    sex = serializers.ChoiceField(choices=["0", "1", "2"], default="0")
    municipality_code = serializers.CharField(max_length=6, default="", allow_blank=True)
    postal_code = serializers.CharField(max_length=7, default="", allow_blank=True)
    residential_address = serializers.CharField(max_length=500, default="", allow_blank=True)
    not_for_other_work = serializers.BooleanField(default=False)

    def validate_individual_number(self, value: str) -> str:
        """Refuse a wrong check digit without repeating the number."""
        if not is_individual_number(value):
            raise serializers.ValidationError("個人番号の検査数字が合いません。")
        return value

    def validate_corporate_number(self, value: str) -> str:
        """Refuse a wrong check digit."""
        if not is_corporate_number(value):
            raise serializers.ValidationError("法人番号の検査数字が合いません。")
        return value


class RegisteredSerializer(serializers.Serializer):
    """What registering gives back."""

    addressee_number = serializers.CharField()


class AddresseeQuerySerializer(serializers.Serializer):
    """検索: at least one of number, name and kana; birth narrows."""

    addressee_number = serializers.CharField(max_length=15, default="", allow_blank=True)
    name = serializers.CharField(max_length=100, default="", allow_blank=True)
    name_kana = serializers.CharField(max_length=100, default="", allow_blank=True)
    born_on = serializers.DateField(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict) -> dict:
        """Refuse a search for everybody."""
        if not (attrs["addressee_number"] or attrs["name"] or attrs["name_kana"]):
            raise serializers.ValidationError(
                "宛名番号、氏名、フリガナのいずれかを指定してください。"
            )
        return attrs


class SubjectSerializer(serializers.Serializer):
    """One addressee as the caller may see it; `withheld` names what is not given."""

    addressee_number = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField()
    name_kana = serializers.CharField()
    alias = serializers.CharField()
    born_on = serializers.DateField(allow_null=True)
    born_text = serializers.CharField()
    sex = serializers.CharField()
    household_number = serializers.CharField()
    head_number = serializers.CharField()
    relationship = serializers.CharField()
    municipality_code = serializers.CharField()
    postal_code = serializers.CharField()
    residential_address = serializers.CharField()
    resident_status = serializers.CharField(
        help_text=f"住民状態のコード、住登外者は {OUT_OF_REGISTRY}"
    )
    resident_since = serializers.DateField(allow_null=True)
    previous_municipality_code = serializers.CharField()
    moved_out_on = serializers.DateField(allow_null=True)
    moved_to_municipality_code = serializers.CharField()
    removed_on = serializers.DateField(allow_null=True)
    is_protected = serializers.BooleanField()
    withheld = serializers.ListField(child=serializers.CharField())


class ChangeQuerySerializer(serializers.Serializer):
    """From which receipt on, and how many."""

    after = ReceiptField(default=0)
    limit = serializers.IntegerField(min_value=1, max_value=1000, default=200)


class SubjectChangeSerializer(serializers.Serializer):
    """One 宛名異動 in the caller's items."""

    receipt = serializers.IntegerField()
    kind = serializers.CharField()
    addressee_number = serializers.CharField()
    change_reason = serializers.CharField()
    changed_on = serializers.DateField(allow_null=True)
    resident_status = serializers.CharField()
    subject = SubjectSerializer(allow_null=True)


class SubjectChangePageSerializer(serializers.Serializer):
    """A stretch of the feed and the receipt to go on from."""

    changes = SubjectChangeSerializer(many=True)
    receipt = serializers.IntegerField()
    has_more = serializers.BooleanField()
