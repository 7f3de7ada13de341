"""Numbers inside results: a business system is told its own, never the city's inner ones without a right."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from gateway.rules.codes import numbers_within, with_numbers_replaced
from gateway.services import layouts
from integrated_address import selectors as addressees
from sapporo_base.acts import Act
from sapporo_base.models import BusinessSystem

Items = Mapping[str, Any]


def with_own_numbers(
    results: Sequence[tuple[str, Items, Mapping[str, str]]], *, system: BusinessSystem, act: Act
) -> list[dict[str, Any]]:
    """
    Return the items of results with each 団体内統合宛名番号 turned into the system's own number.

    What the layout of the 特定個人情報 names as such a number is one; elsewhere fifteen digits are one
    if the city gave that number to somebody. A person whom the system does not know stays hidden,
    unless the system holds 団体内統合宛名番号 (統合宛名番号保有).

    :param results: the 特定個人情報名コード and the items of each, and the number that was asked about
        with the number that it was asked under: that one is told, however many the person has.
    """
    found = {
        number
        for _, items, _ in results
        for text in _texts(items)
        for number in numbers_within(text)
    }
    if not found:
        return [dict(items) for _, items, _ in results]
    own = {
        number: numbers[0]
        for number, numbers in addressees.business_numbers_of(
            system=system, integrated_numbers=found
        ).items()
    }
    inner = addressees.known_numbers(found - own.keys())
    shown = found if system.holds_integrated_number else found - inner
    named = {
        code: layouts.integrated_number_items(code, act=act)
        for code in {code for code, items, _ in results if items}
    }
    # Where the layout says that a number stands, one that nobody here bears is hidden too.
    shown_where_named = found if system.holds_integrated_number else frozenset[str]()
    return [
        _replaced(items, {**own, **asked}, shown, (named.get(code, frozenset()), shown_where_named))
        for code, items, asked in results
    ]


def _texts(items: Items) -> Iterator[str]:
    for value in items.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, Sequence):
            for row in value:
                yield from _texts(row)


def _replaced(
    items: Items,
    own: Mapping[str, str],
    shown: Collection[str],
    named: tuple[Collection[str], Collection[str]],
) -> dict[str, Any]:
    keys, shown_where_named = named
    told: dict[str, Any] = {}
    for key, value in items.items():
        if isinstance(value, str):
            kept = shown_where_named if key in keys else shown
            told[key] = with_numbers_replaced(value, own, kept=kept)
        elif isinstance(value, Sequence):
            told[key] = [_replaced(row, own, shown, named) for row in value]
        else:
            told[key] = value
    return told
