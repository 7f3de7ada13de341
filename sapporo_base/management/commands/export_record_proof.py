"""Exports and checks the proof of one 情報連携記録."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sapporo_base import services


class Command(BaseCommand):
    help = "情報連携記録1件の証明(JSON)を出力する。--check FILE は出力済みの証明をデータベースなしで検証する。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("record", nargs="?", type=int, help="記録番号")
        parser.add_argument("--out", type=Path, help="出力先(省略時は標準出力)")
        parser.add_argument("--check", type=Path, metavar="FILE", help="検証する証明")

    def handle(
        self, *, record: int | None, out: Path | None, check: Path | None, **options: object
    ) -> None:
        if check is not None:
            self._check(check)
        elif record is None:
            raise CommandError("記録番号か --check FILE を指定してください。", returncode=2)
        else:
            self._export(record, out)

    def _export(self, record: int, out: Path | None) -> None:
        proof = services.record_proof(record)
        if proof is None:
            raise CommandError(
                f"記録番号{record}は存在しないか、まだ封緘されていません(封緘は毎分行われます)。",
                returncode=1,
            )
        text = json.dumps(proof, ensure_ascii=False, indent=2) + "\n"
        if out is None:
            sys.stdout.write(text)
        else:
            out.write_text(text, encoding="utf-8")

    def _check(self, file: Path) -> None:
        try:
            proof = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CommandError(f"{file}を読み取れません。", returncode=2) from error
        if not isinstance(proof, dict) or not services.proof_holds(proof):
            raise CommandError("この証明は正しくありません。", returncode=1)
        self.stdout.write(f"記録番号{proof['record_id']}の証明は正しいです。")
