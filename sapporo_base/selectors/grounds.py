"""Which 法令上の根拠 is missing, in words: for whoever was refused for want of one, and for the record."""

import re
from datetime import date
from typing import Final

from sapporo_base.models import BusinessSystem, LegalBasis
from sapporo_base.selectors.reference import LawCodes, in_force

_CODE: Final = re.compile(r"[A-Z]{2}\d{14}\Z")


def missing_ground(*, kind: str, day: date, system: BusinessSystem, codes: LawCodes) -> str:
    """
    Say what is missing for a system to inquire or provide on a day: the 事務, its 事務手続, the
    特定個人情報 in it, the time, or the system's own place in the ground.
    """
    procedure, step, information = codes
    deed = LegalBasis.Kind(kind).label
    known = LegalBasis.objects.filter(kind=kind)
    for column, label, code in (
        ("procedure_code", "事務", procedure),
        ("step_code", "事務手続", step),
        ("information_code", "特定個人情報", information),
    ):
        if not code:
            continue
        known = known.filter(**{column: code})
        if not known.exists():
            return f"{label}「{_shown(code)}」の{deed}の根拠がありません。"
    today = known.filter(in_force(day))
    if ground := today.first():
        return (
            f"根拠「{ground}」を利用できる庁内業務システムに「{system.name}」が含まれていません。"
        )
    coming = known.filter(valid_from__gt=day).order_by("valid_from").first()
    if coming:
        return f"根拠「{coming}」は{coming.valid_from:%Y-%m-%d}から適用されます。"
    ended = known.filter(valid_until__isnull=False).order_by("-valid_until").first()
    return f"根拠「{ended}」の適用は{ended.valid_until:%Y-%m-%d}で終わりました。" if ended else ""


def _shown(code: str) -> str:
    """A code as it was sent, unless it is none: whatever else was typed there is not repeated."""
    return code if _CODE.match(code) else "形式の誤ったコード"
