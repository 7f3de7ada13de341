"""Which business system may use which interfaces of the platform: loaded, and insisted on."""

from datetime import date

from gateway.models import InterfacePermission
from gateway.selectors.permissions import may_use
from gateway.services.exchanges import rows_of
from sapporo_base import selectors as base_questions
from sapporo_base import services as base
from sapporo_base.acts import Act, NotPermitted
from sapporo_base.models import BusinessSystem

_SINCE = date(2015, 10, 5)


class InterfaceNotPermitted(NotPermitted):
    """The system may not use this group of interfaces for this 特定個人情報."""

    code = "interface_not_permitted"


def insist_on_permission(
    *, system: BusinessSystem, group: str, information_code: str = "", act: Act
) -> None:
    """
    Will pass silently where a system may use a group of interfaces; a refusal is recorded.

    :raises InterfaceNotPermitted: it may not.
    """
    if may_use(system=system, group=group, information_code=information_code, day=act.day):
        return
    words = not_permitted_words(group, information_code)
    base.record_refusal(
        act,
        "interface_refused",
        detail=words[:300],
        information_code=information_code,
        receiver_code=system.code,
    )
    raise InterfaceNotPermitted(words)


def not_permitted_words(group: str, information_code: str = "") -> str:
    """Return what is missing, and who can mend it."""
    what = InterfacePermission.Group(group).label
    about = f"({information_code})" if information_code else ""
    return (
        f"{what}{about}の利用が許可されていません。"
        "スマートシティ推進部に「インターフェイス利用許可」の登録を依頼してください。"
    )


def load_interface_permissions() -> int:
    """Load what the systems of the city may use; what staff have ended or changed stays so."""
    rows = rows_of("interface_permissions.csv")
    for row in rows:
        known = {
            "system": base_questions.system(row["business_system"]),
            "group": row["group"],
            "information_code": row["information_code"],
        }
        if not InterfacePermission.objects.filter(**known).exists():
            InterfacePermission.objects.create(**known, valid_from=_SINCE, reason=row["reason"])
    return len(rows)
