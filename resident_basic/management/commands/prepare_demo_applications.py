"""The 利用申請 of the demo: drafted by one person, approved by another."""

from dataclasses import dataclass

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from resident_basic import selectors, services
from resident_basic.models import FileSubscription
from resident_basic.rules.applications import API, FILE, SNAPSHOT, WEBHOOK
from resident_basic.rules.items import (
    HOUSEHOLD_ITEMS,
    NUMBERING_ITEMS,
    PROTECTION_MARK,
    item_labels,
    resident_items,
)
from sapporo_base import selectors as base
from sapporo_base.acts import Act
from sapporo_base.models import LegalBasis, Staff

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
    # Who is given the 住所 of protected people must know whose they are.
    PROTECTION_MARK,
)
_NOT_FOR_OTHERS = frozenset({"resident_record_code", "domicile_of_origin", "family_register_head"})


@dataclass(frozen=True, slots=True)
class Told:
    """One 利用申請 of the demo."""

    purpose: str
    items: tuple[str, ...]
    subjects: str
    expected_count: int
    retention: str
    forms: tuple[str, ...] = (API,)
    reads_feed: bool = True
    individual_number: bool = False
    protected_people: bool = True
    daily_file: tuple[str, str] | None = None
    """Layout and character set of its 日次ファイル."""


APPLICATIONS = {
    "017-000": Told(
        purpose="学齢簿の編製",
        items=_SCHOOL,
        subjects="学齢に達する児童と学齢児童・生徒、その世帯",
        expected_count=150_000,
        retention="義務教育の終了から5年",
        forms=(API, FILE),
        daily_file=("school_daily", FileSubscription.Encoding.UTF_8_BOM),
        protected_people=False,
    ),
    "024-000": Told(
        purpose="国民健康保険の資格管理",
        items=_INSURER,
        subjects="国民健康保険の被保険者とその世帯",
        expected_count=320_000,
        retention="資格の喪失から7年",
        forms=(API, FILE, SNAPSHOT, WEBHOOK),
        daily_file=("insurer_daily", FileSubscription.Encoding.CP932),
        individual_number=True,
    ),
    "027-000": Told(
        purpose="児童手当の支給",
        items=_INSURER,
        subjects="受給者、配偶者、児童とその世帯",
        expected_count=420_000,
        retention="支給の終了から7年",
        # Its changes come by the feed of 社会保障宛名; here it only looks people up.
        reads_feed=False,
    ),
    "030-002": Told(
        purpose="社会保障宛名の管理",
        items=tuple(name for name in resident_items() if name not in _NOT_FOR_OTHERS),
        subjects="全住民",
        expected_count=2_000_000,
        retention="消除から7年",
    ),
    "030-003": Told(
        purpose="世帯情報の副本の登録(情報転送)",
        items=tuple(HOUSEHOLD_ITEMS.values()),
        subjects="全住民",
        expected_count=2_000_000,
        retention="副本の公開期間の終了まで",
    ),
    "032-000": Told(
        purpose="団体内統合宛名の付番・管理",
        items=NUMBERING_ITEMS,
        subjects="全住民",
        expected_count=2_000_000,
        retention="宛名の削除まで",
        individual_number=True,
    ),
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
        for code, told in APPLICATIONS.items():
            system = base.system(code)
            drafting = Act(at=now, path="command", staff=drafter)
            if selectors.approved_items(system=system, day=drafting.day).disclosed:
                continue
            ground = base.legal_basis_for(
                kind="transfer", day=drafting.day, code="transfer-resident"
            )
            if ground is None:
                raise CommandError("法令上の根拠「transfer-resident」がありません。", returncode=2)
            application = services.draft_application(
                system=system,
                contents=_contents(told, ground, system.section, drafting),
                act=drafting,
            )
            services.submit_application(application=application, act=drafting)
            services.approve_application(
                application=application, act=Act(at=now, path="command", staff=decider)
            )
            if not told.reads_feed:
                services.choose_feed(receiving=system, reads_feed=False)
            if told.daily_file is not None:
                layout, encoding = told.daily_file
                services.subscribe_to_files(
                    receiving=system,
                    layout_code=layout,
                    encoding=encoding,
                    starts_after=selectors.CHANGES.head(),
                    act=drafting,
                )
            self.stdout.write(f"{system}: {len(told.items)}項目を承認しました。")

    def _staff(self, number: str, name: str) -> Staff:
        found = Staff.objects.filter(staff_number=number).first()
        return found or Staff.objects.create_user(
            number, name=name, section="スマートシティ推進部", valid_from=timezone.localdate()
        )


def _contents(
    told: Told, ground: LegalBasis, section: str, act: Act
) -> services.ApplicationContents:
    return services.ApplicationContents(
        purpose=told.purpose,
        procedure=told.purpose,
        legal_basis=ground,
        items=[
            services.ItemRequest(name, f"{told.purpose}に{label}が必要")
            for name in told.items
            for label in item_labels({name})
        ],
        valid_from=act.day,
        valid_until=act.day.replace(year=act.day.year + 3, day=1),
        subjects=told.subjects,
        expected_count=told.expected_count,
        retention=told.retention,
        handling_section=section,
        delivery_forms=told.forms,
        individual_number=told.individual_number,
        protected_people=told.protected_people,
    )
