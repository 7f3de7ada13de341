"""What each household would get and why, without a database."""

import json
import sys
from codecs import getincrementaldecoder
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from child_allowance.rules.explanations import explain
from child_allowance.rules.json_rows import NotRows, rows_of

CHUNK = 1 << 16
IN_MEMORY = 8 << 20


class Command(BaseCommand):
    """`explain_allowance FILE|-`: exit code 0 all computed, 1 some rows not, 2 nothing read."""

    help = (
        "世帯のJSONを読み、児童手当の月額と理由を児童ごとに示す。データベースは使わない。"
        "終了コード: 0 すべて計算した、1 計算できない行がある、2 読めない。"
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one file, or - for standard input."""
        parser.add_argument("file", help="JSONファイル(- は標準入力)")

    def handle(self, *, file: str, **options: Any) -> None:
        """Answer all rows, or, if the file is no JSON array, none."""
        # The answers wait aside until the last row was read: half an answer looks like a whole one.
        with SpooledTemporaryFile(max_size=IN_MEMORY, mode="w+b") as answers:
            try:
                with self._opened(file) as source:
                    failed = self._answer(source, answers)
            except (OSError, NotRows, UnicodeDecodeError) as error:
                raise CommandError(self._words(file, error), returncode=2) from None
            answers.seek(0)
            for line in answers:
                self.stdout.write(line.decode(), ending="")
        if failed:
            raise CommandError(
                f"{failed:,}件は計算できませんでした(error を参照してください)。", returncode=1
            )

    def _opened(self, file: str) -> Any:
        return nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb")

    def _answer(self, source: IO[bytes], answers: Any) -> int:
        failed, separator = 0, "[\n"
        for answer in explain(rows_of(self._chunks(source))):
            failed += "error" in answer
            text = json.dumps(answer, ensure_ascii=False, allow_nan=False)
            # A lone surrogate can't be written as UTF-8; as JSON's own escape it can.
            answers.write(f"{separator}{text}".encode(errors="backslashreplace"))
            separator = ",\n"
        answers.write(b"[]\n" if separator == "[\n" else b"\n]\n")
        return failed

    def _chunks(self, source: IO[bytes]) -> Iterator[str]:
        decoder = getincrementaldecoder("utf-8-sig")()
        while chunk := source.read(CHUNK):
            yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)

    def _words(self, file: str, error: Exception) -> str:
        name = "標準入力" if file == "-" else file
        if isinstance(error, UnicodeDecodeError):
            return f"{name}: 文字コードがUTF-8ではありません。"
        if isinstance(error, OSError):
            return f"{name}: 開けません({error.strerror})。"
        return f"{name}: {error}"
