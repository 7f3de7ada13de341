"""
The rules of 団体内統合宛名: its number, when an update counts, how the 符号取得状況 moves. Pure.

Source: 地方公共団体情報システム共通機能標準仕様書, 団体内統合宛名機能 (0320001-0320021).
"""

from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Final

from sapporo_base.rules.check_digits import is_resident_number, resident_number

NUMBER_LENGTH: Final = 15
# 宛名番号 of the 住民記録 and 社会保障 are zero-padded; a number that begins with 1 is ours, so one
# is never taken for the other (docs/decisions/0132-integrated-number.md).
FIRST_SERIAL: Final = 10_000_000_000_001
LAST_SERIAL: Final = 19_999_999_999_999

# Systems whose word on a person is the 住民記録's: the register itself, and 個人基本 for it.
RESIDENT_REGISTER: Final = frozenset({"001-000", "030-001"})
RESIDENT_NUMBERS: Final = "001-000"
"""既存住基: whose business numbers are the 住民宛名番号."""
NO_CORPORATIONS: Final = (
    "13桁の番号は法人番号です。法人には団体内統合宛名番号を付番しません。"
    "社会保障宛名に登録してください。"
)
UNKNOWN_SEX: Final = "0"
REGISTERED_RESIDENT: Final = "1"
"""住民状態 of a 住登者 (code table `resident_status`)."""


def integrated_number(serial: int) -> str | None:
    """
    Return the 団体内統合宛名番号 of a serial: 14 digits and the M11W2-7 check digit.

    None for a serial that has no check digit (remainder 1); it is skipped.

    :raises ValueError: the serial is outside the range of the numbers this city issues.
    """
    if not FIRST_SERIAL <= serial <= LAST_SERIAL:
        raise ValueError("団体内統合宛名番号の連番の範囲外です。")
    return resident_number(serial)


def is_integrated_number(text: str) -> bool:
    """
    Tell whether `text` can be a 団体内統合宛名番号.

    Fifteen half-width digits; those from our own range must have the right check digit, older ones
    that were brought along keep the digits they have.
    """
    if len(text) != NUMBER_LENGTH or not (text.isascii() and text.isdigit()):
        return False
    return is_resident_number(text) if text.startswith("1") else True


@dataclass(frozen=True, slots=True)
class FourBasicItems:
    """
    基本4情報: 氏名, 生年月日, 性別, 住所.

    `birth_on` is None where the date is 不詳; then `birth_text` has its words. `sex` is a code of
    the table `sex`.
    """

    name: str
    name_kana: str = ""
    birth_on: date | None = None
    birth_text: str = ""
    sex: str = "0"
    residential_address: str = ""

    def completed_by(self, known: "FourBasicItems") -> "FourBasicItems":
        """
        Return what a system other than the 住民記録 says of somebody who is known: where it is silent about an
        item, that stays as it is. A reading stays only with the name that it reads.
        """
        silent_about_birth = self.birth_on is None and not self.birth_text
        same_name = self.name == known.name
        return FourBasicItems(
            name=self.name,
            name_kana=self.name_kana or (known.name_kana if same_name else ""),
            birth_on=known.birth_on if silent_about_birth else self.birth_on,
            birth_text=known.birth_text if silent_about_birth else self.birth_text,
            sex=known.sex if self.sex == UNKNOWN_SEX else self.sex,
            residential_address=self.residential_address or known.residential_address,
        )

    def differing(self, other: "FourBasicItems") -> list[str]:
        """Return the names of the items in which the two differ."""
        return [
            field.name
            for field in fields(self)
            if getattr(self, field.name) != getattr(other, field.name)
        ]


def update_counts(*, system_code: str, resident_state: str) -> bool:
    """
    Say whether an update from a system sets the 統合宛名フラグ on its row (0320003, 0320021).

    One from the 住民記録 always does; one from another business system only if the person's
    住民状態
    is not 住登者.
    """
    return system_code in RESIDENT_REGISTER or resident_state != REGISTERED_RESIDENT


