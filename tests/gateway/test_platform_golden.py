"""
The wire itself: both ends, written apart, are held to the same messages in `golden/`.

`SAY_GOLDEN=1 pytest tests/gateway/test_platform_golden.py` writes them anew after a change of the
profile; read the difference before it is committed.
"""

import io
import itertools
import os
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.platform.client import PlatformClient
from gateway.platform.failures import PlatformClosed, PlatformRefused, ReasonCode
from gateway.platform.messages import Copy, Flag, InquiryState, ProvisionAnswer, TlsSettings
from tests.gateway.far_end import (
    CHILD_ALLOWANCE,
    HANAKO,
    NOON,
    SAPPORO,
    STRANGER,
    TARO,
    FarEnd,
    InProcess,
    inquiry,
)

GOLDEN = Path(__file__).parent / "golden"
KEY = bytes(range(32))
SEALED = "A" * 80  # of the right size, and sealed to nobody
COPY = Copy(
    "copy1",
    HANAKO,
    CHILD_ALLOWANCE,
    "0001",
    "1",
    "0001",
    date(2026, 4, 1),
    date(9999, 12, 31),
    {
        "受給者区分": "1",
        "消滅年月日": None,
        "支払": [{"支払額": "20000"}],
        "氏名": "髙\U000e0100 <&>",
    },
    NOON,
    parent_key="0",
    ward_code="101",
)
INQUIRY = inquiry("ask1", tax_year=2024, unit_code="0570", user_id="A0001", withheld=True)

Call = Callable[[PlatformClient], Any]
CALLS: dict[str, Call] = {
    "01_operating_state": lambda c: c.operating_state(),
    "02_tell_numbers": lambda c: c.register_numbers([HANAKO, TARO]),
    "03_ask_for_code_file": lambda c: c.request_code_file([HANAKO, STRANGER]),
    "04_fetch_code_file": lambda c: c.fetch_code_file("R000000000000004"),
    "05_send_sealed": lambda c: c.send_code_requests({"00000000000000000002": SEALED}),
    "06_ask_for_code_states": lambda c: c.request_code_states([HANAKO, STRANGER]),
    "07_fetch_code_states": lambda c: c.fetch_code_states("R000000000000005"),
    "08_register_copies": lambda c: c.register_copies([COPY]),
    "09_fetch_copy_results": lambda c: c.fetch_copy_results("R000000000000007"),
    "10_copy_summary": lambda c: c.copy_summary(CHILD_ALLOWANCE),
    "11_copies_held": lambda c: c.copies_held(CHILD_ALLOWANCE, HANAKO[-2:]),
    "12_set_flag": lambda c: c.set_flag(Flag.NO_AUTOMATIC_ANSWER, [HANAKO, STRANGER], on=True),
    "13_flags": lambda c: c.flags([HANAKO]),
    "14_inquire": lambda c: c.register_inquiries([INQUIRY]),
    "15_inquire_by_file": lambda c: c.upload_inquiries([INQUIRY, inquiry("ask2", TARO)]),
    "16_fetch_registration": lambda c: c.fetch_inquiry_registration("R000000000000009"),
    "17_inquiry_states": lambda c: c.inquiry_states(["ask1"]),
    "18_inquiry_results": lambda c: c.inquiry_results(["ask1"]),
    "19_take_back": lambda c: c.cancel_inquiries(["ask1"]),
    "20_waiting": lambda c: c.waiting_provisions(),
    "21_answer": lambda c: _refused(
        lambda: c.register_answer(
            "P1", ProvisionAnswer.PROVIDE, {"受給者区分": None, "支払": [{"支払額": "20000"}]}
        )
    ),
    "22_ask_for_records": lambda c: c.request_exchange_records(0),
    "23_fetch_records": lambda c: c.fetch_exchange_records("R000000000000010"),
    "25_ask_for_numbers_held": lambda c: c.request_numbers_held(HANAKO),
    "26_fetch_numbers_held": lambda c: c.fetch_code_states("R000000000000011"),
}


def _refused(call: Callable[[], None]) -> ReasonCode:
    with pytest.raises(PlatformRefused) as refused:
        call()
    return refused.value.reason.code


def _texts(content: bytes) -> dict[str, bytes]:
    """Return what a message says: itself, or the entries of its zip."""
    if not content.startswith(b"PK"):
        return {"": content}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {f".{name}": archive.read(name) for name in archive.namelist()}


