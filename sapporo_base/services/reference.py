"""Loads the dated data of the repository: systems, legal grounds, layouts, code tables, roles."""

import csv
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils.module_loading import import_string

from sapporo_base.layouts import read_definition
from sapporo_base.models import (
    BusinessSystem,
    CodeEntry,
    CodeTable,
    CodeTableRevision,
    Layout,
    LegalBasis,
    PersonalInformationFile,
)

DATA = Path(__file__).resolve().parent.parent / "data"


class UnknownPermission(Exception):
    """A role names a permission that no app has."""


def _rows(name: str) -> Iterable[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _open_end(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _flag(text: str) -> bool:
    return text == "1"


@transaction.atomic
def load_reference_data() -> dict[str, int]:
    """
    Load the repository's dated data. What staff have added since stays; running again changes
    nothing.

    :raises UnknownPermission: `roles.json` names a permission that does not exist.
    """
    return {
        "庁内業務システム": _load_systems(),
        "法令上の根拠": _load_legal_bases(),
        "特定個人情報ファイル": _load_files(),
        "レイアウト": _load_layouts(),
        "コード": _load_codes(),
        "役割": _load_roles(),
        **{name: import_string(loader)() for name, loader in settings.REFERENCE_LOADERS.items()},
    }


def _load_systems() -> int:
    count = 0
    for row in _rows("business_systems.csv"):
        BusinessSystem.objects.get_or_create(
            business_id=row["business_id"],
            local_id=row["local_id"],
            defaults={
                "name": row["name"],
                "section": row["section"],
                "uses_individual_number": _flag(row["uses_individual_number"]),
                "holds_integrated_number": _flag(row["holds_integrated_number"]),
                "in_process": _flag(row["in_process"]),
                "valid_from": _day(row["valid_from"]),
            },
        )
        count += 1
    return count


def _load_legal_bases() -> int:
    systems = {system.code: system for system in BusinessSystem.objects.all()}
    count = 0
    for row in _rows("legal_bases.csv"):
        codes = [code for code in row.pop("systems").split() if code]
        start, end = _day(row.pop("valid_from")), _open_end(row.pop("valid_until"))
        days = int(kept) if (kept := row.pop("result_days")) else None
        basis, created = LegalBasis.objects.get_or_create(
            code=row.pop("code"),
            valid_from=start,
            defaults={**row, "valid_until": end, "result_days": days},
        )
        if created:
            basis.systems.set([systems[code] for code in codes])
        count += 1
    return count


def _load_files() -> int:
    count = 0
    for row in _rows("personal_information_files.csv"):
        file, created = PersonalInformationFile.objects.get_or_create(
            code=row["code"], defaults={"name": row["name"], "section": row["section"]}
        )
        if created:
            file.legal_bases.set(LegalBasis.objects.filter(code__in=row["legal_bases"].split()))
        count += 1
    return count


def _load_layouts() -> int:
    """
    Load the layouts of the release. A version that staff activated stays as it is, and the newest of
    theirs in force stays in force: a release does not take their decision back.
    """
    count = 0
    for path in sorted((DATA / "layouts").glob("*.json")):
        definition = read_definition(path.stem)
        code, version = definition["code"], definition["version"]
        count += 1
        versions = Layout.objects.filter(code=code)
        if versions.exclude(drafted_by=None).filter(version__gte=version).exists():
            continue
        begins = date.fromisoformat(definition["valid_from"])
        versions.filter(state=Layout.State.ACTIVE, version__lt=version, valid_until=None).update(
            valid_until=begins
        )
        Layout.objects.update_or_create(
            code=code,
            version=version,
            defaults={
                "name": definition["name"],
                "valid_from": begins,
                "definition": definition,
            },
        )
    return count


def _load_codes() -> int:
    """Load the codes of the release; a table that staff have revised is theirs from then on."""
    count = 0
    names = {row["code"]: row for row in _rows("code_tables.csv")}
    revised = set(
        CodeTableRevision.objects.filter(state=CodeTableRevision.State.ACTIVE).values_list(
            "code", flat=True
        )
    )
    paths = [one for one in sorted((DATA / "codes").glob("*.csv")) if one.stem not in revised]
    for path in paths:
        told = names.get(path.stem, {"name": path.stem, "source": ""})
        table, _ = CodeTable.objects.update_or_create(
            code=path.stem, defaults={"name": told["name"], "source": told["source"]}
        )
        entries = [
            CodeEntry(
                table=table,
                code=row["code"],
                name=row["name"],
                valid_from=_open_end(row["valid_from"]) or date.min,
                valid_until=_open_end(row["valid_until"]),
                counterpart=row.get("counterpart", ""),
                direction=row.get("direction") or CodeEntry.Direction.BOTH,
            )
            for row in _rows(f"codes/{path.name}")
        ]
        # A release may say for the first time what a neighbour's code stands for.
        mapped = {entry.code for entry in entries if entry.counterpart}
        table.entries.filter(code__in=mapped, counterpart="").delete()
        CodeEntry.objects.bulk_create(
            entries,
            update_conflicts=True,
            unique_fields=["table", "code", "counterpart", "valid_from"],
            update_fields=["name", "valid_until", "direction"],
        )
        count += len(entries)
    for code, told in names.items():
        if code not in revised and told["stands_for"]:
            ours = CodeTable.objects.get(code=told["stands_for"])
            CodeTable.objects.filter(code=code).update(stands_for=ours)
    return count


def _load_roles() -> int:
    roles: dict[str, list[str]] = json.loads((DATA / "roles.json").read_text(encoding="utf-8"))
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for name, rights in roles.items():
        missing = sorted(set(rights) - set(known))
        if missing:
            raise UnknownPermission(f"{name}: {', '.join(missing)}")
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set([known[right] for right in rights])
    return len(roles)
