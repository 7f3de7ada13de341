"""Questions about what a member of staff may see and do. guardian is behind these, nowhere else."""

from datetime import date

from django.db.models import QuerySet
from guardian.models import UserObjectPermission
from guardian.shortcuts import get_objects_for_user

from sapporo_base.models import BusinessSystem, PersonalInformationFile, Staff


def systems_operated_by(staff: Staff) -> QuerySet[BusinessSystem]:
    """Return the business systems whose linkage this person may operate."""
    return get_objects_for_user(
        staff,
        "sapporo_base.operate_businesssystem",
        klass=BusinessSystem,
        accept_global_perms=False,
    )


def systems_applied_for_by(staff: Staff) -> QuerySet[BusinessSystem]:
    """Return the business systems for which this person may draft a 利用申請."""
    return get_objects_for_user(
        staff, "sapporo_base.apply_businesssystem", klass=BusinessSystem, accept_global_perms=False
    )


def files_open_to(
    staff: Staff, right: str = "open_personalinformationfile"
) -> QuerySet[PersonalInformationFile]:
    """
    Return the 特定個人情報ファイル on which this person holds a right
    (`PersonalInformationFile.Meta`).
    """
    return get_objects_for_user(
        staff, f"sapporo_base.{right}", klass=PersonalInformationFile, accept_global_perms=False
    )


def working_staff(number: str, *, day: date) -> Staff | None:
    """Return who bears this 職員番号, if they may work on that day."""
    found = Staff.objects.filter(staff_number=number).first()
    return found if found and found.is_valid_on(day) else None


def may(staff: Staff, right: str, *, file: str) -> bool:
    """Say whether this person holds a right on the 特定個人情報ファイル of that code."""
    return files_open_to(staff, right).filter(code=file).exists()


def wards_of(staff: Staff) -> frozenset[str] | None:
    """Return the wards (municipality codes) this person serves, or None for the whole city."""
    return frozenset(staff.wards) or None


def is_working(staff_number: str, *, day: date) -> bool:
    """Say whether a 職員番号 is that of someone who may work on a day."""
    staff = Staff.objects.filter(staff_number=staff_number).first()
    return staff is not None and staff.is_valid_on(day)


def rights_held(staff: Staff) -> set[tuple[str, str]]:
    """Return the rights (codename, code of file or system) that this person holds in person."""
    files = {
        str(pk): code for pk, code in PersonalInformationFile.objects.values_list("pk", "code")
    }
    systems = {str(system.pk): system.code for system in BusinessSystem.objects.all()}
    return {
        (right, (files if model == "personalinformationfile" else systems).get(key, ""))
        for right, model, key in UserObjectPermission.objects.filter(
            user=staff, content_type__app_label="sapporo_base"
        ).values_list("permission__codename", "content_type__model", "object_pk")
    }
