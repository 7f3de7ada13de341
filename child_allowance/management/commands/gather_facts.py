"""Facts of the claims: what is here, and inquiries for what is not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from child_allowance.services.claims import work_on_claims
from sapporo_base.acts import Act


class Command(BaseCommand):
    """`gather_facts`: read answers that came, judge every claim that is ready for it, ask the rest."""

    help = "請求の事実を確認し、足りない事実を照会し、届いた回答を取り込む。"

    def handle(self, **options: Any) -> None:
        """Work until nothing is left that could be done now."""
        done = work_on_claims(
            act=Act(at=timezone.now(), path="command", reason="請求の審査に必要な事実の確認")
        )
        self.stdout.write(
            f"確認{done.looked_at:,}件: 決定待ち{done.ready:,}件、審査{done.under_examination:,}件、"
            f"照会{done.asked:,}件、回答{done.answered:,}件"
        )
        if done.stopped:
            raise CommandError(done.stopped, returncode=2)
