"""支援措置, asked of whichever app keeps it: the ground floor knows it by name only."""

from collections.abc import Callable, Collection

from django.conf import settings
from django.utils.module_loading import import_string


def protected_among(numbers: Collection[str]) -> frozenset[str]:
    """Return those 宛名番号 whose person stands under 支援措置 (`settings.PROTECTED_AMONG`)."""
    if not numbers:
        return frozenset()
    asked: Callable[[Collection[str]], frozenset[str]] = import_string(settings.PROTECTED_AMONG)
    return asked(numbers)