@dataclass(frozen=True, slots=True)
class Limits:
    """How many searches by 個人番号 an hour raise an alarm, and how many are the last."""

    alarm: int
    stop: int


def limits_without_rows(*, is_staff: bool) -> Limits:
    """
    Return the limits of who has none in the table, and for whose kind there is none either.

    At a counter nobody checks a 個人番号 every three minutes for an hour; a system asks by the list.
    """
    return Limits(20, 60) if is_staff else Limits(20_000, 200_000)


class AmendmentKind(StrEnum):
    """What people mend in numbers (番号訂正)."""

    ON_REQUEST = "on_request"
    EX_OFFICIO = "ex_officio"
    CORRECTED = "corrected"
    REMOVED = "removed"
    MOVED = "moved"

    @property
    def brings_number(self) -> bool:
        """Say whether it brings a new 個人番号."""
        return self in {self.ON_REQUEST, self.EX_OFFICIO, self.CORRECTED}

    @property
    def was_never_true(self) -> bool:
        """Say whether what stood there before was wrong from its beginning, and not only outdated."""
        return self in {self.CORRECTED, self.REMOVED}


class Doubt(StrEnum):
    """Why a person can't be numbered or linked without a human being."""

    NUMBER_IS_ANOTHERS = "number_is_anothers"
    INDIVIDUAL_NUMBER_DIFFERS = "individual_number_differs"
    TWICE_IN_ONE_LIST = "twice_in_one_list"
    RESIDENT_IS_UNKNOWN = "resident_is_unknown"
    MERGE_PROPOSED = "merge_proposed"

    @property
    def words(self) -> str:
        """Return what staff are told; no personal data in it."""
        return _WORDS[self]


_WORDS: Final = {
    Doubt.NUMBER_IS_ANOTHERS: (
        "業務番号は、個人番号の一致する方とは別の方に紐付いています。紐付けを確認してください。"
    ),
    Doubt.INDIVIDUAL_NUMBER_DIFFERS: (
        "業務番号の紐付く方には別の個人番号が登録されています。"
        "個人番号の変更であれば変更として登録してください。"
    ),
    Doubt.MERGE_PROPOSED: (
        "この個人番号は、別の団体内統合宛名番号の方に登録されています。名寄せの確認を依頼しました。"
    ),
    Doubt.RESIDENT_IS_UNKNOWN: ("住民宛名番号に該当する方がいません。番号を確認してください。"),
    Doubt.TWICE_IN_ONE_LIST: "同じ個人番号が別の方の行にもあるか、同じ方に別の個人番号があります。",
}


class CodeState(StrEnum):
    """符号取得状況. The 符号 itself never reaches the city (番号法第21条の2)."""

    NOT_REQUESTED = "not_requested"
    REQUESTED = "requested"
    ACQUIRED = "acquired"
    FAILED = "failed"
    REQUESTED_AGAIN = "requested_again"


CODE_STEPS: Final[dict[CodeState, frozenset[CodeState]]] = {
    CodeState.NOT_REQUESTED: frozenset({CodeState.REQUESTED}),
    CodeState.REQUESTED: frozenset({CodeState.ACQUIRED, CodeState.FAILED}),
    CodeState.FAILED: frozenset({CodeState.REQUESTED_AGAIN}),
    CodeState.REQUESTED_AGAIN: frozenset({CodeState.ACQUIRED, CodeState.FAILED}),
    CodeState.ACQUIRED: frozenset(),
}
"""From where to where a person's 符号取得状況 may move."""


def state_after_request(state: CodeState) -> CodeState | None:
    """
    Return the state in which a request puts a person, or None where there is nothing to request.
    """
    if state is CodeState.NOT_REQUESTED:
        return CodeState.REQUESTED
    return CodeState.REQUESTED_AGAIN if state is CodeState.FAILED else None
