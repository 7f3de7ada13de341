"""How cost grows with the city: a table and a picture, made from the figures of several sizes."""

import re
from collections.abc import Mapping, Sequence
from html import escape
from math import log10
from typing import Any, Final

# Heading, and the name of the measurement with a place for the number of residents.
WORKS: Final = (
    ("full intake", r"full intake of ([\d,]+) residents"),
    ("weekly full set", r"full set of ([\d,]+), [\d,]+ changed"),
    ("a day's file", r"a day's file on ([\d,]+) residents"),
)
YARDSTICK: Final = "COPY of the file"
_MEMORY: Final = r"full intake of ([\d,]+): peak memory"
_COLOURS: Final = ("#2563eb", "#059669", "#d97706", "#6b7280")
_WIDTH, _HEIGHT = 760, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 170, 40, 50

Rows = Sequence[Mapping[str, Any]]
Lines = dict[str, dict[int, float]]


def seconds_by_size(rows: Rows) -> Lines:
    """Return the seconds of each work and of the yardstick, by number of residents."""
    found: Lines = {heading: _values(rows, pattern, "value") for heading, pattern in WORKS}
    found[YARDSTICK] = _values(rows, WORKS[0][1], "yardstick_value")
    return found


def _values(rows: Rows, pattern: str, key: str) -> dict[int, float]:
    matches = ((re.fullmatch(pattern, row["name"]), row[key]) for row in rows)
    return {int(one[1].replace(",", "")): float(value) for one, value in matches if one}


def as_markdown(rows: Rows) -> str:
    """Return the table: a row a size, each work in seconds and as a multiple of COPY."""
    lines = seconds_by_size(rows)
    memory = _values(rows, _MEMORY, "value")
    headings = [heading for heading, _ in WORKS]
    table = [
        f"| residents | {YARDSTICK} | {' | '.join(headings)} | peak memory of the full intake |",
        "|" + "---:|" * (len(headings) + 3),
    ]
    for size in sorted(lines[YARDSTICK]):
        copied = lines[YARDSTICK][size]
        cells = [f"{size:,}", f"{copied:,.1f} s"]
        for heading in headings:
            value = lines[heading].get(size)
            cells.append("" if value is None else f"{value:,.1f} s ({value / copied:.2f} ×)")
        cells.append(f"{memory[size]:,.0f} MiB" if size in memory else "")
        table.append(f"| {' | '.join(cells)} |")
    return "\n".join(table) + "\n"


def as_svg(rows: Rows) -> str:
    """Return the picture: seconds over residents, both on logarithmic scales."""
    lines = {name: values for name, values in seconds_by_size(rows).items() if values}
    sizes = sorted({size for values in lines.values() for size in values})
    seconds = [value for values in lines.values() for value in values.values()]
    scale = _Scale(sizes[0], sizes[-1], min(seconds), max(seconds))
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
        ' font-family="sans-serif" font-size="13">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="22" font-size="15">Seconds by number of residents</text>',
        *scale.grid(sizes),
    ]
    labels = scale.labels({name: values[max(values)] for name, values in lines.items()})
    for colour, (name, values) in zip(_COLOURS, lines.items(), strict=False):
        points = [(scale.x(size), scale.y(values[size])) for size in sorted(values)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        drawn.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in points]
        drawn.append(
            f'<text x="{_WIDTH - _RIGHT + 12}" y="{labels[name]:.1f}" fill="{colour}">'
            f"{escape(name)}</text>"
        )
    return "\n".join([*drawn, "</svg>"]) + "\n"


class _Scale:
    """Places on the picture: a decade is as wide, or as high, as every other."""

    def __init__(self, first: float, last: float, least: float, most: float) -> None:
        self._x = log10(first), max(log10(last), log10(first) + 1)
        # Whole decades, so that the lines of the grid are round numbers.
        self._y = int(log10(least) // 1), int(-(-log10(most) // 1))

    def x(self, size: float) -> float:
        first, last = self._x
        return _LEFT + (log10(size) - first) / (last - first) * (_WIDTH - _LEFT - _RIGHT)

    def y(self, seconds: float) -> float:
        least, most = self._y
        height = _HEIGHT - _TOP - _BOTTOM
        return _HEIGHT - _BOTTOM - (log10(seconds) - least) / max(most - least, 1) * height

    def grid(self, sizes: Sequence[int]) -> list[str]:
        """Return the lines and numbers behind the curves."""
        least, most = self._y
        drawn = []
        for decade in range(least, most + 1):
            y = self.y(10.0**decade)
            drawn.append(
                f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"'
                ' stroke="#e5e7eb"/>'
                f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**decade:g} s</text>'
            )
        for size in sizes:
            x = self.x(size)
            drawn.append(
                f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}"'
                ' stroke="#e5e7eb"/>'
                f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 20}" text-anchor="middle">{size:,}</text>'
            )
        return drawn

    def labels(self, ends: Mapping[str, float]) -> dict[str, float]:
        """Return the height of each name beside the end of its curve, none upon another."""
        placed: dict[str, float] = {}
        lowest = 0.0
        for name, seconds in sorted(ends.items(), key=lambda one: -one[1]):
            lowest = max(self.y(seconds) + 4, lowest + 17)
            placed[name] = lowest
        return placed
