"""自動応答不可フラグ and 不開示該当フラグ on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lxml import etree

from gateway.platform import profile
from gateway.platform.envelope import Fields, row
from gateway.platform.messages import Flags

_FLAGS: Final[Fields] = {
    "IntegratedAddressNumber": profile.NUMBER,
    "NoAutomaticAnswer": profile.YES_NO,
    "NonDisclosure": profile.YES_NO,
}


def read_flags(interface: str, records: Iterable[etree._Element]) -> list[Flags]:
    """Return both flags of each number."""
    told = (row(interface, record, _FLAGS) for record in records)
    return [
        Flags(
            r["IntegratedAddressNumber"],
            no_automatic_answer=r["NoAutomaticAnswer"] == "1",
            withheld=r["NonDisclosure"] == "1",
        )
        for r in told
    ]
