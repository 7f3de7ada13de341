"""How many, and what an approval comes to in columns: for boards and for a rehearsal."""

from collections.abc import Collection

from resident_basic.models import Resident
from resident_basic.rules.items import INDIVIDUAL_NUMBER, resident_items


def resident_count() -> int:
    """Return the number of people in the register, those who left included."""
    return Resident.objects.count()


def item_columns(items: Collection[str]) -> set[str]:
    """Return the columns of items: a date that may be 不詳 brings its flag and its words."""
    known = resident_items()
    columns = {column for name in items if name in known for column in known[name].columns}
    return columns | (set(items) & {INDIVIDUAL_NUMBER})
