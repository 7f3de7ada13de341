"""The generator of the fictitious city."""

from sapporo_base.benchmarks import cities
from sapporo_base.measuring import Measure


def measure(size: int) -> list[Measure]:
    """Measure rows a second and memory."""
    run = cities.generate(size)
    per_second = size / run.seconds
    return [
        Measure("generator: residents a second", per_second, "1/s"),
        Measure("generator: seconds for 2,000,000", 2_000_000 / per_second, "s", aim=120),
        Measure("generator: peak memory", run.peak_mib, "MiB", aim=1536),
    ]
