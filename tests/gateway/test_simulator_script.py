"""The far end's journal of messages, and a rehearsal that is written down."""

import json
from datetime import timedelta

import httpx
import pytest

from gateway.platform.failures import PlatformClosed, PlatformUnreachable
from gateway.simulator.messages import Messages
from gateway.simulator.script import Script, ScriptNotUnderstood
from tests.gateway.far_end import NOON, FarEndProcess, inquiry


def script(tmp_path, *steps):
    path = tmp_path / "script.json"
    path.write_text(json.dumps({"steps": list(steps)}), "utf-8")
    return path


class TestJournal:
    def test_every_message_stands_in_it_with_its_fate_and_nobodys_number(self, platform):
        platform.client.inquiry_states(["X1"], correlation="11111111-2222-3333-4444-555555555555")
        platform.control("close")
        with pytest.raises(PlatformClosed):
            platform.client.register_inquiries([inquiry("X1")])

        told = platform.http.get("/control/journal").json()["messages"]

        assert [line["fate"] for line in told[:2]] == ["closed", "granted"]
        assert told[1]["correlation"] == "11111111-2222-3333-4444-555555555555"
        assert "000000000000101" not in json.dumps(told)

    def test_it_is_narrowed_by_interface_and_fate(self, platform):
        platform.client.operating_state()
        platform.control("faults", kind="server_error", count=1)
        with pytest.raises(PlatformUnreachable):
            platform.client.operating_state()

        def lines(**query):
            return platform.http.get("/control/journal", params=query).json()["messages"]

        assert {line["interface"] for line in lines(interfaces="IF_SYM_*")} == {"IF_SYM_20212"}
        assert len(lines(fate="server_error")) == 1

    def test_a_correlation_id_of_a_stranger_cannot_spoil_the_file(self, tmp_path):
        messages = Messages(tmp_path / "messages.jsonl")
        messages.note(NOON, "IF_SKI_10111", correlation='"}\n{"x":' + "a" * 500, fate="granted")
        messages.close()

        (line,) = (tmp_path / "messages.jsonl").read_text("utf-8").splitlines()
        assert len(json.loads(line)["correlation"]) <= 64


class TestScript:
    def done(self, path, *, now=NOON, messages=None, after=0):
        told = []
        played = Script.read(path)
        journal = messages or Messages()
        played.run_due(now, journal, lambda command, items: told.append((command, items)))
        later = now + timedelta(seconds=after)
        played.run_due(later, journal, lambda command, items: told.append((command, items)))
        return told

    def test_a_step_is_done_once_when_its_time_has_come(self, tmp_path):
        path = script(tmp_path, {"after_seconds": 30, "do": "close", "told": {"seconds": 60}})
        assert self.done(path, after=29) == []
        assert self.done(path, after=30) == [("close", {"seconds": 60})]

    def test_a_step_waits_for_so_many_messages_of_some_interfaces(self, tmp_path):
        path = script(
            tmp_path,
            {
                "after_messages": 2,
                "interfaces": "IF_SKI_*",
                "do": "faults",
                "told": {"kind": "half", "count": 1},
            },
        )
        messages = Messages()
        for interface in ("IF_SYM_20212", "IF_SKI_10111"):
            messages.note(NOON, interface, correlation="", fate="granted")
        assert self.done(path, messages=messages) == []
        messages.note(NOON, "IF_SKI_10712", correlation="", fate="granted")
        assert [command for command, _ in self.done(path, messages=messages)] == ["faults"]

    def test_a_step_waits_for_a_time_of_day_in_japan(self, tmp_path):
        assert self.done(script(tmp_path, {"at": "12:01", "do": "open"})) == []
        assert self.done(script(tmp_path, {"at": "12:00", "do": "open"})) == [("open", {})]

    @pytest.mark.parametrize(
        "step",
        [
            {"do": "explode", "after_seconds": 1},
            {"do": "close"},
            {"do": "close", "after_seconds": 1, "at": "12:00"},
            {"do": "close", "after_seconds": -1},
            {"do": "close", "at": "25:00"},
            {"do": "close", "after_seconds": 1, "told": []},
            {"do": "close", "after_seconds": 1, "whne": 3},
        ],
    )
    def test_a_step_that_makes_no_sense_is_refused_by_its_number(self, tmp_path, step):
        with pytest.raises(ScriptNotUnderstood, match="step 2"):
            Script.read(script(tmp_path, {"do": "open", "after_seconds": 0}, step))

    def test_a_step_that_the_far_end_refuses_is_noted_and_the_rest_goes_on(self, tmp_path):
        path = script(
            tmp_path,
            {"after_seconds": 0, "do": "ask", "told": {"item": 26}},
            {"after_seconds": 0, "do": "close"},
        )
        done = []

        def do(command, items):
            if command == "ask":
                raise ValueError("no copy is held yet")
            done.append(command)

        played = Script.read(path)
        played.run_due(NOON, Messages(), do)

        assert done == ["close"]
        assert played.told()[0]["failed"] == "no copy is held yet"

    @pytest.mark.slow
    def test_the_command_plays_it_by_itself_and_its_journal_tells(self, tmp_path):
        path = script(
            tmp_path,
            {
                "after_messages": 1,
                "do": "faults",
                "told": {"kind": "server_error", "count": 1},
                "note": "一度だけ壊れる",
            },
            {"after_seconds": 1.0, "do": "close", "note": "夜間停止"},
        )
        end = FarEndProcess(tmp_path, options=("--script", str(path))).start()
        try:
            client = end.client()
            assert client.operating_state().is_open
            with pytest.raises(PlatformUnreachable):
                client.operating_state()
            state = end.state()
            while state["open"]:
                state = end.state()
            assert [bool(step["done_at"]) for step in state["script"]] == [True, True]
            lines = httpx.get(f"{end.url}/control/journal", params={"fate": "script"}).json()
            assert [line["note"] for line in lines["messages"]] == ["夜間停止", "一度だけ壊れる"]
        finally:
            end.kill()

    def test_a_script_that_cannot_be_read_is_told_and_nothing_is_started(self, tmp_path):
        import subprocess
        import sys

        path = script(tmp_path, {"do": "explode", "after_seconds": 1})
        told = subprocess.run(
            [sys.executable, "-m", "gateway.simulator", "--port", "0", "--script", str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 2
        assert "step 1" in told.stderr
