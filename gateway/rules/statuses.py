"""照会ステータス: what the profile takes the platform's codes to mean, beside what its masters say (pure)."""

from collections.abc import Mapping
from typing import Final

DETAIL_STATUS: Final = "DETAIL_STATUS"
NAME_STATUS: Final = "NAME_STATUS"
STATUS_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    DETAIL_STATUS: {
        "01": "受付済",
        "02": "照会中",
        "03": "提供待",
        "08": "取りやめ",
        "09": "正常終了",
        "90": "エラー",
    },
    NAME_STATUS: {"00": "処理中", "01": "正常", "02": "該当なし", "09": "提供不可"},
}
_LABELS: Final = {DETAIL_STATUS: "明細単位", NAME_STATUS: "特定個人情報名単位"}


def status_doubt(detail: str, name: str, *, applied: Mapping[str, Mapping[str, str]]) -> str:
    """
    Say why a status may not be read as the profile reads it; empty where there is no doubt.

    The masters that took effect are the word of the platform: a code that they lack, or that they
    give another meaning than ours, is not acted upon. Without masters the profile stands alone.
    """
    for table, code in ((DETAIL_STATUS, detail), (NAME_STATUS, name)):
        names = applied.get(table, {})
        if not code:
            continue
        ours = STATUS_NAMES[table].get(code)
        theirs = names.get(code)
        if ours is None:
            meaning = f"マスターでは「{theirs}」" if theirs else "マスターにもありません"
            return f"{_LABELS[table]}の照会ステータス「{code}」は未知のコードです({meaning})。"
        if names and theirs is None:
            return f"{_LABELS[table]}の照会ステータス「{code}」({ours})は、マスターで廃止されています。"
        if theirs is not None and theirs != ours:
            return (
                f"{_LABELS[table]}の照会ステータス「{code}」は、マスターで「{ours}」から"
                f"「{theirs}」に変わっています。"
            )
    return ""
