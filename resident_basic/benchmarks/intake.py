"""
Files of 既存住基: the full intake into an empty register, a day's 異動差分, a week's full set.

Everything is included (flow A): decoding, judging, versions, the feed, numbers, 符号 requests, records.
The yardstick is COPY of the same file as one statement into an ordinary table of texts that has its
key and three indexes, on the same server with the same settings.
"""

from resident_basic.benchmarks.weeks import full_set_of_a_week, latency_beside
from sapporo_base.benchmarks import cities, copying
from sapporo_base.measuring import Measure

_KEY = ("宛名番号", "履歴番号")
_INDEXED = ("氏名フリガナ", "生年月日", "世帯番号")


def measure(size: int) -> list[Measure]:
    """Measure the three kinds of file against COPY, and what a consumer notices meanwhile."""
    file = cities.full_set(size)
    copied = copying.seconds_to_copy(file, key=_KEY, indexed=_INDEXED)
    full = cities.run_command("receive_residents", str(file))
    day = cities.run_command("receive_residents", str(cities.daily(size)))
    changed, weekly = full_set_of_a_week(file)
    week, latency = latency_beside(["receive_residents", str(weekly)], file)
    return [
        Measure(
            f"full intake of {size:,} residents",
            full.seconds,
            "s",
            copying.YARDSTICK,
            copied,
            aim=6,
        ),
        Measure(f"full intake of {size:,}: peak memory", full.peak_mib, "MiB", aim=1536),
        Measure(f"a day's file on {size:,} residents", day.seconds, "s", aim=3),
        Measure(f"a day's file on {size:,}: peak memory", day.peak_mib, "MiB", aim=1536),
        Measure(
            f"full set of {size:,}, {changed:,} changed",
            week.seconds,
            "s",
            copying.YARDSTICK,
            copied,
            aim=1.5,
        ),
        Measure(f"full set of {size:,}: peak memory", week.peak_mib, "MiB", aim=1536),
        Measure(f"commit to consumer beside it ({size:,})", latency.seen, "s", aim=1),
        Measure(f"one 異動 beside it ({size:,}), the slowest", latency.stored, "s"),
    ]
