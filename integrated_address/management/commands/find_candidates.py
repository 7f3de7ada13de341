"""Compares everybody with whoever is like them; with --train the weights are learnt first."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from integrated_address.services.matching.bulk import find_candidates
from integrated_address.services.matching.training import train_model
from sapporo_base.acts import Act, Refusal
from sapporo_base.bulk import Progress


class Command(BaseCommand):
    help = (
        "同一人の疑いのある組を一括で照合し、候補一覧に載せる。統合はしない。"
        "再度実行しても同じ組は変わらない。中断した場合は続きから照合する。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--train", action="store_true", help="先に照合モデルの重みを学習し、新しい版を使う"
        )

    def handle(self, *, train: bool, **options: object) -> None:
        act = Act(at=timezone.now(), path="command", procedure="同一人の照合")
        try:
            with Progress(self.stderr) as progress:
                if train:
                    model = train_model(act=act, progress=progress)
                    self.stdout.write(f"照合モデル {model}を学習しました({model.people:,}人)。")
                    for one in model.expected:
                        self.stdout.write(
                            f"  得点{one['score']:g}以上: 約{one['share']:.0%}が同一人の見込み"
                            f"(個人番号未登録者1,000人あたり約{one['pairs']:,.0f}組)"
                        )
                found = find_candidates(act=act, progress=progress)
        except Refusal as refusal:
            raise CommandError(refusal.message, returncode=2) from refusal
        self.stdout.write(
            f"{found.people:,}人を照合しました。候補 {found.pairs:,}組"
            f"(新規・変更 {found.changed:,}組)。"
        )
