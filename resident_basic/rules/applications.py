"""The life of a 利用申請, pure: forms of delivery, phases, yearly certification, causes, what is missing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

API: Final = "api"
FILE: Final = "file"
SNAPSHOT: Final = "snapshot"
WEBHOOK: Final = "webhook"
FORMS: Final = {
    API: "API(異動情報・個別照会)",
    FILE: "日次ファイル",
    SNAPSHOT: "全件(スナップショット)",
    WEBHOOK: "更新通知(webhook)",
}


class Phase(StrEnum):
    """Where a 利用申請 stands on a day, in the words of the page."""

    DRAFT = "作成中"
    RETURNED = "差戻し"
    SUBMITTED = "審査中"
    REFUSED = "却下"
    TAKEN_BACK = "取下げ"
    REVOKED = "承認取消し"
    NOT_BEGUN = "開始前"
    ACTIVE = "有効"
    CERTIFICATION_DUE = "年次確認の時期"
    CERTIFICATION_LATE = "年次確認の遅れ(猶予中)"
    STOPPED = "年次確認の期限超過"
    EXPIRING = "まもなく満了"
    EXPIRED = "期間満了"

    @property
    def is_in_force(self) -> bool:
        """Say whether items are transferred in this phase."""
        return self in _IN_FORCE


_IN_FORCE: Final = frozenset(
    {Phase.ACTIVE, Phase.CERTIFICATION_DUE, Phase.CERTIFICATION_LATE, Phase.EXPIRING}
)


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a late 年次確認 is borne with, and how long before its day people are reminded."""

    grace: timedelta
    reminder: timedelta


@dataclass(frozen=True, slots=True)
class Life:
    """The dates and the state of one 利用申請 that its phase follows from."""

    state: str
    is_revoked: bool = False
    granted_from: date | None = None
    granted_until: date | None = None
    recertify_on: date | None = None


_UNDECIDED: Final = {
    "draft": Phase.DRAFT,
    "returned": Phase.RETURNED,
    "submitted": Phase.SUBMITTED,
    "refused": Phase.REFUSED,
}


def phase_of(life: Life, *, day: date, terms: Terms) -> Phase:
    """Return the phase of a 利用申請 on a day."""
    if life.state in _UNDECIDED:
        return _UNDECIDED[life.state]
    if life.state == "withdrawn":
        return Phase.REVOKED if life.is_revoked else Phase.TAKEN_BACK
    begins, ends, due = life.granted_from, life.granted_until, life.recertify_on
    if begins is None or ends is None or due is None:
        raise ValueError("An approved application has its period and the day of its certification.")
    if ends <= day:
        return Phase.EXPIRED
    if day < begins:
        return Phase.NOT_BEGUN
    if due < ends and due - terms.reminder <= day:
        return _phase_of_certification(due, day=day, terms=terms)
    return Phase.EXPIRING if ends - terms.reminder <= day else Phase.ACTIVE


def _phase_of_certification(due: date, *, day: date, terms: Terms) -> Phase:
    if stops_on(due, terms) <= day:
        return Phase.STOPPED
    return Phase.CERTIFICATION_LATE if due <= day else Phase.CERTIFICATION_DUE


def stops_on(recertify_on: date, terms: Terms) -> date:
    """Return the day from which nothing is transferred any more unless it was certified."""
    return recertify_on + terms.grace


def a_year_after(day: date) -> date:
    """Return the same day of the next year; 28 February after a leap day."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def first_certification(*, granted_from: date, granted_until: date, decided_on: date) -> date:
    """Return the day of the first 年次確認: a year of use after the decision, at most the end."""
    return min(a_year_after(max(granted_from, decided_on)), granted_until)


def next_certification(*, certified_on: date, granted_until: date) -> date:
    """Return the day of the next 年次確認."""
    return min(a_year_after(certified_on), granted_until)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why nothing is transferred: a code for machines, what is said of it, and what to do about it."""

    code: str
    words: str
    cure: str


