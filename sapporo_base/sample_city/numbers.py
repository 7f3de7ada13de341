"""Numbers of people and bodies: serials, check digits, the fictitious ranges; by the million or one by one."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]

RESIDENT_SERIALS: Final = 10_000_001
HOUSEHOLD_SERIALS: Final = 40_000_001
OUT_OF_REGISTRY_SERIALS: Final = 90_000_000_001
SERIALS_OF_A_BLOCK: Final = 40_000
"""Serials set aside for each block of the city: 宛名番号, 世帯番号 and 個人番号 alike."""

INDIVIDUAL_BODY: Final = 99_900_000_000
"""Every 個人番号 made here is 999 + an 8-digit serial + its check digit."""
INDIVIDUAL_SERIALS_OF_THE_CITY: Final = 40_000_000
ELSEWHERE_SERIALS: Final = 40_000_000
"""Serials from here to 59,999,999 are citizens elsewhere."""
TEST_SERIALS: Final = 90_000_000
"""Serials from here to 99,999,999 belong to the tests."""
_SCATTER: Final = 17_711_153
"""Coprime to the size of the city's range, so that neighbours do not have neighbouring 個人番号."""


def fictitious_individual_number(serial: int) -> str:
    """
    Make the fictitious 個人番号 of a serial: `999`, eight digits, check digit.

    :param serial: 0 … 99,999,999; tests use `TEST_SERIALS` and up.
    :raises ValueError: the serial has no place in the range.
    """
    if not 0 <= serial < 100_000_000:
        raise ValueError("serial must have at most eight digits")
    return str(individual_numbers(np.array([serial], dtype=np.int64))[0])


def individual_numbers(serials: Integers) -> Integers:
    """Make the fictitious 個人番号 of many serials (総務省令第85号第5条), as 12-digit integers."""
    body = serials + INDIVIDUAL_BODY
    remainder = _weighted(body, [n + 1 if n <= 6 else n - 5 for n in range(1, 12)]) % 11
    return body * 10 + np.where(remainder <= 1, 0, 11 - remainder)


def city_individual_numbers(positions: Integers) -> Integers:
    """Make the 個人番号 of people of the city from their positions (0, 1, 2 …), scattered over the range."""
    return individual_numbers(positions * _SCATTER % INDIVIDUAL_SERIALS_OF_THE_CITY)


def numbers_from(first_serial: int, count: int) -> Integers:
    """
    Make `count` 宛名番号 or 世帯番号 (15 digits) from a serial on; serials with remainder 1 are skipped.

    The check digit is M11W2-7 over 14 digits of serial (住民記録システム標準仕様書).
    """
    serials = np.arange(first_serial, first_serial + count + count // 8 + 16, dtype=np.int64)
    remainder = _weighted(serials, [2 + n % 6 for n in range(14)]) % 11
    serials, remainder = serials[remainder != 1], remainder[remainder != 1]
    found: Integers = serials * 10 + (11 - remainder) % 11
    return found[:count]


def corporate_number(serial: int) -> str:
    """Make a fictitious 法人番号: check digit first, over `99` and ten digits of serial."""
    base = 990_000_000_000 + serial
    total = int(_weighted(np.array([base], dtype=np.int64), [1 + n % 2 for n in range(12)])[0])
    return f"{9 - total % 9}{base}"


def municipality_check_digit(code: str) -> str:
    """Return the check digit of a five-digit 全国地方公共団体コード."""
    total = sum(int(digit) * weight for digit, weight in zip(code, (6, 5, 4, 3, 2), strict=True))
    return str((11 - total % 11) % 10)


def _weighted(values: Integers, weights: list[int]) -> Integers:
    """Sum the digits of each value, from the right, times the weights."""
    total = np.zeros_like(values)
    rest = values.copy()
    for weight in weights:
        total += rest % 10 * weight
        rest //= 10
    return total
