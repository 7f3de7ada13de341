"""Rotates the keys of the sealed 個人番号; resumable, while the system runs."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.module_loading import import_string

from integrated_address.services import rotation
from sapporo_base import services as base
from sapporo_base.acts import Act, NotNow
from sapporo_base.bulk import Progress


class Command(BaseCommand):
    help = (
        "個人番号の封緘鍵・ダイジェスト鍵を切り替える。中断しても再実行すれば続きから行う。"
        "手順は docs/howto/rotate-keys.md。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "step",
            choices=["ciphertext", "digest", "switch", "retire", "status"],
            help="ciphertext: 封緘し直す / digest: 新しい鍵のダイジェストを書く / "
            "switch: 新しい鍵に切り替える / retire: 古い鍵の列を消す / status: 残りを示す",
        )
        parser.add_argument("--batch", type=int, default=2000, help="1回に処理する件数")

    def handle(self, *, step: str, batch: int, **options: object) -> None:
        act = Act(at=timezone.now(), path="command", reason="鍵の切替え")
        try:
            getattr(self, f"_{step}")(act, batch)
        except NotNow as error:
            raise CommandError(error.message, returncode=2) from error

    def _ciphertext(self, act: Act, batch: int) -> None:
        with Progress() as progress:
            for label, reseal in (
                ("個人番号", rotation.reseal_numbers),
                ("システム認証情報", base.reseal_credentials),
                ("受領エラー", base.reseal_rejected_rows),
                *((label, import_string(name)) for label, name in settings.RESEALERS.items()),
            ):
                progress.begin(f"{label}の封緘し直し")
                sealed = after = 0
                while True:
                    count, after = reseal(limit=batch, after=after)
                    sealed += count
                    progress.advance(count)
                    if not after:
                        break
                self.stdout.write(f"{label}: {sealed:,}件を現在の鍵で封緘し直しました。")

    def _digest(self, act: Act, batch: int) -> None:
        rotation.begin_digest_rotation(act=act)
        filled = 0
        with Progress() as progress:
            progress.begin("ダイジェスト", rotation.remaining().digests)
            while count := rotation.fill_digests(limit=batch):
                filled += count
                progress.advance(count)
        self.stdout.write(f"{filled:,}件のダイジェストを書きました。次は switch です。")

    def _switch(self, act: Act, batch: int) -> None:
        key = rotation.switch_digest_key(act=act)
        self.stdout.write(
            f"鍵{key.key_id}に切り替えました。設定の先頭をこの鍵にして全プロセスを再起動し、"
            "その後 retire を実行してください。"
        )

    def _retire(self, act: Act, batch: int) -> None:
        key_id = rotation.retire_digest_key(act=act)
        if key_id is None:
            self.stdout.write("廃止する鍵はありません。")
        else:
            self.stdout.write(f"鍵{key_id}の列を消しました。設定から外せます。")

    def _status(self, act: Act, batch: int) -> None:
        left = rotation.remaining()
        self.stdout.write(
            f"古い鍵で封緘されたもの {left.ciphertexts:,}件、ダイジェストの不足 {left.digests:,}件"
        )
