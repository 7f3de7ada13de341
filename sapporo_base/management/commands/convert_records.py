"""manage.py convert_records IN OUT --from LAYOUT --to LAYOUT [--encoding ENCODING]."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sapporo_base.layouts import (
    LayoutSpecification,
    Source,
    UnreadableFile,
    load_layout,
    open_source,
    write_records,
)
from sapporo_base.layouts.columns import OPEN_START
from sapporo_base.layouts.specification import BadLayout

_OPEN_STORED: Final = "-infinity"
_SHOWN: Final = 20


class Command(BaseCommand):
    """
    Writes the rows of a file in another layout or character set (CSV, fixed length, CP932).

    Exit code 0: all rows; 1: some rows could not be read or do not fit; 2: nothing is written.
    """

    help = (
        "レコードファイルを別のレイアウト・文字コードで書き出す(例: CSVから固定長へ)。"
        "終了コード 0: 全行、1: 一部の行を書けず、2: 何も書いていない。"
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the two files, their layouts and character sets."""
        parser.add_argument("source", type=Path, help="読むファイル")
        parser.add_argument("target", type=Path, help="書くファイル(上書きしない)")
        parser.add_argument("--from", dest="from_layout", default="juki_resident")
        parser.add_argument("--to", dest="to_layout", default="juki_resident_fixed")
        parser.add_argument("--from-encoding", default="", help="読むファイルの文字コード")
        parser.add_argument(
            "--encoding",
            default="",
            choices=["", "utf-8", "utf-8-sig", "cp932", "utf-16"],
            help="書くファイルの文字コード(省略時はレイアウトの指定)",
        )

    def handle(
        self,
        *,
        source: Path,
        target: Path,
        from_layout: str,
        to_layout: str,
        from_encoding: str,
        encoding: str,
        **options: Any,
    ) -> None:
        """Write what can be written and say what can't; a 個人番号 goes from file to file alone."""
        try:
            layout = load_layout(to_layout)
            read = open_source(source, load_layout(from_layout), encoding=from_encoding)
        except UnreadableFile as error:
            raise CommandError(f"{source.name}: {error.reason}", returncode=2) from error
        except BadLayout as error:
            raise CommandError(f"レイアウトがありません: {error}", returncode=2) from error
        rejected: list[str] = []
        try:
            # It may hold 個人番号: nobody but its owner reads it.
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as stream:
                written = write_records(
                    stream, layout, _rows(read, layout, rejected), encoding=encoding
                )
        except FileExistsError as error:
            raise CommandError(f"{target.name}は既にあります。", returncode=2) from error
        problems = rejected + [
            f"{one.label}: {one.reason}(書き出しの{one.row}行目)" for one in written.unwritten
        ]
        self.stdout.write(f"{target.name} に{written.rows:,}行を書きました。")
        if written.losses:
            self.stdout.write(f"文字が置き換わった項目: {len(written.losses):,}")
        if problems:
            shown = "\n".join(f"  {one}" for one in problems[:_SHOWN])
            more = f"\n  ほか{len(problems) - _SHOWN:,}行" if len(problems) > _SHOWN else ""
            raise CommandError(f"書けなかった行: {len(problems):,}\n{shown}{more}", returncode=1)


def _rows(
    source: Source, layout: LayoutSpecification, rejected: list[str]
) -> Iterator[dict[str, str]]:
    days = [field.name for field in layout.fields if field.type == "DATE"]
    for chunk in source.chunks(seal=list):
        rejected += [
            f"{one.label or '行全体'}: {one.reason}({one.row}行目)" for one in chunk.rejects
        ]
        names = list(chunk.columns)
        for cells in zip(*chunk.columns.values(), strict=True):
            row = dict(zip(names, cells, strict=True))
            row |= {name: OPEN_START for name in days if row.get(name) == _OPEN_STORED}
            yield row