def _held_to_golden(name: str, side: str, content: bytes) -> None:
    for entry, text in _texts(content).items():
        suffix = "" if entry.endswith((".xml", ".DAT")) else ".xml"
        path = GOLDEN / f"{name}.{side}{entry}{suffix}"
        if os.environ.get("SAY_GOLDEN"):
            path.write_bytes(text)
        assert text == path.read_bytes(), path.name


class Golden(httpx.BaseTransport):
    """Compares both sides of each message with what was laid down."""

    def __init__(self, far_end: FarEnd) -> None:
        self._wire = InProcess(far_end.app)
        self.name = ""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._wire.handle_request(request)
        content = answer.read()
        _held_to_golden(self.name, "request", request.read())
        _held_to_golden(self.name, "answer", content)
        stream = httpx.ByteStream(content)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=stream)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Everything that was said, in order, with a fixed key, clock and numbering of messages."""
    folder = tmp_path_factory.mktemp("golden")
    (folder / "juki-net.key").write_bytes(KEY)
    far_end = FarEnd(folder)
    transport = Golden(far_end)
    counted = itertools.count(1)
    client = PlatformClient(
        "http://127.0.0.1",
        sender_code=SAPPORO,
        unit_code="0570",
        new_id=lambda: f"message{next(counted):03d}",
        transport=transport,
    )
    answers = {}
    for name, call in CALLS.items():
        transport.name = name
        answers[name] = call(client)
    far_end.control("close", until="2026-11-27T07:00:00+09:00")
    transport.name = "24_closed"
    with pytest.raises(PlatformClosed) as closed:
        client.register_numbers([HANAKO])
    answers["24_closed"] = closed.value.reopens_at
    yield answers
    far_end.journal.close()


def test_both_ends_say_what_was_laid_down(told):
    assert set(told) == {*CALLS, "24_closed"}


def test_nothing_in_golden_is_left_over(told):
    named = {path.name.split(".")[0] for path in GOLDEN.iterdir()}
    assert named == set(told)


def test_the_city_understands_what_was_laid_down(told):
    assert told["01_operating_state"].is_open
    assert told["02_tell_numbers"].accepted == (HANAKO, TARO)
    file = told["04_fetch_code_file"]
    assert [r.integrated_number for r in file.requests] == [HANAKO]
    assert file.refused[STRANGER].code == ReasonCode.UNKNOWN_NUMBER
    assert len(file.sealing_key) == 32
    assert [s.status.value for s in told["07_fetch_code_states"]] == [
        "not_requested",
        "unknown_number",
    ]
    assert told["09_fetch_copy_results"].accepted == ("copy1",)
    digest = told["08_register_copies"].digests["copy1"]
    assert told["10_copy_summary"].digest == digest
    assert told["11_copies_held"][0].digest == digest
    assert told["13_flags"][0].no_automatic_answer
    assert told["14_inquire"].refused["ask1"].code == ReasonCode.NO_CODE_YET
    assert told["18_inquiry_results"][0].state == InquiryState.FAILED
    assert told["21_answer"] == ReasonCode.UNKNOWN_RECORD
    assert told["23_fetch_records"] == []
    assert [one.integrated_number for one in told["26_fetch_numbers_held"]] == [TARO]
    assert told["24_closed"].isoformat() == "2026-11-27T07:00:00+09:00"


def test_the_record_has_the_18_items_as_found(told):
    (path,) = GOLDEN.glob("15_inquire_by_file.request.*.DAT")
    first, second, end = path.read_bytes().decode("ascii").split("\r\n")

    assert [len(text) for text in first.split(",")] == [
        *(36, 2, 15, 15, 17, 20, 20, 16, 1),
        *(16, 16, 16, 16, 16, 16, 1, 1, 8, 8),
    ]
    assert first.split(",")[4] == "20261124120000000"
    assert second.split(",")[3] == TARO
    assert end == ""


def test_tls_settings_without_their_files_are_refused():
    absent = TlsSettings("/nonexistent.pem", "/nonexistent.key", "/nonexistent-ca.pem")

    with pytest.raises(FileNotFoundError):
        PlatformClient("https://platform.example/", sender_code=SAPPORO, tls=absent)
