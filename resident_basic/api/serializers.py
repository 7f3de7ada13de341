"""The words of the outside: residents and 異動情報 as a receiver may see them."""

from rest_framework import serializers

from resident_basic.rules.items import REDUCTIONS
from resident_basic.services import MOST_COMPARED
from sapporo_base.api.fields import ReceiptField

MOST_NUMBERS = 1000


class NumbersSerializer(serializers.Serializer):
    """Whom to tell of; numbers travel in the body, never in an address."""

    resident_numbers = serializers.ListField(
        child=serializers.CharField(max_length=15),
        allow_empty=False,
        max_length=MOST_NUMBERS,
        help_text="宛名番号",
    )
    as_of = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="基準日。省略時は最新"
    )
    known_at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        default=None,
        help_text="把握時点。その時点で受領していた内容を返す。省略時は現在",
    )


_REDUCED = "値を減らして提供する項目: " + "、".join(
    f"{code}は{words}" for code, words in REDUCTIONS.items()
)


class PersonSerializer(serializers.Serializer):
    """One resident in the approved items; what is kept back is named."""

    resident_number = serializers.CharField()
    history_number = serializers.IntegerField()
    items = serializers.DictField()
    withheld = serializers.ListField(child=serializers.CharField())
    is_suppressed = serializers.BooleanField(help_text="支援措置により非公開の項目がある")


class ResidentSerializer(PersonSerializer):
    """One resident in the approved items, with what is kept back and what is reduced by name."""

    reduced = serializers.DictField(child=serializers.CharField(), help_text=_REDUCED)


class ChangeSerializer(PersonSerializer):
    """One 異動情報 at its place in the feed."""

    withheld = serializers.ListField(
        child=serializers.CharField(),
        help_text="ページのwithheldのほかに、この異動で提供しない項目(支援措置)",
    )
    receipt = serializers.IntegerField()
    kind = serializers.CharField()
    event_id = serializers.CharField()
    is_latest = serializers.BooleanField()
    recorded_at = serializers.DateTimeField()


class ChangeQuerySerializer(serializers.Serializer):
    """From where to read on."""

    after = ReceiptField(required=False, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=1000, required=False, default=200)


class ChangePageSerializer(serializers.Serializer):
    """Changes in order; read on with `after=receipt`."""

    changes = ChangeSerializer(many=True)
    receipt = serializers.IntegerField()
    has_more = serializers.BooleanField()
    withheld = serializers.ListField(child=serializers.CharField())
    reduced = serializers.DictField(child=serializers.CharField(), help_text=_REDUCED)


class AcknowledgementSerializer(serializers.Serializer):
    """Up to where the receiver has taken the changes over."""

    receipt = ReceiptField()


class DeliverySerializer(serializers.Serializer):
    """How far a receiver is."""

    read_until = serializers.IntegerField()
    acknowledged_until = serializers.IntegerField()


class DeliveryStateSerializer(serializers.Serializer):
    """How far the caller is behind the newest receipt, in changes and in time."""

    stopped = serializers.CharField(
        allow_null=True, help_text="移転が停止している原因(no_approvalのcauseと同じ語)"
    )
    head = serializers.IntegerField(help_text="最新の受領番号")
    read_until = serializers.IntegerField()
    read_at = serializers.DateTimeField(allow_null=True)
    behind = serializers.IntegerField(help_text="未配信の異動の件数")
    waiting_since = serializers.DateTimeField(
        allow_null=True, help_text="未配信の最も古い異動の日時"
    )
    acknowledged_until = serializers.IntegerField()
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    unconfirmed = serializers.IntegerField(help_text="受領確認のない異動の件数")
    unconfirmed_since = serializers.DateTimeField(
        allow_null=True, help_text="受領確認のない最も古い異動の日時"
    )
    skipped_after = serializers.IntegerField(
        allow_null=True, help_text="読み飛ばした範囲。after=この番号から受け取り直す"
    )
    skipped_until = serializers.IntegerField(allow_null=True)
    snapshot_until = serializers.IntegerField(allow_null=True)
    snapshot_at = serializers.DateTimeField(allow_null=True)


class DeliveryFileSerializer(serializers.Serializer):
    """One file of the day: its stretch of the feed, its counts, and what it leaves empty."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    day = serializers.DateField()
    after_receipt = serializers.IntegerField()
    until_receipt = serializers.IntegerField()
    rows = serializers.IntegerField()
    unwritten = serializers.IntegerField(help_text="文字集合や桁数に合わず出力できなかった行数")
    lost = serializers.IntegerField(help_text="縮退した項目数")
    empty_columns = serializers.ListField(
        child=serializers.CharField(), help_text="承認がなく空欄の項目"
    )
    encoding = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    made_at = serializers.DateTimeField()
    remade_at = serializers.DateTimeField(allow_null=True)
    fetched_at = serializers.DateTimeField(allow_null=True)


class CopyHashSerializer(serializers.Serializer):
    """One person of a consumer's copy."""

    resident_number = serializers.RegexField(r"^[0-9]{1,15}$", help_text="宛名番号")
    hash = serializers.RegexField(r"^[0-9a-f]{64}$")


class CopyHashesSerializer(serializers.Serializer):
    """A stretch of a consumer's copy, to be compared; who is not named in it is missing."""

    after = serializers.RegexField(r"^[0-9]{0,15}$", required=False, default="", allow_blank=True)
    until = serializers.RegexField(r"^[0-9]{0,15}$", required=False, default="", allow_blank=True)
    columns = serializers.ListField(child=serializers.CharField(max_length=60), max_length=200)
    receipt = ReceiptField()
    hashes = serializers.ListField(child=CopyHashSerializer(), max_length=MOST_COMPARED)


class ComparisonSerializer(serializers.Serializer):
    """Where the copy differs; with `has_more`, go on with `after=until`."""

    receipt = serializers.IntegerField()
    until = serializers.CharField()
    has_more = serializers.BooleanField()
    compared = serializers.IntegerField()
    differs = serializers.ListField(child=serializers.CharField())
    missing = serializers.ListField(child=serializers.CharField())
    superfluous = serializers.ListField(child=serializers.CharField())
    not_read_yet = serializers.ListField(child=serializers.CharField())


class EventSerializer(serializers.Serializer):
    """One 異動 of 既存住基, by the names of the layout `juki_resident`; absent is empty."""

    items = serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=1000))


class ReceivedChangeSerializer(serializers.Serializer):
    """What became of an 異動."""

    event_id = serializers.CharField()
    is_new = serializers.BooleanField()
    is_latest = serializers.BooleanField()
    missing_history_numbers = serializers.ListField(child=serializers.IntegerField())
