"""What waits about doubtful identity, on the home page: candidates, 名寄せ, notices."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from integrated_address import selectors
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow

_LONG_WAIT_DAYS = 3


def home_block(request: HttpRequest) -> HomeBlock | None:
    """Return what waits for a judgement, an approval, an acknowledgement."""
    if not request.user.has_perm("integrated_address.view_matchcandidate"):
        return None
    waiting = selectors.doubts_waiting()
    now = timezone.now()
    late = any(
        one.oldest is not None and (now - one.oldest).days >= _LONG_WAIT_DAYS
        for name, one in waiting.items()
        if name != "candidates"
    )
    total = sum(one.count for one in waiting.values())
    rows = [
        HomeRow(
            words,
            f"{waiting[name].count:,}件",
            reverse(f"admin:integrated_address_{page}_changelist"),
        )
        for words, name, page in (
            ("判定待ちの候補", "candidates", "matchcandidate"),
            ("承認待ちの名寄せ", "merges", "merge"),
            ("受領確認待ちの通知", "notices", "mergenotice"),
        )
    ]
    return HomeBlock(
        title="同一人の確認",
        state=f"{total:,}件待ち" if total else "正常",
        attention=Attention.WARNED if late else Attention.WAITING if total else Attention.CALM,
        rows=rows,
        links=[("同一人候補を開く", reverse("admin:integrated_address_matchcandidate_changelist"))],
        order=32,
    )
