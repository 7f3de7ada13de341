"""A consumer's layout narrowed to what it may be given, and the name of its file of the day. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from resident_basic.rules.items import INDIVIDUAL_NUMBER, resident_items
from sapporo_base.layouts import LayoutSpecification

CHANGE_COLUMNS: Final = (
    "receipt",
    "kind",
    "event_id",
    "resident_number",
    "history_number",
    "is_latest",
    "is_suppressed",
)
"""What every row of a file may tell beside the approved items: the 異動情報 and its place."""


@dataclass(frozen=True, slots=True)
class NarrowedLayout:
    """A layout as it may be written: `empty_columns` were not approved and stay empty."""

    layout: LayoutSpecification
    empty_columns: tuple[str, ...]
    has_individual_number: bool


def unknown_columns(layout: LayoutSpecification) -> list[str]:
    """Return the fields of a layout that 個人基本 does not have."""
    known = {column for item in resident_items().values() for column in item.columns}
    known |= {*CHANGE_COLUMNS, INDIVIDUAL_NUMBER}
    return [name for name in layout.names if name not in known]


def narrowed_layout(
    layout: LayoutSpecification,
    *,
    encoding: str,
    columns: Collection[str],
    reduced: Collection[str],
    individual_number: bool,
) -> NarrowedLayout:
    """
    Return the layout with the checks that can still hold.

    A column that was not approved can't be required; a reduced date is no date any more.

    :param columns: names of the approved columns, `reduced` those that are given reduced.
    """
    given = {*CHANGE_COLUMNS, *columns}
    if individual_number:
        given.add(INDIVIDUAL_NUMBER)
    fields = []
    for one in layout.fields:
        # What was delivered may be hidden by 支援措置 or cut by its approval: nothing is demanded.
        field = replace(one, required=False, unknown_date=False, sealed=False, check="")
        if one.name in reduced or one.name not in given:
            field = replace(
                field, type="X", codes="", code_map="", date_form="", pad="", unknown_inline=False
            )
        fields.append(field)
    return NarrowedLayout(
        layout=replace(layout, encoding=encoding, fields=tuple(fields)),
        empty_columns=tuple(one.name for one in layout.fields if one.name not in given),
        has_individual_number=individual_number and INDIVIDUAL_NUMBER in layout.names,
    )


def file_name(*, system_code: str, day: date, form: str) -> str:
    """Return the name of a file of the day, as `017-000_20261124.csv`."""
    return f"{system_code}_{day:%Y%m%d}.{'csv' if form == 'csv' else 'dat'}"
