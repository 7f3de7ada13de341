"""Which of two numbers of one person remains (名寄せ). Pure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Standing:
    """
    What decides which of two numbers remains; the smaller one does.

    First the one with the 個人番号, for its 符号 is the platform's; then the one that was numbered
    earlier, for more systems have had it for longer.
    """

    lacks_individual_number: bool
    numbered_at: datetime
    integrated_number: str


def survivor_of(one: Standing, other: Standing) -> tuple[Standing, Standing]:
    """Return the number that remains and the one that is answered with it from now on."""
    survivor, retired = sorted((one, other))
    return survivor, retired
