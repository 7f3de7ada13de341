"""Tables that leave as CSV: UTF-8 with BOM, nothing that a spreadsheet would run, never kept by a browser."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.html import strip_tags


def cell_of(value: Any) -> str:
    """Return a value as a cell; one that begins like a formula would be run by who opens it."""
    if isinstance(value, bool):
        value = "はい" if value else "いいえ"
    if hasattr(value, "isoformat"):
        value = (timezone.localtime(value) if hasattr(value, "hour") else value).isoformat()
    text = " ".join(strip_tags(str("" if value is None else value)).split())
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text


def csv_response(name: str, labels: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """Return a table as a file whose name says when it left."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(labels)
    writer.writerows([cell_of(value) for value in row] for row in rows)
    response = HttpResponse("\ufeff" + table.getvalue(), content_type="text/csv; charset=utf-8")
    day = timezone.localtime().strftime("%Y%m%d-%H%M%S%z")
    response["Content-Disposition"] = f'attachment; filename="{name}-{day}.csv"'
    response["Cache-Control"] = "no-store"
    return response
