"""The blocks of 市中間サーバ on the home page."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from gateway import selectors
from gateway.admin.words import when
from gateway.models import Inquiry, Provision
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow


def home_block(request: HttpRequest) -> HomeBlock | None:
    """Return how the platform is, what waits for it, and what waits for a person."""
    if not request.user.has_perm("gateway.view_exchange"):
        return None
    state, opening = selectors.platform_state(), selectors.opening(group="SKI", at=timezone.now())
    failed = selectors.failed_exchange_count()
    is_stopped = bool(opening.why)
    lanes = {"interactive": "即時", "batch": "一括"}
    rows = [
        HomeRow(
            f"{Inquiry.State(one.state).label}({lanes.get(one.lane, one.lane)})",
            f"{one.count:,}件 最古 {when(one.oldest)}",
            f"{reverse('admin:gateway_inquiry_changelist')}"
            f"?state__exact={one.state}&lane__exact={one.lane}",
            Attention.INFORMED,
        )
        for one in selectors.waiting_counts()
    ]
    if failed:
        url = f"{reverse('admin:gateway_exchange_changelist')}?state__exact=failed"
        rows.insert(0, HomeRow("要対応の電文", f"{failed:,}件", url, Attention.STOPPED))
    differing = sum(count for _, count in selectors.open_code_difference_counts())
    if differing and request.user.has_perm("gateway.view_codedifference"):
        url = f"{reverse('admin:gateway_codedifference_changelist')}?state__exact=open"
        rows.append(HomeRow("番号・符号の相違", f"{differing:,}件", url, Attention.WARNED))
    word = "停止中" if is_stopped else "稼働中"
    attention = Attention.STOPPED if failed else Attention.WARNED if is_stopped else Attention.CALM
    note = opening.why
    if is_stopped and opening.at:
        note += f" 送信の再開: {when(opening.at)}"
    return HomeBlock(
        title="中間サーバ・プラットフォーム",
        state=f"{word} 要対応{failed}件" if failed else word,
        attention=attention,
        rows=rows,
        note=note or (f"最終確認 {when(state.checked_at)}" if state.checked_at else ""),
        links=[("電文の一覧", reverse("admin:gateway_exchange_changelist"))],
        order=10,
    )


def provision_block(request: HttpRequest) -> HomeBlock | None:
    """Return the inquiries of others that wait for an answer or for the permission to send it."""
    if not request.user.has_perm("gateway.view_provision"):
        return None
    waiting = selectors.waiting_provisions()
    url = reverse("admin:gateway_provision_changelist")
    rows = [
        HomeRow(
            Provision.State(state).label,
            f"{count:,}件 最古 {when(oldest)}",
            f"{url}?state__exact={state}",
            Attention.WAITING,
        )
        for state, count, oldest in waiting
    ]
    total = sum(count for _, count, _ in waiting)
    return HomeBlock(
        title="情報提供(自動応答不可)",
        state=f"{total:,}件待ち" if total else "待ちなし",
        attention=Attention.WAITING if total else Attention.CALM,
        rows=rows,
        order=20,
    )
