"""The scopes of the APIs (`業務ID:APIコール名:操作名`) and what each allows, in words for staff."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).parent.parent / "data" / "api_scopes.csv"


@cache
def known_scopes() -> Mapping[str, str]:
    """Return every scope that a credential can hold, with its Japanese title."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {row["scope"]: row["title"] for row in csv.DictReader(file)}
