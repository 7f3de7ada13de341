"""What a reception did or would do, in words and tables for the operator: nobody's values."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, Final

from resident_basic import selectors
from resident_basic.models import ReconciliationDifference, ResidentVersion
from resident_basic.rules.items import resident_items
from sapporo_base import selectors as base
from sapporo_base.acts import Act
from sapporo_base.bulk import Staging
from sapporo_base.models import BatchRun

_EXAMPLES: Final = 10
_PROTECTED: Final = "(支援措置のため表示しません)"
_KINDS: Final = {"new": "新しい住民", "version": "新しい履歴", "content": "履歴の訂正"}

Section = dict[str, Any]


def section(title: str, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> Section:
    """Return one table of a report, as it is kept in the run and shown on its page."""
    return {"title": title, "headings": list(headings), "rows": [list(row) for row in rows]}


_WOULD_CHANGE: Final = """
SELECT CASE WHEN c.known_id IS NOT NULL THEN 'content'
            WHEN r.resident_number IS NULL THEN 'new' ELSE 'version' END AS kind,
       s.change_reason, count(*)
FROM resident_candidate c JOIN {staging} s ON s.row_number = c.row_number
LEFT JOIN resident_basic_resident r ON r.resident_number = c.resident_number
WHERE NOT c.is_same GROUP BY 1, 2 ORDER BY 3 DESC, 2, 1
"""
_FIRST: Final = """
SELECT s.row_number, c.resident_number, coalesce(c.known_id, v.id), s.change_reason,
       s.support_measure IN ('1', '2'), {columns}
FROM resident_candidate c JOIN {{staging}} s ON s.row_number = c.row_number
LEFT JOIN resident_basic_residentversion v
       ON v.resident_number = c.resident_number AND v.superseded_at IS NULL AND v.is_latest
WHERE NOT c.is_same ORDER BY s.row_number LIMIT {most}
"""


def changes_by_reason(staging: Staging, act: Act) -> Section:
    """Return how many rows would change something, by 異動事由 in words."""
    names = base.code_names("change_reason", day=act.day)
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, reason, count in staging.select(_WOULD_CHANGE):
        counted[reason][kind] += count
    rows = [
        [f"{reason} {names.get(reason, '')}", *(kinds[kind] for kind in _KINDS), kinds.total()]
        for reason, kinds in sorted(counted.items(), key=lambda one: (-one[1].total(), one[0]))
    ]
    return section("変更の件数(異動事由別)", ["異動事由", *_KINDS.values(), "計"], rows)


def first_examples(staging: Staging, columns: dict[str, str], act: Act) -> Section:
    """
    Return the first rows that would change something: whom, and which items, never a value.

    :param columns: of a version, with the SQL of each from the staging table.
    """
    statement = _FIRST.format(
        columns=", ".join(f'{sql} AS "{name}"' for name, sql in columns.items()), most=_EXAMPLES
    )
    found = staging.select(statement)
    known = ResidentVersion.objects.in_bulk([row[2] for row in found if row[2]])
    protected = selectors.protected_among([row[1] for row in found])
    names = base.code_names("change_reason", day=act.day)
    rows = []
    for number, resident, known_id, reason, is_protected, *values in found:
        before = known.get(known_id)
        after = dict(zip(columns, values, strict=True))
        if is_protected or resident in protected:
            items = _PROTECTED
        elif before is None:
            items = "新しい住民(全項目)"
        else:
            items = "、".join(
                item.label
                for item in resident_items().values()
                if any(getattr(before, one) != after[one] for one in item.columns)
            )
        rows.append([number, resident, names.get(reason, reason), items])
    return section("変更の例", ["行", "宛名番号", "異動事由", "変わる項目"], rows)


def rejects_by_reason(batch: BatchRun) -> Section:
    """Return how many rows can't be taken, by item and reason, with the first row numbers."""
    rows = [list(kind) for kind in base.rejects_by_reason(batch)]
    return section("受領できない行", base.REJECTS_HEADINGS, rows)


def differences_by_kind(by_kind: dict[str, int]) -> Section:
    """Return where the full set and the register do not agree."""
    return section(
        "全件との照合差異",
        ["差異", "件数"],
        [[kind.label, by_kind.get(kind.value, 0)] for kind in ReconciliationDifference.Kind],
    )
