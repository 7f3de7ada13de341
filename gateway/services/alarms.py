"""What the gateway finds that wants a person: each function is a cause (`settings.ALARM_CAUSES`)."""

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.urls import reverse

from gateway import selectors
from gateway.models import CodeReconciliation, Inquiry, Reconciliation
from sapporo_base.services import Raised

_LONGEST = {"interactive": timedelta(minutes=10)}
_LONGEST_BULK = timedelta(hours=24)
_SOON = timedelta(days=30)
_NOT_COMPARED = timedelta(days=3)


def circuit_alarms(*, at: datetime) -> list[Raised]:
    """The circuit of a group of interfaces is open: the platform does not answer there."""
    page, title = (
        reverse("admin:gateway_platformstate_changelist"),
        "プラットフォームに送信できません",
    )
    return [
        Raised(
            "circuit",
            title,
            f"「{one}」の通信が{one.failures}回続けて失敗したため、送信を控えています({one.cause})。"
            "復旧すると自動的に再開します。「接続を確かめる」で原因を確認してください。",
            key=one.pk,
            page=page,
        )
        for one in selectors.broken_circuits()
    ]


def age_alarms(*, at: datetime) -> list[Raised]:
    """
    What waits in a queue gets older although the platform is open and nobody has stopped the queue.

    Only open hours count: what came in at night is not late at seven in the morning.
    """
    found = []
    for line in selectors.queue_board(at=at):
        queue = line.queue
        if line.pause is not None or line.opening.why or queue.oldest_at is None:
            continue
        waited = selectors.open_time_since(lane=queue.lane, since=queue.oldest_at, at=at)
        if waited <= _LONGEST.get(queue.lane, _LONGEST_BULK):
            continue
        hours = int(waited.total_seconds() // 3600)
        told = f"{hours}時間" if hours else f"{int(waited.total_seconds() // 60)}分"
        words = (
            f"{queue}で、稼働時間中に{told}送信されていないものがあります(送信待ち{queue.waiting:,}件)。"
            "「送信の状況」で理由を確認してください。"
        )
        page = reverse("admin:gateway_sendqueue_changelist")
        key = f"{queue.lane} {queue.system_id or ''}".strip()
        found.append(Raised("age", "長く待っている送信があります", words, key=key, page=page))
    return found


def reconciliation_alarms(*, at: datetime) -> list[Raised]:
    """The last comparison of a 特定個人情報 found copies that differ."""
    newest = Reconciliation.objects.order_by("information_code", "-started_at").distinct(
        "information_code"
    )
    return [
        Raised(
            "reconciliation",
            "副本が一致していません",
            f"{one.information_code}の副本に{one.difference_count:,}件の相違があります。"
            "相違の内訳を確認し、元のデータから再度転送してください。",
            key=one.information_code,
            page=reverse("admin:gateway_reconciliation_change", args=[one.pk]),
        )
        for one in newest
        if one.state == Reconciliation.State.DIFFERENT
    ]


def code_reconciliation_alarms(*, at: datetime) -> list[Raised]:
    """Numbers or 符号 differ from the platform's and nobody has mended it, or nothing was compared for days."""
    last, title = selectors.last_code_reconciliation(), "番号・符号が一致していません"
    page = reverse("admin:gateway_codedifference_changelist")
    waiting = sum(count for _, count in selectors.open_code_difference_counts())
    if waiting:
        words = f"番号・符号に未対応の相違が{waiting:,}件あります。「符号の相違」で直してください。"
        return [Raised("reconciliation", title, words, key="codes", page=page)]
    compared = CodeReconciliation.objects.exclude(state=CodeReconciliation.State.BROKEN)
    if last is None or compared.filter(started_at__gt=at - _NOT_COMPARED).exists():
        return []
    words = (
        f"{_NOT_COMPARED.days}日以上、番号・符号を最後まで照合できていません({last.reason})。"
        "稼働中に「符号照合」で今すぐ照合してください。"
    )
    page = reverse("admin:gateway_codereconciliation_changelist")
    return [Raised("reconciliation", "番号・符号を照合できません", words, key="codes", page=page)]


def unknown_status_alarms(*, at: datetime) -> list[Raised]:
    """The platform told a status that this system does not know (要確認)."""
    count = Inquiry.objects.filter(state=Inquiry.State.UNCLEAR).count()
    if not count:
        return []
    page = f"{reverse('admin:gateway_inquiry_changelist')}?state__exact=unclear"
    words = f"未知のステータスの照会が{count:,}件あります。内容を確認してください。"
    return [Raised("unknown_status", "状態を確認できない照会があります", words, page=page)]


def certificate_alarms(*, at: datetime) -> list[Raised]:
    """The city's certificate towards the platform ends soon, or can't be read."""
    if not settings.PLATFORM_CLIENT_CERTIFICATE:
        return []
    title = "プラットフォームへの証明書を確認してください"
    try:
        ends = certificate_ends(settings.PLATFORM_CLIENT_CERTIFICATE)
    except (OSError, ValueError):
        return [
            Raised(
                "certificate", title, "証明書のファイルを読めません。場所と権限を確認してください。"
            )
        ]
    if ends > at + _SOON:
        return []
    words = f"市の証明書の有効期限は{ends:%Y-%m-%d}です。更新の手続をしてください。"
    return [Raised("certificate", title, words)]


def certificate_ends(file: str) -> datetime:
    """Return when a certificate (PEM) ends."""
    return x509.load_pem_x509_certificate(Path(file).read_bytes()).not_valid_after_utc
