"""What staff decide about 法令上の根拠: for how long a 事務 needs what it was told."""

from django.db import transaction

from sapporo_base.acts import Act, InvalidRequest
from sapporo_base.models import LegalBasis
from sapporo_base.services.records import record_linkage

LONGEST_KEPT = 3650


@transaction.atomic
def keep_results_for(*, basis: LegalBasis, days: int | None, act: Act) -> LegalBasis:
    """
    Decide for how many days after its arrival the values of a result on a ground are kept, with the
    act's reason; None: as the installation says. What is over by the new days goes the next night.

    :raises InvalidRequest: it is no ground to inquire, without a reason, or no number of days.
    """
    if not act.reason:
        raise InvalidRequest("理由を入力してください。", fields={"reason": "必須です。"})
    if days is not None and not 1 <= days <= LONGEST_KEPT:
        words = f"1日から{LONGEST_KEPT:,}日までの日数を入力してください。"
        raise InvalidRequest(words, fields={"days": words})
    row = LegalBasis.objects.select_for_update().get(pk=basis.pk)
    if row.kind != LegalBasis.Kind.INQUIRE:
        raise InvalidRequest("照会結果の保存日数は、情報照会の根拠だけに定めます。")
    before, row.result_days = row.result_days, days
    row.save(update_fields=["result_days"])
    record_linkage(
        act,
        "result_days_decided",
        legal_basis=row,
        detail=f"照会結果の保存日数 {_in_words(before)} → {_in_words(days)}",
    )
    return row


def _in_words(days: int | None) -> str:
    return "全体の設定" if days is None else f"{days}日"
