"""Staff, and their rights on 特定個人情報ファイル and 庁内業務システム. guardian is behind these, nowhere else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from guardian.models import UserObjectPermission
from guardian.shortcuts import assign_perm, remove_perm

from sapporo_base.acts import Act, NotNow
from sapporo_base.models import BusinessSystem, PersonalInformationFile, Staff
from sapporo_base.services.records import record_linkage

OPERATE = "operate_businesssystem"
APPLY = "apply_businesssystem"
SYSTEM_RIGHTS = (OPERATE, APPLY)
FILE_RIGHTS = tuple(codename for codename, _ in PersonalInformationFile._meta.permissions)

RightOn = tuple[str, str]
"""A right (`codename`) and the code of the file or system it is held on."""


@dataclass(frozen=True, slots=True)
class DemoStaff:
    """One person of the demo: number, name, section, role, wards and rights by file."""

    staff_number: str
    name: str
    section: str
    role: str
    files: Sequence[str] = ()
    rights: Sequence[str] = ()
    wards: Sequence[str] = ()
    operates: bool = False
    applies_for: Sequence[str] = ()


_SMART = "デジタル戦略推進局スマートシティ推進部"
_CHILD = "子ども未来局子育て支援部子育て支援課"
_REGISTER = "市民文化局地域振興部戸籍住民課"
_ALL = ("child-allowance", "resident", "integrated-address", "social-address")
_OPEN = "open_personalinformationfile"
_CHANGE = "change_contents_personalinformationfile"
_NUMBER = "open_individual_number"
_PROTECTED = "open_protected_person"

DEMO_PASSWORD = "sapporo-demo-2026"  # noqa: S105 - demo only: the command refuses elsewhere
DEMO_STAFF = (
    DemoStaff("M9001", "管理 一郎", _SMART, "システム管理者", operates=True),
    DemoStaff("R3001", "連携 花子", _SMART, "連携運用担当", _ALL, (_OPEN,), operates=True),
    DemoStaff("R3002", "連携 次郎", _SMART, "連携運用担当", _ALL, (_OPEN,)),
    DemoStaff("K1001", "窓口 太郎", _CHILD, "窓口担当", _ALL, (_OPEN, _CHANGE)),
    DemoStaff("K1002", "中央 夏子", "中央区保健福祉部", "窓口担当", _ALL, (_OPEN,), ("011011",)),
    DemoStaff("S2001", "審査 次郎", _CHILD, "審査担当", _ALL, (_OPEN, _CHANGE, _NUMBER)),
    DemoStaff(
        "S2002", "決裁 三郎", _CHILD, "審査決裁者", _ALL, (_OPEN, _CHANGE, _NUMBER, _PROTECTED)
    ),
    DemoStaff("D4001", "承認 良子", _SMART, "利用申請承認者", _ALL, (_OPEN,)),
    DemoStaff("P6001", "支援 京子", _REGISTER, "支援措置担当", ("resident",), (_OPEN, _PROTECTED)),
    DemoStaff("P6002", "戸籍 四郎", _REGISTER, "支援措置担当", ("resident",), (_OPEN, _PROTECTED)),
    DemoStaff("U6001", "申請 幸子", _CHILD, "利用申請担当", applies_for=("027-000",)),
    DemoStaff(
        "U6002",
        "基盤 四郎",
        _SMART,
        "利用申請担当",
        applies_for=("030-002", "030-003", "032-000"),
    ),
    DemoStaff("A5001", "監査 信子", "総務局監査担当", "監査担当"),
)


@transaction.atomic
def prepare_demo_staff(*, act: Act) -> Sequence[DemoStaff]:
    """
    Make the staff of the demo with their roles and rights; running again changes nothing.

    :raises NotNow: this is not the demo environment.
    """
    if not settings.DEMO:
        raise NotNow("デモ環境以外ではデモ職員を作成できません。")
    for told in DEMO_STAFF:
        staff, created = Staff.objects.get_or_create(
            staff_number=told.staff_number,
            defaults={
                "name": told.name,
                "section": told.section,
                "wards": list(told.wards),
                "valid_from": date(2020, 4, 1),
            },
        )
        if created:
            staff.set_password(DEMO_PASSWORD)
            staff.save(update_fields=["password"])
        staff.groups.set(Group.objects.filter(name=told.role))
        for file in PersonalInformationFile.objects.filter(code__in=told.files):
            for right in told.rights:
                assign_perm(f"sapporo_base.{right}", staff, file)
        for system in BusinessSystem.objects.all():
            if told.operates:
                assign_perm(f"sapporo_base.{OPERATE}", staff, system)
            if system.code in told.applies_for:
                assign_perm(f"sapporo_base.{APPLY}", staff, system)
    record_linkage(act, "staff_prepared", detail=f"デモ職員 {len(DEMO_STAFF)}人")
    return DEMO_STAFF


@transaction.atomic
def set_rights(*, staff: Staff, rights: Iterable[RightOn], act: Act) -> tuple[int, int]:
    """Give exactly these rights on files and systems; return how many were given and taken away."""
    wanted = set(rights)
    given = taken = 0
    targets = [
        (file.code, file, right)
        for file in PersonalInformationFile.objects.all()
        for right in FILE_RIGHTS
    ] + [
        (system.code, system, right)
        for system in BusinessSystem.objects.all()
        for right in SYSTEM_RIGHTS
    ]
    for code, target, right in targets:
        held = _holds(staff, right, target)
        if (right, code) in wanted and not held:
            assign_perm(f"sapporo_base.{right}", staff, target)
            given += 1
        elif held and (right, code) not in wanted:
            remove_perm(f"sapporo_base.{right}", staff, target)
            taken += 1
    record_linkage(
        act,
        "rights_changed",
        detail=f"職員番号{staff.staff_number}: 付与{given}件・解除{taken}件",
        items=[f"{code} {right}" for right, code in wanted],
    )
    return given, taken


def _holds(staff: Staff, right: str, target: BusinessSystem | PersonalInformationFile) -> bool:

    return UserObjectPermission.objects.filter(
        user=staff,
        permission__codename=right,
        object_pk=str(target.pk),
        content_type__model=target._meta.model_name,
    ).exists()


@transaction.atomic
def set_staff_password(*, staff: Staff, password: str, act: Act) -> None:
    """Set a password for someone who lost theirs; their sessions end with the old one."""
    staff.set_password(password)
    staff.save(update_fields=["password"])
    record_linkage(act, "password_set", detail=f"職員番号{staff.staff_number}")
