"""Commands of 児童手当: what they print, what they refuse, how they end."""

import json
import subprocess
import sys
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).parents[2]
HOUSEHOLD = {
    "id": "電話 1",
    "month": "2024-11",
    "recipient": {"income_after_deductions": 0, "dependants": 2, "elderly_dependants": 0},
    "children": [{"birth": "2022-10-01", "cared_for": True, "in_facility": False}],
}


def explained(source):
    out = StringIO()
    call_command("explain_allowance", str(source), stdout=out)
    return json.loads(out.getvalue())


class TestExplainAllowance:
    """No test here may touch a database: pytest-django would refuse the connection."""

    def test_a_file_of_households_is_answered_row_by_row(self, tmp_path):
        file = tmp_path / "households.json"
        file.write_text(json.dumps([HOUSEHOLD, {**HOUSEHOLD, "id": "2"}]), encoding="utf-8")
        answers = explained(file)
        assert [answer["monthly"] for answer in answers] == [15_000, 15_000]
        assert answers[0]["id"] == "電話 1"

    def test_standard_input_is_read_too(self, monkeypatch):
        text = "\ufeff" + json.dumps([HOUSEHOLD], ensure_ascii=False)
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(text.encode())))
        assert explained("-")[0]["monthly"] == 15_000

    def test_an_empty_array_is_answered_by_one(self, tmp_path):
        file = tmp_path / "empty.json"
        file.write_text("[]", encoding="utf-8")
        assert explained(file) == []

    def test_a_row_that_cannot_be_computed_ends_with_1_and_all_rows_answered(self, tmp_path):
        file = tmp_path / "households.json"
        file.write_text(json.dumps([HOUSEHOLD, {"id": "b"}]), encoding="utf-8")
        out = StringIO()
        with pytest.raises(CommandError, match="1件は計算できませんでした") as refused:
            call_command("explain_allowance", str(file), stdout=out)
        assert refused.value.returncode == 1
        answers = json.loads(out.getvalue())
        assert answers[0]["monthly"] == 15_000
        assert answers[1]["error"] == "month: 指定がありません。"

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "空のファイル"),
            (b'{"id": 1}', "JSONの配列"),
            (json.dumps([HOUSEHOLD, HOUSEHOLD]).encode()[:-40], "途中で終わって"),
            ('[{"id": "電話"}]'.encode("cp932"), "UTF-8ではありません"),
            (b"\x89PNG\r\n\x1a\n", "UTF-8ではありません"),
        ],
    )
    def test_what_is_no_array_ends_with_2_and_nothing_is_answered(self, tmp_path, content, said):
        file = tmp_path / "households.json"
        file.write_bytes(content)
        out = StringIO()
        with pytest.raises(CommandError, match=said) as refused:
            call_command("explain_allowance", str(file), stdout=out)
        assert refused.value.returncode == 2
        assert out.getvalue() == ""

    def test_a_missing_file_ends_with_2(self, tmp_path):
        with pytest.raises(CommandError, match="開けません") as refused:
            explained(tmp_path / "nowhere.json")
        assert refused.value.returncode == 2

    def test_half_a_character_comes_back_as_it_came(self, tmp_path):
        file = tmp_path / "households.json"
        file.write_text(json.dumps([{**HOUSEHOLD, "id": "\ud83d"}]), encoding="utf-8")
        assert explained(file)[0]["id"] == "\ud83d"

    def test_neither_settings_nor_keys_nor_a_server_are_needed(self):
        done = subprocess.run(
            [sys.executable, "manage.py", "explain_allowance", "-"],
            input=json.dumps([HOUSEHOLD]).encode(),
            cwd=ROOT,
            env={},
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        assert json.loads(done.stdout)[0]["monthly"] == 15_000
