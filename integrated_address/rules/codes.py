"""符号取得 in words: what a cause of failure asks of staff, and the ages that the board counts by. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Cure:
    """What to do about a cause, and whether asking again alone can help."""

    words: str
    is_worth_asking_again: bool


@dataclass(frozen=True, slots=True)
class Age:
    """One column of ages: from `longer_than` (exclusive) up to `up_to` (inclusive, None: no end)."""

    words: str
    longer_than: timedelta
    up_to: timedelta | None


AGES: Final[Sequence[Age]] = (
    Age("1日以内", timedelta(0), timedelta(days=1)),
    Age("1日超3日以内", timedelta(days=1), timedelta(days=3)),
    Age("3日超7日以内", timedelta(days=3), timedelta(days=7)),
    Age("7日超30日以内", timedelta(days=7), timedelta(days=30)),
    Age("30日超", timedelta(days=30), None),
)

# Signs in the platform's words and in those of the 住基ネット side (docs/platform-profile.md).
_CURES: Final = (
    (
        "更新中",
        Cure(
            "本人確認情報の更新が終わってから再要求します。翌日以降が確実です。",
            is_worth_asking_again=True,
        ),
    ),
    (
        "該当する本人確認情報がありません",
        Cure(
            "個人番号が誤っているおそれがあります。本人の個人番号と基本4情報を既存住基と突合し、"
            "誤りは番号訂正で直してから再要求します。",
            is_worth_asking_again=False,
        ),
    ),
    (
        "登録されていません",
        Cure(
            "プラットフォームに番号がありません。符号照合で登録し直してから再要求します。",
            is_worth_asking_again=False,
        ),
    ),
    (
        "現在の状態では処理できません",
        Cure(
            "プラットフォームですでに処理中か取得済です。符号照合で状態を引き継ぎます。",
            is_worth_asking_again=False,
        ),
    ),
    (
        "形式に誤り",
        Cure(
            "送った内容を読み取れませんでした。鍵と電文を運用担当が確認してから再要求します。",
            is_worth_asking_again=False,
        ),
    ),
)
_OTHERWISE: Final = Cure(
    "理由を確かめ、取り除いてから再要求します。続くときは運用担当(J-LIS)に連絡します。",
    is_worth_asking_again=True,
)


def cure_of(cause: str) -> Cure:
    """Return what to do about a failure, by the words of its cause."""
    return next((cure for sign, cure in _CURES if sign in cause), _OTHERWISE)
