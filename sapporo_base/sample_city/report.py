"""A short report on a generated city beside the published figures of the real one."""

from __future__ import annotations

from typing import Final

from sapporo_base.sample_city import rates
from sapporo_base.sample_city.city import Expected

_BAR: Final = 5
_CITY: Final = rates.PEOPLE


def report_of(expected: Expected) -> str:
    """Write the report in Markdown: age pyramid, household sizes, wards, events, families."""
    residents = expected.truth["residents"]
    people, households = residents["residents"], residents["households"]
    ages = {int(age): count for age, count in expected.counts["ages"].items()}
    sizes = {int(size): count for size, count in expected.counts["household_sizes"].items()}
    scale = people / _CITY
    lines = [
        f"# 架空の札幌市 ({people:,}人、基準日 {expected.truth['generated']['as_of']})",
        "",
        "| 項目 | この市 | 札幌市の公表値を人口比で換算(概数) |",
        "|---|--:|--:|",
        f"| 世帯数 | {households:,} | {964_465 * scale:,.0f} |",
        f"| 1世帯の人数 | {people / households:.2f} | 2.04 |",
        f"| 1歳未満 | {expected.counts['ages_0']['0']:,} | {10_500 * scale:,.0f} |",
        f"| 児童手当の受給者(公務員を除く) | {expected.truth['yen']['recipients']:,} | {150_000 * scale:,.0f} |",
        f"| 外国人住民 | {residents['foreign']:,} | {people * 0.01:,.0f} |",
        "",
        "| 区 | 人数 | 割合 |",
        "|---|--:|--:|",
        *(
            f"| {code} | {count:,} | {count / people:.1%} |"
            for code, count in residents["by_ward"].items()
        ),
        "",
        "| 世帯の人数 | 世帯 | 割合 |",
        "|---|--:|--:|",
        *(
            f"| {size}{'以上' if size == max(sizes) else ''} | {sizes[size]:,} | {sizes[size] / households:.1%} |"
            for size in sorted(sizes)
        ),
        "",
        "| 異動(年間に換算) | この市 | 札幌市の件数を人口比で換算(概数) |",
        "|---|--:|--:|",
        *_yearly(expected, scale),
        "",
        "| 年齢 | 人数 | |",
        "|--:|--:|---|",
        *(
            f"| {age}–{age + _BAR - 1} | {ages[age]:,} | {'■' * round(400 * ages[age] / people)} |"
            for age in sorted(ages, reverse=True)
        ),
    ]
    return "\n".join(lines)


def _yearly(expected: Expected, scale: float) -> list[str]:
    events = expected.truth["events"]
    if not events:
        return []
    factor = rates.WORKING_DAYS / len(events)
    published = {"出生": ("birth", 10_500), "死亡": ("death", 23_500), "転入": ("move_in", 62_000),
                 "転出": ("move_out", 62_000), "転居": ("move_within", 100_000)}  # fmt: skip
    found = []
    for label, (kind, number) in published.items():
        count = sum(day["happenings"].get(kind, 0) for day in events.values())
        found.append(f"| {label} | {count * factor:,.0f} | {number * scale:,.0f} |")
    return found
