"""The file-system broker: a message is there whole or not at all, and a torn one ends no worker."""

import threading
from collections import Counter
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from sapporo_base import broker
from sapporo_base.broker import FileChannel
from sapporo_base.celery import app


@pytest.fixture
def channel(tmp_path: Path) -> FileChannel:
    """Return a channel over empty folders."""
    (tmp_path / "messages").mkdir()
    options = {
        "data_folder_in": str(tmp_path / "messages"),
        "data_folder_out": str(tmp_path / "messages"),
        "control_folder": str(tmp_path / "control"),
    }
    return Connection("filesystem://", transport_options=options).channel()


def test_the_demo_s_celery_speaks_over_this_transport():
    assert isinstance(app.connection().channel(), FileChannel)


def test_a_message_is_taken_once_and_leaves_nothing_behind(channel, tmp_path):
    channel._put("bulk", {"body": "1"})

    assert channel._get("bulk") == {"body": "1"}
    assert not list((tmp_path / "messages").iterdir())
    with pytest.raises(Empty):
        channel._get("bulk")


def test_a_message_that_is_being_written_is_not_seen(channel, monkeypatch):
    def look_before_the_end(self: Path, target: Path) -> Path:
        with pytest.raises(Empty):
            channel._get("bulk")
        return rename(self, target)

    rename = Path.replace
    monkeypatch.setattr(Path, "replace", look_before_the_end)
    channel._put("bulk", {"body": "whole"})

    assert channel._get("bulk") == {"body": "whole"}


@pytest.mark.parametrize("torn", [b"", b'{"body": "hal', b"\xff\xfe\x00"])
def test_a_torn_message_is_put_aside_and_the_next_one_is_taken(channel, tmp_path, torn, caplog):
    (tmp_path / "messages" / "0_a.bulk.msg").write_bytes(torn)
    channel._put("bulk", {"body": "2"})

    assert channel._get("bulk") == {"body": "2"}
    assert [path.name for path in (tmp_path / "messages").iterdir()] == ["0_a.bulk.msg.torn"]
    assert "torn" in caplog.text


def test_readers_and_writers_at_once_lose_nothing_and_see_nothing_twice(channel):
    taken: Counter[int] = Counter()

    def write(first: int) -> None:
        for number in range(first, first + 100):
            channel._put("bulk", {"number": number, "padding": "x" * 50_000})

    def read() -> None:
        while len(taken) < 200:
            try:
                taken[channel._get("bulk")["number"]] += 1
            except Empty:
                continue

    threads = [threading.Thread(target=write, args=(first,)) for first in (0, 100)]
    threads += [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert taken == Counter(range(200))


def test_queues_bound_at_once_by_many_processes_are_all_in_the_table(channel):
    def bind(number: int) -> None:
        channel._queue_bind("all", "", "", f"queue{number}")

    threads = [threading.Thread(target=bind, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {entry.queue for entry in channel.get_table("all")} == {f"queue{n}" for n in range(20)}
    assert broker.TRANSPORT_ALIASES["filesystem"].startswith("sapporo_base.broker")
