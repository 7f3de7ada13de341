"""
Splink on DuckDB: learns the weights and scores masses, beside the register and without the network.

What leaves the register are 照合キー alone, into the memory of this process; what DuckDB writes to its
temporary folder when memory is short is encrypted.
"""

import logging
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import duckdb
import pyarrow as pa
from django.db import connection
from splink import DuckDBAPI, Linker, SettingsCreator
from splink.blocking_rule_library import CustomRule

from integrated_address.rules.matching import BLOCKS, ELSE, ITEMS, UNKNOWN, Item, Level

_PARCEL = 50_000
_COLUMN = re.compile(r"\{([lr])\}(\w+)")
_MEMORY = "2GB"
_COPY = """
COPY (
    SELECT addressee_id AS unique_id, name, kana, given, birth, sex, residence, town, residences,
        has_number
    FROM integrated_address_matchkey
) TO STDOUT
"""
_TYPES = ("varchar", "text", "text", "text", "text", "text", "text", "text", "text[]", "bool")
_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("unique_id", "name", "kana", "given", "birth", "sex")),
        ("residence", pa.string()),
        ("town", pa.string()),
        ("residences", pa.list_(pa.string())),
        ("has_number", pa.bool_()),
    ]
)
# An empty key is nobody's: as NULL it joins with nothing.
_BLOCKED = ("birth", "kana", "given", "name", "residence")
_FILL = (
    "INSERT INTO people SELECT *, "
    + ", ".join(f"nullif({column}, '') AS block_{column}" for column in _BLOCKED)
    + " FROM parcel"
)


@dataclass(frozen=True, slots=True)
class Engine:
    """A DuckDB that holds the keys, and its Splink API."""

    database: duckdb.DuckDBPyConnection
    api: DuckDBAPI
    people: int


@contextmanager
def engine_with_keys(*, threads: int = 2) -> Iterator[Engine]:
    """Give a DuckDB with the 照合キー of all people; nothing of it stays behind."""
    logging.getLogger("splink.internals").setLevel(logging.ERROR)
    with (
        tempfile.TemporaryDirectory(prefix="matching-") as folder,
        duckdb.connect(":memory:") as database,
    ):
        for setting, value in (
            ("memory_limit", _MEMORY),
            ("temp_directory", folder),
            ("temp_file_encryption", "true"),
            ("threads", str(threads)),
            ("enable_progress_bar", "false"),
            ("autoinstall_known_extensions", "false"),
        ):
            database.execute(f"SET {setting} = '{value}'")
        people = _fill(database)
        yield Engine(database, DuckDBAPI(connection=database), people)


def _fill(database: duckdb.DuckDBPyConnection) -> int:
    columns = ", ".join(f"{field.name} {_duckdb_type(field.type)}" for field in _SCHEMA)
    blocks = ", ".join(f"block_{column} VARCHAR" for column in _BLOCKED)
    database.execute(f"CREATE TABLE people ({columns}, {blocks})")
    people = 0
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.set_types(_TYPES)
        parcel: list[tuple[Any, ...]] = []
        for row in copy.rows():
            parcel.append(row)
            if len(parcel) == _PARCEL:
                people += _take(database, parcel)
                parcel = []
        people += _take(database, parcel)
    return people


def _duckdb_type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return "VARCHAR[]"
    return "BOOLEAN" if pa.types.is_boolean(kind) else "VARCHAR"


def _take(database: duckdb.DuckDBPyConnection, parcel: list[tuple[Any, ...]]) -> int:
    if parcel:
        columns = list(zip(*parcel, strict=True))
        arrays = [
            pa.array(values, field.type) for values, field in zip(columns, _SCHEMA, strict=True)
        ]
        database.register("parcel", pa.Table.from_arrays(arrays, schema=_SCHEMA))
        database.execute(_FILL)
        database.unregister("parcel")
    return len(parcel)


def linker_of(engine: Engine, *, prior: float, weights: Mapping[str, Any] | None = None) -> Linker:
    """Return Splink over the keys, with learnt weights or with none yet."""
    settings = SettingsCreator(
        link_type="dedupe_only",
        probability_two_random_records_match=prior,
        comparisons=[_comparison(item, weights) for item in ITEMS],
        blocking_rules_to_generate_predictions=[
            CustomRule(block.replace("{l}", "l.block_").replace("{r}", "r.block_"))
            for block in BLOCKS
        ],
        retain_matching_columns=True,
        retain_intermediate_calculation_columns=False,
    )
    return Linker(engine.api.register("people"), settings)


def _comparison(item: Item, weights: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "output_column_name": item.code,
        "comparison_levels": [
            {
                "sql_condition": _named(item.unknown),
                "label_for_charts": UNKNOWN,
                "is_null_level": True,
            },
            *(_level(item, level, weights) for level in item.levels),
            {"sql_condition": "ELSE", "label_for_charts": ELSE} | _learnt(item, ELSE, weights),
        ],
    }


def _level(item: Item, level: Level, weights: Mapping[str, Any] | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "sql_condition": _named(level.condition),
        "label_for_charts": level.code,
    }
    if level.rarity:
        told |= {"tf_adjustment_column": "kana", "disable_tf_exact_match_detection": True}
    if known := level.as_learnt:
        told |= {"m_probability": known["m"], "u_probability": known["u"]}
        return told | {"fix_m_probability": True, "fix_u_probability": True}
    return told | _learnt(item, level.code, weights)


def _learnt(item: Item, code: str, weights: Mapping[str, Any] | None) -> dict[str, Any]:
    if weights is None:
        return {}
    known = weights[item.code][code]
    # The weight may be bounded: then the m that it stands for is what Splink goes by.
    return {
        "u_probability": known["u"],
        "m_probability": known["u"] * 2 ** known["weight"],
    }


def _named(condition: str) -> str:
    """Write `{l}kana` as `kana_l`, which is how Splink names the columns of a pair."""
    return _COLUMN.sub(r"\2_\1", condition)


def library() -> str:
    """Name the library with its version, for the record of what was learnt."""
    return f"splink {version('splink')}, duckdb {version('duckdb')}"


def codes_of(item: Item) -> dict[int, str]:
    """Return Splink's number of each level → its code: the nearest has the highest, unknown -1."""
    levels = [*(level.code for level in item.levels), ELSE]
    return {len(levels) - 1 - place: code for place, code in enumerate(levels)} | {-1: UNKNOWN}
