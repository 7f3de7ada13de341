"""要確認: what the platform holds of an inquiry, compared with what the city sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from gateway.models import Exchange, Inquiry, Lane
from gateway.services.exchanges import finish, held, new_exchange
from sapporo_base import services as base
from sapporo_base.acts import Act, NotNow
from sapporo_base.nudge import nudge

_FILE_AT_ONCE = 5000
_ITEM_WORDS: Mapping[str, str] = {
    "NumberSystem": "番号体系",
    "AddressNumber": "宛名番号",
    "IntegratedAddressNumber": "統合宛名番号",
    "RequestedAt": "照会依頼日時",
    "InquirerUnitCode": "情報照会者部署コード",
    "InquirerUserID": "情報照会者ユーザーID",
    "InquirerOrganizationCode": "情報照会者機関コード",
    "NonDisclosureCode": "照会側不開示コード",
    "AffairCode": "事務コード",
    "ProcedureCode": "事務手続コード",
    "DelegatingInquirerCode": "情報照会者機関コード(委任元)",
    "DelegatingProviderCode": "情報提供者機関コード(委任元)",
    "ProviderOrganizationCode": "情報提供者機関コード",
    "SpecificPersonalInformationCode": "特定個人情報名コード",
    "ConditionType": "照会条件区分",
    "FiscalYearType": "照会年度区分",
    "PeriodFrom": "照会開始日付",
    "PeriodUntil": "照会終了日付",
}


@dataclass(frozen=True, slots=True)
class Held:
    """What the platform holds of one inquiry: nothing, or the items that differ (their names)."""

    record_id: str
    is_held: bool
    differing: Sequence[str] = ()


@transaction.atomic
def compare_inquiry(*, inquiry: Inquiry, act: Act) -> Inquiry:
    """
    Have an inquiry under 要確認 compared with what the platform holds of it; `settle_compared`
    decides what follows.

    :raises NotNow: it is not under 要確認, or is being compared already.
    """
    row = Inquiry.objects.select_for_update().get(pk=inquiry.pk)
    if row.state != Inquiry.State.UNCLEAR or row.exchange_id is not None:
        raise NotNow("要確認の照会だけを照合できます。照合中のものは結果をお待ちください。")
    row.exchange = new_exchange(work="compare", lane=Lane.INTERACTIVE, ids=[row.pk], act=act)
    row.save(update_fields=["exchange"])
    base.record_linkage(
        act,
        "inquiry_compared",
        subjects=[("integrated", row.integrated_number)],
        detail="プラットフォームの照会内容との照合",
    )
    nudge("gateway.tasks.work_interactive")
    return row


@transaction.atomic
def prepare_comparisons(*, act: Act) -> int:
    """Have every inquiry under 要確認 compared by file; return how many messages were made."""
    made = 0
    while True:
        ids = list(
            Inquiry.objects.filter(state=Inquiry.State.UNCLEAR, exchange=None)
            .order_by("pk")
            .select_for_update(skip_locked=True)
            .values_list("pk", flat=True)[:_FILE_AT_ONCE]
        )
        if not ids:
            return made
        exchange = new_exchange(work="compare", lane=Lane.BATCH, ids=ids, act=act)
        Inquiry.objects.filter(pk__in=ids).update(exchange=exchange)
        made += 1


@transaction.atomic
def settle_compared(exchange: Exchange, told: Sequence[Held], *, act: Act) -> None:
    """
    Settle a comparison. What the platform holds as sent is looked after again; what it does not
    hold goes again under the same record id, so it can have no second effect; what it holds
    otherwise stays 要確認 and says which items differ.
    """
    row = held(exchange)
    if row is None:
        return
    by_id = {one.record_id: one for one in told}
    inquiries = list(row.inquiries.select_for_update())
    for inquiry in inquiries:
        inquiry.exchange, inquiry.due_at = None, act.at
        found = by_id.get(inquiry.record_id)
        if found is None or found.differing:
            differing = found.differing if found else ()
            names = "、".join(_ITEM_WORDS.get(name, name) for name in differing)
            inquiry.reason_code = "held_otherwise"
            inquiry.reason = f"プラットフォームの照会内容と異なります: {names}"[:300]
        elif found.is_held:
            inquiry.state, inquiry.reason_code = Inquiry.State.ASKED, "compared_equal"
            inquiry.reason = "プラットフォームの照会内容と一致しました。状況を確かめています。"
        else:
            inquiry.state, inquiry.reason_code = Inquiry.State.WAITING, "not_held"
            inquiry.reason = "プラットフォームに登録がないため、同じ識別番号で送り直します。"
    Inquiry.objects.bulk_update(
        inquiries, ["exchange", "due_at", "state", "reason_code", "reason"], 1000
    )
    finish(row, at=act.at, accepted=len(by_id), refused=0)
