"""Is everything there that the work needs?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from celery import current_app
from django.db import DatabaseError, connection
from kombu.exceptions import KombuError

from sapporo_base.models import Heartbeat

_FRESH = timedelta(seconds=60)
# Workers tell every two seconds that they live, the scheduler every ten.
_STOPPED = timedelta(seconds=20)
# Each queue of the work needs a worker; one that serves another queue does not stand in for it.
_QUEUES = {"interactive": "即時処理", "bulk": "一括処理", "outward": "更新通知"}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that the work needs: its name, whether it is well, and a word for the operator."""

    name: str
    well: bool
    word: str


def readiness(*, at: datetime) -> list[Check]:
    """Return the state of database, broker, worker, scheduler and platform."""
    database = _database()
    if not database.well:
        unknown = "データベースに接続できないため不明です。"
        return [
            database,
            _broker(),
            *(
                Check(name, well=False, word=unknown)
                for name in ("worker", "scheduler", "platform")
            ),
        ]
    return [
        database,
        _broker(),
        _workers(at),
        _sign_of_life(
            "scheduler", "scheduler", at, "スケジューラが応答していません。起動を確認してください。"
        ),
        _sign_of_life(
            "platform",
            "platform",
            at,
            "中間サーバ・プラットフォームの稼働状態を確認できていません。",
        ),
    ]


def _database() -> Check:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return Check("database", well=False, word="データベースに接続できません。")
    return Check("database", well=True, word="接続できます。")


def _broker() -> Check:
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=3)
    except (KombuError, OSError):
        return Check("broker", well=False, word="ブローカーに接続できません。")
    return Check("broker", well=True, word="接続できます。")


def _workers(at: datetime) -> Check:
    signs = [
        _sign_of_life(
            "worker",
            f"worker:{queue}",
            at,
            f"{words}のワーカーが応答していません。起動を確認してください。",
        )
        for queue, words in _QUEUES.items()
    ]
    return min(signs, key=lambda sign: sign.well)


def _sign_of_life(name: str, key: str, at: datetime, trouble: str) -> Check:
    last = Heartbeat.objects.filter(name=key).first()
    if last is None:
        return Check(name, well=False, word=trouble)
    seconds = int((at - last.at).total_seconds())
    if at - last.at > _FRESH:
        return Check(name, well=False, word=f"{trouble}(最終応答 {seconds:,}秒前)")
    return Check(name, well=True, word=f"最終応答 {seconds}秒前")


def still_running(*, at: datetime) -> list[str]:
    """
    Return which parts of the system seem to run beside the one who asks: by their signs of life, and by
    the connections of the same database user (web). Empty before the first migration.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND usename = current_user AND backend_type = 'client backend'"
            " AND pid <> pg_backend_pid()"
        )
        connections = cursor.fetchone()[0]
    found = [f"ほかの{connections:,}本の接続"] if connections else []
    if Heartbeat._meta.db_table not in connection.introspection.table_names():
        return found
    alive = Heartbeat.objects.filter(at__gt=at - _STOPPED).exclude(name="platform")
    return [*alive.order_by("name").values_list("name", flat=True), *found]
