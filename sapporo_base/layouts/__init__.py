"""
Files by layout: what a record looks like is data, this package reads and writes it. No Django.

`specification` is the shape, `survey` looks at a file as a whole, `columns` judges its columns,
`reading` and `writing` are the two directions.
"""

from sapporo_base.layouts.decoding import Chunk, Reject, mask
from sapporo_base.layouts.reading import Source, open_source, preview
from sapporo_base.layouts.specification import (
    Field,
    LayoutSpecification,
    judged_by,
    load_codes,
    load_layout,
    parse_layout,
    read_definition,
)
from sapporo_base.layouts.survey import UnreadableFile
from sapporo_base.layouts.writing import Written, write_records

__all__ = [
    "Chunk",
    "Field",
    "LayoutSpecification",
    "Reject",
    "Source",
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
