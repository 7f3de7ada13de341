"""The words of the outside: inquiries, their results, copies."""

from rest_framework import serializers

from gateway.models import Inquiry, Lane, PortalNotice
from sapporo_base.api.fields import ReceiptField

MOST_AT_ONCE = 1000


class InquirySerializer(serializers.Serializer):
    """One 情報照会, under the asking system's own number."""

    request_key = serializers.CharField(max_length=64, help_text="要求キー(再送しても1件)")
    business_number = serializers.CharField(max_length=20, help_text="業務番号")
    procedure_code = serializers.CharField(max_length=16, help_text="事務コード")
    step_code = serializers.CharField(max_length=16, help_text="事務手続コード")
    information_code = serializers.CharField(max_length=16, help_text="特定個人情報名コード")
    provider_code = serializers.RegexField(
        r"^(\d{6}|\d{16})$",
        help_text="情報提供者: 団体コード6桁または機関コード16桁",
        error_messages={"invalid": "6桁または16桁の数字で入力してください。"},
    )
    fiscal_year = serializers.IntegerField(
        min_value=2012, max_value=2100, required=False, allow_null=True, default=None
    )
    period_from = serializers.DateField(required=False, allow_null=True, default=None)
    period_until = serializers.DateField(required=False, allow_null=True, default=None)
    lane = serializers.ChoiceField(
        choices=[Lane.INTERACTIVE, Lane.BATCH], required=False, default=Lane.BATCH
    )
    not_disclosed = serializers.BooleanField(required=False, default=False)

    def validate(self, attrs):
        """A period must end after it begins."""
        start, end = attrs["period_from"], attrs["period_until"]
        if start and end and end < start:
            raise serializers.ValidationError({"period_until": "開始日より前の日付です。"})
        return attrs


class InquiriesSerializer(serializers.Serializer):
    """Up to a thousand inquiries at once."""

    inquiries = serializers.ListField(
        child=InquirySerializer(), allow_empty=False, max_length=MOST_AT_ONCE
    )
    procedure = serializers.CharField(
        max_length=300, required=False, default="", help_text="照会を必要とする事務"
    )


class AcceptedSerializer(serializers.Serializer):
    """What became of one request."""

    request_key = serializers.CharField()
    id = serializers.IntegerField(allow_null=True, help_text="照会番号")
    state = serializers.CharField(help_text="状態コード")
    state_words = serializers.CharField(help_text="状態")
    goes_out_at = serializers.DateTimeField(allow_null=True, help_text="送信の見込み")
    estimated_at = serializers.DateTimeField(allow_null=True, help_text="回答の見込み")
    notice = serializers.CharField(
        help_text="すぐに送信されない理由(稼働時間外、計画停止のお知らせ、職員による停止など)"
    )
    code = serializers.CharField(help_text="受け付けない理由のコード")
    why = serializers.CharField(help_text="受け付けない理由")


class AcceptedListSerializer(serializers.Serializer):
    """What became of each request, and where to look."""

    inquiries = AcceptedSerializer(many=True)
    results = serializers.CharField(help_text="照会結果を受け取るアドレス")


class CancellationsSerializer(serializers.Serializer):
    """Inquiries to be taken back."""

    inquiries = serializers.ListField(
        child=serializers.IntegerField(min_value=1), allow_empty=False, max_length=MOST_AT_ONCE
    )


class CancelledSerializer(serializers.Serializer):
    """What became of one 取りやめ."""

    inquiry_id = serializers.IntegerField(help_text="照会番号")
    outcome = serializers.CharField(
        help_text="結果: cancelled 取りやめた、asked プラットフォームに依頼した、refused 取りやめできない"
    )
    why = serializers.CharField(help_text="取りやめできない理由")


class InquiryStateSerializer(serializers.ModelSerializer):
    """Where an inquiry stands."""

    state_words = serializers.CharField(source="get_state_display")
    goes_out_at = serializers.DateTimeField(
        source="outlook.goes_out_at", allow_null=True, help_text="送信の見込み"
    )
    estimated_at = serializers.DateTimeField(
        source="outlook.answered_at", allow_null=True, help_text="回答の見込み"
    )
    notice = serializers.CharField(source="outlook.why", help_text="すぐに進まない理由")

    class Meta:
        model = Inquiry
        fields = [
            *("id", "request_key", "business_number", "information_code", "provider_code"),
            *("fiscal_year", "lane", "state", "state_words", "accepted_at", "sent_at"),
            *("settled_at", "due_at", "goes_out_at", "estimated_at", "notice"),
        ]


