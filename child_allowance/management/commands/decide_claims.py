"""Facts, inquiries, answers and clear decisions: one round of the work on claims."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from child_allowance.services.decisions import decide_claims
from sapporo_base.acts import Act, Refusal
from sapporo_base.models import Staff


class Command(BaseCommand):
    """`decide_claims --by 職員番号`: decide the clear approvals that the system proposed."""

    help = "システムが起案した明らかな認定を、指定した職員の行為として一括で決定する。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the member of staff whose act it is."""
        parser.add_argument("--by", required=True, help="決定する職員の職員番号")

    def handle(self, *, by: str, **options: Any) -> None:
        """Decide until none is left."""
        decided = left = 0
        try:
            staff = Staff.objects.filter(staff_number=by, is_active=True).first()
            if staff is None:
                raise CommandError("--by の職員はいません。", returncode=2)
            while True:
                found = decide_claims(
                    act=Act(at=timezone.now(), path="command", staff=staff, reason="一括決定")
                )
                decided, left = decided + found.decided, left + found.left
                if not found.decided + found.left:
                    break
        except Refusal as refusal:
            raise CommandError(refusal.message, returncode=2) from None
        self.stdout.write(f"決定{decided:,}件、審査へ{left:,}件")
