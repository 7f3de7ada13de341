"""Files and rows of 既存住基 for tests: nobody's numbers, everything filled that must be."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from resident_basic.rules.items import register_layout
from sapporo_base.rules.check_digits import individual_number_check_digit, resident_number

_SERIALS = iter(range(10_500_000, 10_900_000))
_NUMBERS = iter(range(90_500_000, 90_900_000))


def a_resident_number() -> str:
    """Return a 宛名番号 that nobody has."""
    return next(number for serial in _SERIALS if (number := resident_number(serial)))


def an_individual_number() -> str:
    """Return a fictitious 個人番号 of the range for tests."""
    body = f"999{next(_NUMBERS):08d}"
    return body + individual_number_check_digit(body)


def row(**values: Any) -> dict[str, str]:
    """Return one 異動 as 既存住基 sends it; what is not named is ordinary."""
    number = values.get("resident_number") or a_resident_number()
    history = values.get("history_number", "1")
    household = a_resident_number()
    return {
        "event_id": f"E{number[-12:]}{int(history):03d}",
        "change_reason": "01",
        "changed_on": "2026-10-01",
        "processed_on": "2026-10-01",
        "processed_time": "09:00:00",
        "resident_number": number,
        "history_number": str(history),
        "household_number": household,
        "resident_kind": "1",
        "resident_status": "1",
        "name": "札幌　花子",
        "name_kana": "サッポロ　ハナコ",
        "born_on": "1990-04-05",
        "sex": "2",
        "relationship_1": "02",
        "head_name": "札幌　花子",
        "head_resident_number": number,
        "municipality_code": "011011",
        "prefecture": "北海道",
        "municipality": "札幌市中央区",
        "town": "北一条西",
        "block": "２丁目１",
        **_what_goes_with(values),
    } | {name: str(value) for name, value in values.items()}


def _what_goes_with(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the items without which others are refused: who left has left on a day."""
    day = str(values.get("changed_on") or "2026-10-01")
    found = {}
    if values.get("resident_status") == "2":
        found["moving_out_planned_on"] = day
    if values.get("resident_status") in {"2", "3", "9"}:
        found["removed_on"] = day
    if values.get("resident_kind") == "2":
        found["nationality_code"] = "VNM"
    if values.get("support_measure"):
        found["support_from"] = day
    return found


def a_file(path: Path, *rows: dict[str, str]) -> Path:
    """Write rows as a file of 既存住基, whatever is wrong in them."""
    layout = register_layout()
    with path.open("w", encoding=layout.encoding, newline="") as stream:
        lines = csv.writer(stream, lineterminator=layout.newline)
        lines.writerow(layout.labels)
        lines.writerows([one.get(name, "") for name in layout.names] for one in rows)
        lines.writerow(("T", len(rows)))
    return path
