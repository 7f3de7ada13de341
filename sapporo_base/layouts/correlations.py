"""Judging the items of a row beside one another (相関): rules that a layout states as data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Column = Sequence[str]
_KNOWN: Final = frozenset({"item", "when", "equals", "not_before", "required", "reason"})
_YES: Final = "1"


class NotACorrelation(ValueError):
    """The rule is wrong; the message names its item."""


@dataclass(frozen=True)
class Correlation:
    """
    One rule about an item where others have certain values: it must be there, be equal to another, or
    not lie before another. An absent value is judged by `required` alone.

    :param when: values of other items, all of which must be met; "" is absent.
    """

    item: str
    reason: str
    when: Mapping[str, frozenset[str]] = field(default_factory=dict)
    required: bool = False
    equals: str = ""
    not_before: str = ""

    @property
    def names(self) -> Iterator[str]:
        """The items it speaks of."""
        yield from (self.item, *self.when, *filter(None, (self.equals, self.not_before)))

    def broken(self, columns: Mapping[str, Column]) -> list[int]:
        """Return the places, from 0, of the rows that break it."""
        places = self._concerned(columns)
        column = columns[self.item]
        if self.required:
            # A date that is 不詳 is told by its words.
            unknown = columns.get(f"{self.item}_unknown")
            return [at for at in places if not column[at] and not (unknown and unknown[at] == _YES)]
        other = columns[self.equals or self.not_before]
        if self.equals:
            return [at for at in places if column[at] and column[at] != other[at]]
        return [at for at in places if column[at] and other[at] and column[at] < other[at]]

    def _concerned(self, columns: Mapping[str, Column]) -> Sequence[int]:
        places: Sequence[int] = range(len(columns[self.item]))
        for name, values in self.when.items():
            column = columns[name]
            if values.isdisjoint(column):
                return ()
            places = [at for at in places if column[at] in values]
        return places


def parse_correlation(raw: Mapping[str, Any]) -> Correlation:
    """
    Return the rule that a JSON object describes.

    :raises NotACorrelation: it describes none.
    """
    kinds = {"equals", "not_before", "required"} & set(raw)
    if set(raw) - _KNOWN or not {"item", "reason"} <= set(raw) or len(kinds) != 1:
        raise NotACorrelation(f"a correlation of {raw.get('item', '?')} is incomplete or unknown")
    return Correlation(
        item=raw["item"],
        reason=raw["reason"],
        when={name: frozenset(values) for name, values in raw.get("when", {}).items()},
        required=bool(raw.get("required", False)),
        equals=raw.get("equals", ""),
        not_before=raw.get("not_before", ""),
    )
