"""manage.py deliver_snapshot --system CODE --out FILE."""

import gzip
import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from resident_basic import services
from sapporo_base.acts import Act, Refusal
from sapporo_base.bulk import Progress
from sapporo_base.selectors import system
from sapporo_base.selectors.reference import UnknownSystem


class Command(BaseCommand):
    """Writes 全件 for one system into a file: whole or not at all, for the owner's eyes only."""

    help = (
        "庁内業務システムの移転承認項目の全件をファイル(NDJSON)に書き出す。個人番号は含めない。"
        "拡張子が.gzのときは圧縮する。終了コード 0: 書き出した、2: 何も書いていない。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the receiver and the file."""
        parser.add_argument("--system", required=True, help="庁内業務システム(例 017-000)")
        parser.add_argument("--out", type=Path, required=True, help="書き出すファイル")

    def handle(self, *, system: str, out: Path, **options: object) -> None:
        """Write beside the place and move into it when it is complete."""
        act = Act(at=timezone.now(), path="command", system=_receiver(system))
        try:
            delivery = services.open_snapshot(act=act, individual_numbers=False)
        except Refusal as refusal:
            raise CommandError(refusal.message, returncode=2) from refusal
        written = out.with_name(f".{out.name}.partial")
        handle = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with (
            os.fdopen(handle, "wb") as file,
            gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1)
            if out.suffix == ".gz"
            else file as stream,
            Progress() as progress,
        ):
            progress.begin("全件の書き出し", delivery.count)
            for piece in delivery.pieces:
                stream.write(piece)
                progress.advance(piece.count(b"\n"))
        written.replace(out)
        self.stdout.write(
            f"{delivery.count:,}人を書き出しました。"
            f"続きの異動情報は受領番号{delivery.receipt:,}の次からです。"
        )


def _receiver(code: str):
    try:
        return system(code)
    except UnknownSystem as unknown:
        raise CommandError(f"庁内業務システム「{code}」はありません。", returncode=2) from unknown
