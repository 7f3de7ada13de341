"""The 利用申請 of the demo: drafted by one person, approved by another."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from resident_basic import selectors, services
from resident_basic.rules.items import resident_items
from sapporo_base import selectors as base
from sapporo_base.acts import Act
from sapporo_base.models import Staff

_SCHOOL = (
    *("name", "name_kana", "born_on", "sex", "household_number", "head_name", "resident_status"),
    *("municipality_code", "municipality", "town", "block", "building", "postal_code"),
    *("change_reason", "changed_on", "resident_kind", "became_resident_on"),
)
_INSURER = (
    *_SCHOOL,
    *("relationship_1", "relationship_2", "relationship_3", "relationship_4"),
    *("head_resident_number", "previous_municipality_code", "moved_out_on", "removed_on"),
    *("moving_out_planned_on", "residence_fixed_on", "prefecture"),
)
_NOT_FOR_OTHERS = {"resident_record_code", "domicile_of_origin", "family_register_head"}
APPLICATIONS = {
    "017-000": ("学齢簿の編製", _SCHOOL, False, False, "transfer-resident"),
    "024-000": ("国民健康保険の資格管理", _INSURER, True, True, "transfer-resident"),
    "027-000": ("児童手当の支給", _INSURER, False, True, "transfer-resident"),
    "030-002": ("社会保障宛名の管理", None, False, True, "transfer-resident"),
    "032-000": ("団体内統合宛名の管理", _SCHOOL, True, True, "transfer-resident"),
}


class Command(BaseCommand):
    help = (
        "デモ用の利用申請を作成し、別の職員が承認する(デモ環境のみ)。再実行しても何も変わらない。"
    )

    @transaction.atomic
    def handle(self, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError("このコマンドはデモ環境でのみ使用できます。", returncode=2)
        now = timezone.now()
        drafter, decider = self._staff("DEMO-A", "申請 花子"), self._staff("DEMO-B", "承認 太郎")
        for code, (purpose, items, number, protected, basis) in APPLICATIONS.items():
            system = base.system(code)
            drafting = Act(at=now, path="command", staff=drafter)
            if selectors.approved_items(system=system, day=drafting.day).disclosed:
                continue
            ground = base.legal_basis_for(kind="transfer", day=drafting.day, code=basis)
            if ground is None:
                raise CommandError(f"法令上の根拠「{basis}」がありません。", returncode=2)
            names = items or sorted(set(resident_items()) - _NOT_FOR_OTHERS)
            application = services.draft_application(
                system=system,
                purpose=purpose,
                procedure=purpose,
                legal_basis=ground,
                items=[services.ItemRequest(name, f"{purpose}に必要") for name in names],
                valid_from=drafting.day,
                valid_until=drafting.day.replace(year=drafting.day.year + 3, day=1),
                individual_number=number,
                protected_people=protected,
                act=drafting,
            )
            services.submit_application(application=application, act=drafting)
            services.approve_application(
                application=application, act=Act(at=now, path="command", staff=decider)
            )
            self.stdout.write(f"{system}: {len(names)}項目を承認しました。")

    def _staff(self, number: str, name: str) -> Staff:
        found = Staff.objects.filter(staff_number=number).first()
        return found or Staff.objects.create_user(
            number, name=name, section="スマートシティ推進部", valid_from=timezone.localdate()
        )
