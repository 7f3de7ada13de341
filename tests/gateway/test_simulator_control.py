"""The control of the far end: who may use it, and what it says."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from gateway.platform import files
from gateway.platform.envelope import Outgoing, Sender
from gateway.platform.failures import PlatformRefused, ReasonCode
from gateway.platform.messages import Mode
from tests.gateway.far_end import (
    CHILD_ALLOWANCE,
    HANAKO,
    ROOT,
    SAPPORO,
    FarEnd,
    FarEndProcess,
    InProcess,
)


@pytest.fixture
def far_end(tmp_path: Path) -> FarEnd:
    return FarEnd(tmp_path)


class TestWhoMayUseIt:
    @pytest.mark.parametrize("path", ["/", "/control/state", "/control/ask/P1"])
    def test_nobody_from_another_machine(self, far_end, path):
        http = httpx.Client(
            base_url="http://127.0.0.1", transport=InProcess(far_end.app, peer="192.0.2.1")
        )

        assert http.get(path).status_code == 403

    def test_no_page_that_calls_this_machine_by_another_name(self, far_end):
        assert (
            far_end.http.get("/control/state", headers={"Host": "evil.example"}).status_code == 403
        )

    def test_no_form_of_another_page(self, far_end):
        answer = far_end.http.post("/control/close", data={"seconds": "60"})

        assert answer.status_code == 415
        assert far_end.state()["open"]

    def test_people_have_a_page(self, far_end):
        page = far_end.http.get("/")

        assert "シミュレータ" in page.text
        assert 'lang="ja"' in page.text


class TestCommands:
    @pytest.mark.parametrize(
        ("command", "told"),
        [
            ("close", {"until": "tomorrow"}),
            ("close", {"until": "2026-11-24T12:00:00"}),
            ("settings", {"answer_delay": -1}),
            ("settings", {"answer_delay": "1"}),
            ("settings", {"hours": "nonsense"}),
            ("settings", {"unknown": 1}),
            ("faults", {"kind": "unknown"}),
            ("faults", {"kind": "hang", "unknown": 1}),
            ("faults", {"kind": "refuse"}),
            ("ask", {}),
            ("ask", {"item": 26, "count": 0}),
            ("ask", {"item": 26}),
        ],
    )
    def test_that_are_not_understood_change_nothing(self, far_end, command, told):
        before = far_end.state()

        answer = far_end.http.post(f"/control/{command}", json=told)

        assert answer.status_code == 400
        assert answer.json()["error"]
        assert far_end.state() == before

    def test_hours_can_be_changed_and_overridden(self, far_end):
        assert not far_end.control("settings", hours="mon-sun=01:00-02:00")["open"]
        assert far_end.control("open", seconds=60)["open"]
        far_end.clock.let_pass(seconds=61)
        assert not far_end.state()["open"]

    def test_the_state_shows_what_reconciles(self, far_end):
        far_end.client.register_numbers([HANAKO])

        state = far_end.state()

        assert state["numbers"] == 1
        assert state["codes"]["not_requested"] == 1
        assert state["requests"] == {"IF_FGU_20221": 1}
        assert state["copies"] == {}


class TestRawMessages:
    """What our client would never send."""

    def post(self, far_end: FarEnd, interface: str, content: bytes, kind: str = "application/xml"):
        return far_end.http.post(
            f"/if/{interface}", content=content, headers={"Content-Type": kind}
        )

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"not xml",
            b"<Message/>",
            b'<!DOCTYPE m [<!ENTITY a "b">]><Message>&a;</Message>',
            b"<Message><Header><MsgTypeId>IF_SKI_10111_R01</MsgTypeId></Header></Message>",
        ],
    )
    def test_that_cannot_be_read_are_refused(self, far_end, content):
        assert self.post(far_end, "IF_SYM_20212", content).status_code == 400

    def test_a_file_that_is_no_zip_is_refused(self, far_end):
        assert self.post(far_end, "IF_SKI_10123", b"PK", "application/zip").status_code == 400

    def test_an_interface_that_is_not_offered_is_refused(self, far_end):
        content = (
            "<Message><Header><MsgId>1</MsgId><MsgTypeId>IF_OSR_99911_R01</MsgTypeId>"
            f"<MsgMode>1</MsgMode><SourceSystemID>{SAPPORO}</SourceSystemID></Header></Message>"
        ).encode()

        assert b"CMN0008" in self.post(far_end, "IF_OSR_99911", content).content

    @pytest.mark.parametrize("content", [b"short,line\r\n", b"no newline", "全角\r\n".encode()])
    def test_an_inquiry_record_of_other_widths_is_refused(self, far_end, content):

        cover = Outgoing("IF_SKI_10123", "1", Sender(SAPPORO, "", Mode.TEST)).as_bytes()
        packed = files.pack(
            "IF_SKI_10123", [("SKI_10123_1_001.DAT", content), ("SKI_10123_001.xml", cover)]
        )

        answer = self.post(far_end, "IF_SKI_10123", packed, "application/zip")

        assert b"CMN0010" in answer.content

    def test_asking_for_a_receipt_at_another_counter_is_refused(self, far_end):

        far_end.client.register_numbers([HANAKO])
        receipt = far_end.client.request_code_file([HANAKO])

        with pytest.raises(PlatformRefused) as refused:
            far_end.client.fetch_results(receipt)

        assert refused.value.reason.code == ReasonCode.UNKNOWN_RECORD
        assert far_end.client.copy_summary(CHILD_ALLOWANCE).count == 0


class TestStart:
    @pytest.mark.parametrize(
        "options", [["--hours", "nonsense"], ["--citizens", "/nonexistent/file"]]
    )
    def test_nonsense_is_refused_with_one_line(self, tmp_path, options):

        done = subprocess.run(
            [sys.executable, "-m", "gateway.simulator", "--port", "0", *options],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert done.stderr.startswith("シミュレータを起動できません")

    def test_the_command_of_the_project_starts_the_same_program(self, tmp_path):
        running = FarEndProcess(tmp_path)
        running.program = ["manage.py", "run_platform_simulator"]
        running.start()
        try:
            assert running.state()["citizens_elsewhere"] == 2
        finally:
            running.kill()
