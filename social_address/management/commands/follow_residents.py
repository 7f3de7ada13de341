"""Takes over the 異動情報 of 個人基本 since the last receipt."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sapporo_base import selectors as base_selectors
from sapporo_base.acts import Act, Refusal
from social_address import services


class Command(BaseCommand):
    help = "個人基本の異動情報を前回の受領位置から受領する。"

    def handle(self, **options: object) -> None:
        act = Act(at=timezone.now(), path="command", system=base_selectors.system("030-002"))
        try:
            followed = services.follow_residents(act=act)
        except Refusal as refusal:
            raise CommandError(refusal.message, returncode=2) from refusal
        self.stdout.write(
            f"異動情報 {followed.count:,}件を受領しました(位置 {followed.receipt:,})。"
        )
