"""Checks the seal over the 情報連携記録."""

from django.core.management.base import BaseCommand, CommandError

from sapporo_base import selectors, services


class Command(BaseCommand):
    help = (
        "情報連携記録の封緘を検証し、書換え・削除・挿入・入替えのあった記録を示す。"
        "異常があれば終了コード1。"
    )

    def handle(self, **options: object) -> None:
        found = 0
        for finding in services.verify_records():
            found += 1
            self.stdout.write(f"{finding.kind}\t{finding.text}")
        state = selectors.seal_state()
        since = (
            f"(最も古いもの: {state.oldest_waiting_at:%Y-%m-%d %H:%M:%S %Z})"
            if state.waiting
            else ""
        )
        self.stdout.write(f"封緘済 {state.sealed:,}件、封緘待ち {state.waiting:,}件{since}")
        if found:
            raise CommandError(
                f"{found:,}件の異常があります。監査担当に連絡してください。", returncode=1
            )
        self.stdout.write("異常はありません。")
