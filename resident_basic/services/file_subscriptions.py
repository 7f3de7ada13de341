"""Who gets a file of each day, in which layout and character set."""

from datetime import date

from django.db import transaction

from resident_basic.models import FileSubscription
from resident_basic.rules.day_files import unknown_columns
from sapporo_base.acts import Act, InvalidRequest
from sapporo_base.layouts import LayoutSpecification, parse_layout
from sapporo_base.models import BusinessSystem
from sapporo_base.selectors import layout_definition
from sapporo_base.selectors.reference import UnknownLayout


@transaction.atomic
def subscribe_to_files(
    *, receiving: BusinessSystem, layout_code: str, encoding: str, starts_after: int, act: Act
) -> FileSubscription:
    """
    Have a system get a file every day from now on, or change its layout and character set.

    :param starts_after: the first file begins after this receipt; later it counts no more.
    :raises InvalidRequest: there is no such layout, or it has items that 個人基本 does not have.
    """
    layout = file_layout(layout_code, day=act.day)
    if strange := unknown_columns(layout):
        raise InvalidRequest(
            fields={"layout_code": f"個人基本にない項目があります: {', '.join(strange)}"}
        )
    subscription, _ = FileSubscription.objects.update_or_create(
        system=receiving,
        defaults={"layout_code": layout_code, "encoding": encoding, "is_active": True},
        create_defaults={
            "layout_code": layout_code,
            "encoding": encoding,
            "starts_after": starts_after,
            "registered_at": act.at,
        },
    )
    return subscription


@transaction.atomic
def stop_files(*, receiving: BusinessSystem) -> None:
    """Make no more files for a system; what was made stays."""
    FileSubscription.objects.filter(system=receiving).update(is_active=False)


def file_layout(code: str, *, day: date) -> LayoutSpecification:
    """
    Return the layout of a receiver's files as in force on a day.

    :raises InvalidRequest: there is none of this code.
    """
    try:
        return parse_layout(layout_definition(code, day=day))
    except UnknownLayout as unknown:
        raise InvalidRequest(fields={"layout_code": "このレイアウトはありません。"}) from unknown
