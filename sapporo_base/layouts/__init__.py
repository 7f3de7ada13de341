"""
Files by layout: what a record looks like is data, this package reads and writes it. No Django.

`specification` is the shape, `definitions` what may be said of one, `survey` looks at a file as a
whole, `cutting` and `markup` take records apart, `columns` judges their columns, `values` and `tables`
convert them, `reading` and `writing` are the two directions.
"""

from sapporo_base.layouts.decoding import Chunk, Reject, mask
from sapporo_base.layouts.reading import Source, open_source, preview
from sapporo_base.layouts.specification import (
    BadLayout,
    Field,
    LayoutSpecification,
    judged_by,
    load_codes,
    load_layout,
    parse_layout,
    read_definition,
)
from sapporo_base.layouts.survey import UnreadableFile
from sapporo_base.layouts.tables import CharacterRules, CodeMap, Tables, Unmapped
from sapporo_base.layouts.writing import RecordWriter, Written, write_records

__all__ = [
    "BadLayout",
    "CharacterRules",
    "Chunk",
    "CodeMap",
    "Field",
    "LayoutSpecification",
    "RecordWriter",
    "Reject",
    "Source",
    "Tables",
    "Unmapped",
    "UnreadableFile",
    "Written",
    "judged_by",
    "load_codes",
    "load_layout",
    "mask",
    "open_source",
    "parse_layout",
    "preview",
    "read_definition",
    "write_records",
]
