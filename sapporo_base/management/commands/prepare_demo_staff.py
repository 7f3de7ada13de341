"""Makes the staff of the demo."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sapporo_base import services
from sapporo_base.acts import Act, Refusal


class Command(BaseCommand):
    help = (
        "デモ用の職員を役割ごとに作成する。デモ環境でのみ実行できる。再実行しても何も変わらない。"
    )

    def handle(self, **options: object) -> None:
        act = Act(at=timezone.now(), path="command", reason="デモ環境の準備")
        try:
            people = services.prepare_demo_staff(act=act)
        except Refusal as refusal:
            raise CommandError(refusal.message, returncode=2) from None
        self.stdout.write(f"デモ職員(パスワードはすべて {services.DEMO_PASSWORD})")
        for one in people:
            self.stdout.write(f"  {one.staff_number}  {one.role}  {one.name}({one.section})")
