"""No 個人番号 leaves by this door: what goes out is searched for one before it is sent."""

from __future__ import annotations

from gateway.platform.failures import IndividualNumberOnTheWayOut
from gateway.rules.stray_numbers import holds_individual_number


def refuse_individual_numbers(interface: str, text: str) -> None:
    """
    Will pass silently if nothing in `text` reads as a 個人番号 (総務省令第85号第5条).

    :raises IndividualNumberOnTheWayOut: something does; neither it nor its place is told.
    """
    if holds_individual_number(text):
        raise IndividualNumberOnTheWayOut(interface)
