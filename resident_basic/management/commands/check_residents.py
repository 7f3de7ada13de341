"""manage.py check_residents."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from resident_basic import services
from resident_basic.models import ConsistencyFinding
from sapporo_base.acts import Act, Refusal
from sapporo_base.bulk import Progress
from sapporo_base.selectors import system


class Command(BaseCommand):
    """Looks for what contradicts in the register. Exit code 0 when it was done, 2 when not."""

    help = (
        "住民の整合性を確認する(世帯主なし・複数、死亡者の世帯主、続柄の矛盾、基本4情報の重複)。"
        "台帳は変更しない。終了コード 0: 確認した、2: 確認できない。"
    )

    def handle(self, **options: object) -> None:
        """Check, and show how many there are by kind."""
        act = Act(
            at=timezone.now(),
            path="command",
            system=system("030-001"),
            procedure="住民基本台帳に関する事務",
        )
        try:
            with Progress() as progress:
                checked = services.check_residents(act=act, progress=progress)
        except Refusal as refusal:
            raise CommandError(refusal.message, returncode=2) from refusal
        for kind, count in checked.by_kind.items():
            self.stdout.write(f"{ConsistencyFinding.Kind(kind).label}: {count:,}件")
        self.stdout.write(f"新規 {checked.new:,}件、解消 {checked.closed:,}件")
