"""What a 名寄せ will move at the platform, for its preview."""

from collections.abc import Sequence

from gateway.models import Copy, InformationFlag, Inquiry, PlatformNumber


def merge_effects(*, retired: str, survivor: str) -> Sequence[tuple[str, str]]:
    """Return lines (label, words) about what lies at the platform under the number that is retired."""
    copies = Copy.objects.filter(integrated_number=retired, is_withdrawn=False)
    waiting = copies.exclude(state=Copy.State.FORWARDED).count()
    inquiries = Inquiry.objects.filter(integrated_number=retired).exclude(state__in=Inquiry.FINAL)
    registered = PlatformNumber.objects.filter(
        pk=retired, state=PlatformNumber.State.REGISTERED
    ).exists()
    flags = InformationFlag.objects.filter(integrated_number=retired)
    protected = PlatformNumber.objects.filter(pk=retired).exclude(
        no_automatic_answer=False, not_disclosed=False
    )
    flagged = flags.count() + protected.count()
    return [
        (
            "副本",
            f"{copies.count():,}件を残る番号で送り直し、統合される番号の副本を削除します"
            f"(うち送信待ち{waiting:,}件)",
        ),
        (
            "自動応答不可・不開示",
            f"{flagged:,}件を残る番号にも設定します" if flagged else "設定はありません",
        ),
        ("回答前の情報照会", f"{inquiries.count():,}件(送信前のものは残る番号で照会します)"),
        (
            "中間サーバーの登録",
            "統合される番号の削除を連携します" if registered else "統合される番号は未登録です",
        ),
    ]
