"""Questions about what a member of staff may see and do. guardian is behind these, nowhere else."""

from collections.abc import Collection
from datetime import date
from itertools import product

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from guardian.models import GroupObjectPermission, UserObjectPermission
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


def working_staff(number: str, *, day: date) -> Staff | None:
    """Return who bears this 職員番号, if they may work on that day."""
    found = Staff.objects.filter(staff_number=number).first()
    return found if found and found.is_valid_on(day) else None


def staff_names(numbers: Collection[str]) -> dict[str, str]:
    """Return the name of each of these 職員番号 that is somebody's."""
    found = Staff.objects.filter(staff_number__in=numbers)
    return dict(found.values_list("staff_number", "name"))


def file_rights_of(staff: Staff) -> frozenset[tuple[str, str]]:
    """
    Return every right (codename, code of the 特定個人情報ファイル) that this person holds, all at once: a
    page asks for several.
    """
    rights = Permission.objects.filter(
        content_type__app_label="sapporo_base", content_type__model="personalinformationfile"
    )
    files = {
        str(pk): code for pk, code in PersonalInformationFile.objects.values_list("pk", "code")
    }
    if staff.is_superuser:
        return frozenset(product(rights.values_list("codename", flat=True), files.values()))
    in_person = UserObjectPermission.objects.filter(user=staff, permission__in=rights)
    by_role = GroupObjectPermission.objects.filter(
        group__in=staff.groups.all(), permission__in=rights
    )
    held = in_person.values_list("permission__codename", "object_pk").union(
        by_role.values_list("permission__codename", "object_pk")
    )
    return frozenset((right, files[key]) for right, key in held if key in files)


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
