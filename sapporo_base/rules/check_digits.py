"""
Check digits of the numbers that people, corporations and municipalities bear.

個人番号 and 法人番号 follow python-stdnum, whose formulas are the ones of the ordinances; its
`validate` is not used, because it forgives hyphens and spaces and a register must not.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from stdnum.jp import cn, in_

INDIVIDUAL_NUMBER_LENGTH: Final = 12
CORPORATE_NUMBER_LENGTH: Final = 13
RESIDENT_NUMBER_LENGTH: Final = 15
MUNICIPALITY_CODE_LENGTH: Final = 6

_MODULUS: Final = 11
_NINE: Final = 9
_DIGITS: Final = re.compile(r"[0-9]+\Z")

# 指定都市 (地方自治法第252条の19) by the first five digits of their 全国地方公共団体コード. Their
# wards bear the numbers that follow, within the same prefecture and below 200.
_DESIGNATED_CITIES: Final = (
    "01100", "04100", "11100", "12100", "14100", "14130", "14150", "15100", "22100", "22130",
    "23100", "26100", "27100", "27140", "28100", "33100", "34100", "40100", "40130", "43100",
)  # fmt: skip
_WARD_CEILING: Final = 200

# 札幌市の行政区 in the order of their codes.
WARDS_OF_SAPPORO: Final[Mapping[str, str]] = {
    "011011": "中央区",
    "011029": "北区",
    "011037": "東区",
    "011045": "白石区",
    "011053": "豊平区",
    "011061": "南区",
    "011070": "西区",
    "011088": "厚別区",
    "011096": "手稲区",
    "011100": "清田区",
}
SAPPORO: Final = "011002"


def _digits(text: str, length: int, what: str) -> str:
    if len(text) != length or not _DIGITS.match(text):
        # The number itself stays out of the message: it may be a person's.
        raise ValueError(f"{what}は半角数字{length}桁でなければならない。")
    return text


# 個人番号 ------------------------------------------------------------------------------------


def individual_number_check_digit(body: str) -> str:
    """
    Return the twelfth digit of the 個人番号 that begins with `body` (11 digits).

    平成26年総務省令第85号第5条.

    :raises ValueError: `body` is not eleven digits.
    """
    body = _digits(body, INDIVIDUAL_NUMBER_LENGTH - 1, "個人番号の検査用数字を除いた部分")
    return str(in_.calc_check_digit(body))


def is_individual_number(text: str) -> bool:
    """Tell whether `text` is twelve half-width digits with the right check digit."""
    return (
        len(text) == INDIVIDUAL_NUMBER_LENGTH
        and _DIGITS.match(text) is not None
        and in_.calc_check_digit(text[:-1]) == text[-1]
    )


# 法人番号 ------------------------------------------------------------------------------------


def corporate_number_check_digit(base: str) -> str:
    """
    Return the first digit of the 法人番号 whose 基礎番号 is `base` (12 digits).

    平成26年財務省令第70号第2条.

    :raises ValueError: `base` is not twelve digits.
    """
    return str(
        cn.calc_check_digit(_digits(base, CORPORATE_NUMBER_LENGTH - 1, "法人番号の基礎番号"))
    )


def is_corporate_number(text: str) -> bool:
    """Tell whether `text` is thirteen half-width digits with the right first digit."""
    return (
        len(text) == CORPORATE_NUMBER_LENGTH
        and _DIGITS.match(text) is not None
        and cn.calc_check_digit(text[1:]) == text[0]
    )


# 住民宛名番号, 住登外者宛名番号, 世帯番号 ------------------------------------------------------


def resident_number_check_digit(serial: str) -> str | None:
    """
    Return the M11W2-7 check digit of a serial (モジュラス11, ウエイト2から7), or None.

    Weights 2, 3, 4, 5, 6, 7, 2, 3 … from the right; eleven less the remainder; 0 for remainder 0.
    Remainder 1 would need the digit 10: such a serial has no number and is skipped
    (docs/decisions: numbers and their check digits).
    """
    if not _DIGITS.match(serial):
        raise ValueError("連番は半角数字でなければならない。")
    total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(serial)))
    remainder = total % _MODULUS
    if remainder == 1:
        return None
    return str((_MODULUS - remainder) % _MODULUS)


def resident_number(serial: int) -> str | None:
    """
    Return the 15-digit 宛名番号 of a serial, or None for a serial that has none (remainder 1).

    :raises ValueError: the serial is not between 1 and 99,999,999,999,999.
    """
    body = f"{serial:014d}"
    if serial < 1 or len(body) >= RESIDENT_NUMBER_LENGTH:
        raise ValueError("宛名番号の連番は1から99,999,999,999,999まで。")
    digit = resident_number_check_digit(body)
    return None if digit is None else body + digit


def is_resident_number(text: str) -> bool:
    """Tell whether `text` is fifteen half-width digits with the right M11W2-7 check digit."""
    return (
        len(text) == RESIDENT_NUMBER_LENGTH
        and _DIGITS.match(text) is not None
        and int(text) > 0
        and resident_number_check_digit(text[:-1]) == text[-1]
    )


# 全国地方公共団体コード -----------------------------------------------------------------------


def municipality_check_digit(body: str) -> str:
    """
    Return the sixth digit of the 全国地方公共団体コード that begins with `body` (5 digits).

    :raises ValueError: `body` is not five digits.
    """
    body = _digits(body, MUNICIPALITY_CODE_LENGTH - 1, "全国地方公共団体コードの最初の部分")
    total = sum(int(digit) * weight for digit, weight in zip(body, (6, 5, 4, 3, 2), strict=True))
    return str((_MODULUS - total % _MODULUS) % 10)


def is_municipality_code(text: str) -> bool:
    """Tell whether `text` has the form and check digit of a 全国地方公共団体コード."""
    return (
        len(text) == MUNICIPALITY_CODE_LENGTH
        and _DIGITS.match(text) is not None
        and "01" <= text[:2] <= "47"
        and municipality_check_digit(text[:-1]) == text[-1]
    )


def city_of_ward(code: str) -> str:
    """
    Return the code of the 指定都市 that a ward belongs to; any other code is returned as it is.

    Inquiries name municipalities, not wards, so a ward has to become its city first. The special
    wards of Tokyo are municipalities themselves.

    :raises ValueError: `code` is no 全国地方公共団体コード.
    """
    if not is_municipality_code(code):
        raise ValueError("全国地方公共団体コードではない。")
    body = code[:-1]
    if int(body[2:]) >= _WARD_CEILING:
        return code
    cities = [city for city in _DESIGNATED_CITIES if city[:2] == body[:2] and city <= body]
    if not cities:
        return code
    return cities[-1] + municipality_check_digit(cities[-1])


# Columns: the same rules over many numbers at once --------------------------------------------


def _weighted(weights: Sequence[int]) -> npt.NDArray[np.int64]:
    return np.array(weights, dtype=np.int64)


def _individual(digits: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    total = digits[:, :-1] @ _weighted((6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2))
    right: npt.NDArray[np.bool_] = (-total % _MODULUS % 10) == digits[:, -1]
    return right


def _corporate(digits: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    total = digits[:, 1:] @ _weighted((2, 1) * 6)
    right: npt.NDArray[np.bool_] = (9 - total % 9) == digits[:, 0]
    return right


def _resident(digits: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    remainder = digits[:, :-1] @ _weighted([2 + place % 6 for place in range(13, -1, -1)])
    remainder %= _MODULUS
    right: npt.NDArray[np.bool_] = (
        (remainder != 1)
        & ((_MODULUS - remainder) % _MODULUS == digits[:, -1])
        & (digits.sum(axis=1) > 0)
    )
    return right


def _municipality(digits: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    total = digits[:, :-1] @ _weighted((6, 5, 4, 3, 2))
    prefecture = digits[:, 0] * 10 + digits[:, 1]
    right: npt.NDArray[np.bool_] = (
        ((_MODULUS - total % _MODULUS) % 10 == digits[:, -1])
        & (prefecture >= 1)
        & (prefecture <= 47)  # noqa: PLR2004 - the number of prefectures
    )
    return right


Check = Callable[[str], bool]
CHECKS: Final[Mapping[str, Check]] = {
    "individual_number": is_individual_number,
    "corporate_number": is_corporate_number,
    "resident_number": is_resident_number,
    "municipality_code": is_municipality_code,
}
_COLUMN_CHECKS: Final = {
    "individual_number": (INDIVIDUAL_NUMBER_LENGTH, _individual),
    "corporate_number": (CORPORATE_NUMBER_LENGTH, _corporate),
    "resident_number": (RESIDENT_NUMBER_LENGTH, _resident),
    "municipality_code": (MUNICIPALITY_CODE_LENGTH, _municipality),
}


def wrong_numbers(kind: str, numbers: Sequence[str]) -> list[int]:
    """
    Return the places (from 0) in `numbers` whose number is not right by the rule `kind`.

    The same answer as the single functions give, for millions: about 0.1 µs a number.

    :param kind: a key of `CHECKS`.
    """
    length, check = _COLUMN_CHECKS[kind]
    if not numbers:
        return []
    joined = "".join(numbers)
    digits = np.empty(0, dtype=np.uint8)
    if joined.isascii():
        # Below "0" a byte wraps round to a large one.
        digits = np.frombuffer(joined.encode("ascii"), dtype=np.uint8) - np.uint8(ord("0"))
    if set(map(len, numbers)) != {length} or not joined.isascii() or (digits > _NINE).any():
        # Some are of another length or no digits: these need a look one by one.
        single = CHECKS[kind]
        return [place for place, number in enumerate(numbers) if not single(number)]
    right = check(digits.reshape(-1, length).astype(np.int64))
    return [int(place) for place in np.flatnonzero(~right)]
