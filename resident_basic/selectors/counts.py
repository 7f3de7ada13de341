"""How many, and what an approval comes to in columns: for boards and for a rehearsal."""

from collections.abc import Collection

from resident_basic.models import Resident
from resident_basic.rules.items import INDIVIDUAL_NUMBER, resident_items


def resident_count() -> int:
    """Return the number of people in the register, those who left included."""
    return Resident.objects.count()


def item_words(names: Collection[str]) -> list[str]:
    """Return the Japanese names of items and of the columns that belong to them, in the order given."""
    known = resident_items()
    words = {column: item.label for item in known.values() for column in item.columns}
    return [words.get(name, "個人番号" if name == INDIVIDUAL_NUMBER else name) for name in names]


def item_columns(items: Collection[str]) -> set[str]:
    """Return the columns of items: a date that may be 不詳 brings its flag and its words."""
    known = resident_items()
    columns = {column for name in items if name in known for column in known[name].columns}
    return columns | (set(items) & {INDIVIDUAL_NUMBER})
