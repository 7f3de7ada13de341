"""manage.py upgrade: in order, alone, never under a running system, and as often as one likes."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from sapporo_base import selectors, services
from sapporo_base.management.commands import upgrade as command

pytestmark = pytest.mark.django_db
STEPS = {"first": "一つ目", "second": "二つ目"}


def upgrade(**options):
    """Return what the command says."""
    out = io.StringIO()
    call_command("upgrade", stdout=out, stderr=out, **options)
    return out.getvalue()


@pytest.fixture
def steps(monkeypatch, settings):
    """Let the steps be two that note themselves; one that is in `broken` ends with what is there."""
    settings.UPGRADE_STEPS = STEPS
    run, broken = [], {}

    def step(name, **options):
        run.append(name)
        if name in broken:
            raise broken[name]

    monkeypatch.setattr(command, "call_command", step)
    return run, broken


def test_an_installation_of_this_version_stays_as_it_is():
    for _ in range(2):
        said = upgrade()
        assert said.index("1/4 データベースの移行") < said.index("4/4 個人基本の検索用")
        assert "検索用氏名を更新した行: 0件" in said
        assert "更新が終わりました" in said


def test_the_plan_names_the_steps_and_does_none(steps):
    run, _ = steps
    services.note_heartbeat("worker:bulk", at=timezone.now())
    said = upgrade(plan=True)
    assert "先に停止するもの: worker:bulk" in said
    assert "2 二つ目 (second)" in said
    assert run == ["migrate"]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("disk full")])
def test_what_stopped_it_is_named_by_its_step_and_the_next_run_goes_through(steps, error):
    run, broken = steps
    broken["second"] = error
    out = io.StringIO()
    with pytest.raises((CommandError, RuntimeError)) as stopped:
        call_command("upgrade", stdout=out, stderr=out)
    assert "「二つ目」の途中で" in f"{stopped.value}{out.getvalue()}"
    broken.clear()
    assert "更新が終わりました" in upgrade()
    assert run == ["first", "second", "first", "second"]


@pytest.mark.parametrize("name", ["worker:interactive", "scheduler"])
def test_it_is_not_done_under_a_running_system(steps, name):
    run, _ = steps
    services.note_heartbeat(name, at=timezone.now())
    with pytest.raises(CommandError, match=f"停止していないものがあります: {name}"):
        upgrade()
    assert run == []


def test_a_connection_of_somebody_else_counts_as_running():
    other = connection.copy()
    other.ensure_connection()
    try:
        assert selectors.still_running(at=timezone.now()) == ["ほかの1本の接続"]
    finally:
        other.close()


def test_a_database_of_a_newer_version_is_left_alone(steps):
    run, _ = steps
    MigrationRecorder(connection).record_applied("integrated_address", "9999_of_tomorrow")
    with pytest.raises(CommandError, match=r"integrated_address\.9999_of_tomorrow"):
        upgrade()
    assert run == []


@pytest.mark.parametrize("plan", [True, False])
def test_a_database_that_is_half_way_through_what_was_replaced_is_left_alone(steps, plan):
    run, _ = steps
    MigrationRecorder(connection).record_unapplied(
        "gateway", "0014_copies_wait_apart_from_deletions"
    )
    with pytest.raises(CommandError, match="gateway: 0014_copies") as refused:
        upgrade(plan=plan)
    assert "0010-one-migration-per-app" in str(refused.value)
    assert refused.value.returncode == 2
    assert run == []


def test_two_at_once_are_one(steps):
    run, _ = steps
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended('sapporo_base upgrade', 0))")
        with pytest.raises(CommandError, match="別の更新が実行中"):
            upgrade()
    finally:
        other.close()
    assert run == []
