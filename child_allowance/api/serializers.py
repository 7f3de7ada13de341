"""The words of the outside: where a 請求・届出 stands."""

from rest_framework import serializers

from child_allowance.models import Claim, Decision

MOST_AT_ONCE = 1000


class ClaimNumbersSerializer(serializers.Serializer):
    """Which claims are asked about, by 受付番号."""

    claim_numbers = serializers.ListField(
        child=serializers.CharField(max_length=20),
        min_length=1,
        max_length=MOST_AT_ONCE,
        help_text="受付番号",
    )


class ClaimStateSerializer(serializers.Serializer):
    """Where one claim stands, and what was decided."""

    claim_number = serializers.CharField(help_text="受付番号")
    kind = serializers.ChoiceField(choices=Claim.Kind.choices, help_text="請求届出種別")
    state = serializers.ChoiceField(choices=Claim.State.choices, help_text="状態")
    state_words = serializers.CharField(help_text="状態(言葉)")
    outcome = serializers.ChoiceField(
        choices=Decision.Outcome.choices, allow_null=True, help_text="決定内容"
    )
    decided_at = serializers.DateTimeField(allow_null=True, help_text="決定日時")


class ClaimStatesSerializer(serializers.Serializer):
    """The claims that were found; the others are named."""

    claims = ClaimStateSerializer(many=True)
    unknown = serializers.ListField(child=serializers.CharField(), help_text="該当のない受付番号")
