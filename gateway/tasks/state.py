"""How the platform is just now."""

import time
from dataclasses import asdict
from typing import Any

from celery import shared_task
from django.conf import settings

from gateway import services
from gateway.platform import failures, probe
from gateway.services import circuit
from gateway.tasks import line
from gateway.tasks.causes import cause_of

_EXAMINED_SECONDS = 5.0


@shared_task(name="gateway.tasks.check_platform")
def check_platform() -> None:
    """Ask the platform for its operating state (IF_SYM_20212)."""
    now = line.now()
    try:
        state = line.client().operating_state()
    except failures.PlatformError as error:
        circuit.note_failure(group=circuit.STATE_GROUP, at=now, cause=cause_of(error))
        return
    circuit.note_success(group=circuit.STATE_GROUP, at=now)
    circuit.note_platform(
        at=now, is_open=state.is_open, closes_at=state.closes_at, reopens_at=state.reopens_at
    )


@shared_task(name="gateway.tasks.measure_queues")
def measure_queues() -> int:
    """Measure what waits in each queue and how fast it drains: estimates and the board go by it."""
    return services.measure_queues(at=line.now())


_CURES = {
    failures.PlatformClosed: "稼働時間外か停止中です。再開すると自動的に送信します。",
    failures.PlatformUnreachable: "接続はできますが応答がありません。続くときは運用担当(J-LIS)に連絡してください。",
    failures.BadAnswer: "相手方がプラットフォームではないか、取り決めと異なる応答です。接続先を確認してください。",
    failures.PlatformRefused: "機関コードか証明書が登録と異なります。相手方への登録を確認してください。",
}


@shared_task(name="gateway.tasks.test_connection")
def test_connection() -> list[dict[str, Any]]:
    """
    Try the connection step by step (接続の確認): name, port, certificates, and the state it tells.

    What comes out is noted as the regular check would note it.
    """
    found = probe.examine_line(
        settings.PLATFORM_URL,
        tls=line.tls(),
        timeout=min(settings.PLATFORM_TIMEOUT_SECONDS, _EXAMINED_SECONDS),
        at=line.now(),
    )
    if all(one.is_good for one in found):
        found.append(_state_told())
    return [asdict(one) for one in found]


def _state_told() -> probe.Finding:
    begun = time.monotonic()
    try:
        state = line.client().operating_state()
    except failures.PlatformError as error:
        cure = next((words for kind, words in _CURES.items() if isinstance(error, kind)), "")
        return probe.Finding("稼働状態の応答", is_good=False, seen=cause_of(error), cure=cure)
    circuit.note_platform(
        at=line.now(),
        is_open=state.is_open,
        closes_at=state.closes_at,
        reopens_at=state.reopens_at,
    )
    seen = f"{'稼働中' if state.is_open else '停止中'}({time.monotonic() - begun:.2f}秒)"
    cure = "" if state.is_open else _CURES[failures.PlatformClosed]
    return probe.Finding("稼働状態の応答", is_good=True, seen=seen, cure=cure)
