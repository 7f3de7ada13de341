"""
Who acts, when, for which 事務 and on which ground: the one argument that every service takes.

Also the root of all refusals: an exception that a service raises on purpose, with words for the
person who asked and no personal data in them.
"""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from sapporo_base import correlation

if TYPE_CHECKING:
    from sapporo_base.models import BusinessSystem, LegalBasis, Staff

JAPAN = ZoneInfo("Asia/Tokyo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """
    One act of a person or a system, as 番号法第23条 and the city's own record want to know it.
    """

    at: datetime
    path: str
    """By which door: api, admin, file, command or task."""
    staff: "Staff | None" = None
    system: "BusinessSystem | None" = None
    on_behalf_of: str = ""
    """職員番号 of the person for whom a system asks, as that system says."""
    procedure: str = ""
    """事務 for which it is done, in words."""
    legal_basis: "LegalBasis | None" = None
    reason: str = ""
    terminal: str = ""
    """Network address from which it was done."""
    correlation_id: uuid.UUID = field(default_factory=correlation.current_id)
    _began: float = field(default_factory=time.monotonic, repr=False, compare=False)

    @property
    def day(self) -> date:
        """The day in Japan on which it is done."""
        return self.at.astimezone(JAPAN).date()

    def by_now(self) -> datetime:
        """Return how late it is: `at` is when it was begun, and a bulk job lasts."""
        return self.at + timedelta(seconds=time.monotonic() - self._began)

    def for_purpose(
        self, *, procedure: str = "", legal_basis: "LegalBasis | None" = None, reason: str = ""
    ) -> "Act":
        """Return the same act with its purpose stated."""
        return replace(
            self,
            procedure=procedure or self.procedure,
            legal_basis=legal_basis or self.legal_basis,
            reason=reason or self.reason,
        )


class Refusal(Exception):
    """
    Something was asked that is not done. `message` is for the person who asked (Japanese).

    `fields` names what is wrong where the caller can mend it; neither ever holds personal data.
    """

    code: ClassVar[str] = "refused"
    message: str = "この処理はできません。"

    def __init__(self, message: str = "", *, fields: Mapping[str, Any] | None = None) -> None:
        self.message = message or type(self).message
        self.fields = dict(fields or {})
        super().__init__(self.message)


class InvalidRequest(Refusal):
    """What was sent can't be read as what it should be."""

    code = "invalid_request"
    message = "送信された内容に誤りがあります。"


class NotPermitted(Refusal):
    """
    The one who asks does not hold the right to it; the message names the right that is missing.
    """

    code = "not_permitted"
    message = "この処理を行う権限がありません。"


class NotFound(Refusal):
    """There is nothing under the number or name that was given."""

    code = "not_found"
    message = "該当するものが見つかりません。"


class NotNow(Refusal):
    """It can't be done in the state things are in; the message says what must happen first."""

    code = "not_now"
    message = "現在の状態ではこの処理はできません。"


class TooOften(Refusal):
    """It was asked for more often than is allowed; the message says when it may be asked again."""

    code = "too_often"
    message = "要求が多すぎます。時間をおいて再度送信してください。"