_APPLY_ANEW: Final = "移転が必要な場合は、所管課が新たに利用申請をしてください。"
# What stands in the way of a transfer. The order is that of telling: what was given and ended
# explains more than what was never decided.
CAUSES: Final = {
    Phase.STOPPED: Cause(
        "certification_overdue",
        "年次確認の期限と猶予期間を過ぎたため、移転を停止しています。",
        "所管課が年次確認をすると、すぐに再開します。",
    ),
    Phase.REVOKED: Cause("revoked", "承認が取り消されました。", _APPLY_ANEW),
    Phase.TAKEN_BACK: Cause("taken_back", "利用申請が取り下げられました。", _APPLY_ANEW),
    Phase.EXPIRED: Cause(
        "expired",
        "承認された期間が満了しました。",
        "移転が必要な場合は、所管課が更新を申請してください。",
    ),
    Phase.NOT_BEGUN: Cause(
        "not_begun",
        "承認された期間がまだ始まっていません。",
        "開始日以降に再度送信してください。",
    ),
    Phase.SUBMITTED: Cause(
        "under_review",
        "利用申請は審査中です。",
        "スマートシティ推進部が承認すると始まります。",
    ),
    Phase.RETURNED: Cause(
        "returned",
        "利用申請は差し戻されています。",
        "所管課が修正して再度提出してください。",
    ),
    Phase.DRAFT: Cause(
        "draft",
        "利用申請は作成中で、まだ提出されていません。",
        "所管課が提出してください。",
    ),
    Phase.REFUSED: Cause("refused", "利用申請は却下されました。", _APPLY_ANEW),
}
NEVER_APPLIED: Final = Cause(
    "never_applied",
    "利用申請がありません。",
    "所管課がスマートシティ推進部へ利用申請をしてください。",
)
OTHER_FORM: Final = Cause(
    "form_not_approved",
    "この移転の形式「{form}」は承認されていません。",
    "この形式を加えた利用申請をしてください。",
)
NO_ITEM: Final = Cause(
    "no_item",
    "この移転の形式で承認された項目は、すべて終了しています。",
    _APPLY_ANEW,
)
SYSTEM_ENDED: Final = Cause(
    "system_ended",
    "庁内業務システムの利用期間が終了しています。",
    "スマートシティ推進部へ確認してください。",
)


def telling(phases: Collection[Phase]) -> Phase | None:
    """Return the phase that explains best why nothing is transferred; None without any."""
    return min(phases, key=list(CAUSES).index, default=None)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a 利用申請 must state before it is submitted."""

    purpose: str
    procedure: str
    subjects: str
    expected_count: int | None
    retention: str
    handling_section: str
    delivery_forms: Collection[str]
    asks_for_something: bool
    lacks_protection_mark: bool = False
    items_without_reason: Collection[str] = ()


NEEDS_PROTECTION_MARK: Final = (
    "支援措置対象者の住所等を受け取るには、「支援措置区分」の移転も必要です。"
    "だれの住所を漏らしてはならないかを、受け取る側が知るためです。"
)


def missing_of(contents: Contents) -> dict[str, str]:
    """Return what a 利用申請 lacks, field → words; nothing where it can be submitted."""
    needed = {
        "purpose": (contents.purpose, "利用目的を入力してください。"),
        "procedure": (contents.procedure, "事務を入力してください。"),
        "subjects": (contents.subjects, "対象者の範囲を入力してください。"),
        "expected_count": (contents.expected_count, "想定件数を入力してください。"),
        "retention": (contents.retention, "保管期間を入力してください。"),
        "handling_section": (contents.handling_section, "取扱部署を入力してください。"),
        "delivery_forms": (contents.delivery_forms, "移転の形式を選んでください。"),
        "items": (contents.asks_for_something, "移転を受ける項目を選んでください。"),
    }
    missing = {field: words for field, (value, words) in needed.items() if not value}
    if contents.lacks_protection_mark:
        missing["protected_people"] = NEEDS_PROTECTION_MARK
    if contents.items_without_reason:
        names = "、".join(contents.items_without_reason)
        missing["reasons"] = f"必要とする理由のない項目があります: {names}"
    return missing