class ResultQuerySerializer(serializers.Serializer):
    """From where to read on."""

    after = ReceiptField(required=False, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=1000, required=False, default=200)


class ConversionProblemSerializer(serializers.Serializer):
    """One item of a result that could not be converted: it stands as it came."""

    item = serializers.CharField(help_text="項目名")
    code = serializers.CharField(help_text="理由のコード")
    words = serializers.CharField(help_text="理由")


class ResultSerializer(serializers.Serializer):
    """How one inquiry ended."""

    receipt = serializers.IntegerField()
    inquiry_id = serializers.IntegerField()
    request_key = serializers.CharField()
    business_number = serializers.CharField()
    business_numbers = serializers.ListField(child=serializers.CharField())
    state = serializers.CharField()
    information_code = serializers.CharField()
    provider_code = serializers.CharField()
    fiscal_year = serializers.IntegerField(allow_null=True)
    provided_at = serializers.DateTimeField(allow_null=True)
    items = serializers.DictField()
    problems = ConversionProblemSerializer(
        many=True, help_text="変換できず、届いたままの値を渡した項目"
    )
    reason_code = serializers.CharField()
    reason = serializers.CharField()
    disposed_at = serializers.DateTimeField(
        allow_null=True, help_text="保存期限を過ぎて項目の値を廃棄した日時"
    )


class ResultPageSerializer(serializers.Serializer):
    """Results in feed order; read on with `after=receipt`."""

    results = ResultSerializer(many=True)
    receipt = serializers.IntegerField()
    has_more = serializers.BooleanField()


class NoticeSerializer(serializers.Serializer):
    """One お知らせ to a person, under the system's own number."""

    request_key = serializers.CharField(max_length=64, help_text="要求キー(再送しても1件)")
    business_number = serializers.CharField(max_length=20, help_text="業務番号")
    title = serializers.CharField(max_length=60, help_text="件名")
    text = serializers.CharField(max_length=1000, help_text="本文")
    shown_from = serializers.DateTimeField(help_text="掲載開始日時")
    shown_until = serializers.DateTimeField(help_text="掲載終了日時")


class NoticesSerializer(serializers.Serializer):
    """Up to a thousand notices at once."""

    notices = serializers.ListField(
        child=NoticeSerializer(), allow_empty=False, max_length=MOST_AT_ONCE
    )


class AcceptedNoticeSerializer(serializers.Serializer):
    """What became of one notice."""

    request_key = serializers.CharField()
    id = serializers.IntegerField(allow_null=True, help_text="お知らせ番号")
    state = serializers.CharField(help_text="状態コード")
    code = serializers.CharField(help_text="受け付けない理由のコード")
    why = serializers.CharField(help_text="受け付けない理由")


class NoticeStateSerializer(serializers.ModelSerializer):
    """Where a notice stands."""

    state_words = serializers.CharField(source="get_state_display")

    class Meta:
        model = PortalNotice
        fields = [
            *("id", "request_key", "business_number", "title", "state", "state_words"),
            *("shown_from", "shown_until", "accepted_at", "sent_at", "read_at", "settled_at"),
        ]


class WithdrawalSerializer(serializers.Serializer):
    """Why a notice is taken back."""

    reason = serializers.CharField(max_length=200, help_text="取消の理由")


class CopySerializer(serializers.Serializer):
    """One 副本 under the system's own number."""

    business_number = serializers.CharField(max_length=20)
    dataset = serializers.CharField(max_length=20)
    key = serializers.CharField(max_length=60)
    items = serializers.DictField()
    published_from = serializers.DateField()
    published_until = serializers.DateField(required=False)
    is_withdrawn = serializers.BooleanField(required=False, default=False)


class CopiesSerializer(serializers.Serializer):
    """Copies of one 特定個人情報."""

    information_code = serializers.RegexField(r"^TM\d{14}$")
    procedure_code = serializers.RegexField(
        r"^JM\d{14}$",
        required=False,
        default="",
        help_text="提供を受ける事務の事務コード(省略時: 根拠のあるすべての事務)",
    )
    step_code = serializers.RegexField(
        r"^JT\d{14}$", required=False, default="", help_text="その事務手続コード"
    )
    copies = serializers.ListField(
        child=CopySerializer(), allow_empty=False, max_length=MOST_AT_ONCE
    )


class CopyCountsSerializer(serializers.Serializer):
    """What became of copies."""

    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    in_error = serializers.IntegerField(source="errors", help_text="副本エラーに残した件数")
