"""How a call to the platform can fail. No text here carries a number, a name or a body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReasonCode(StrEnum):
    """Why the platform refused a message or one record of it."""

    DUPLICATE_RECORD = "duplicate_record"  # 「レコード識別番号」が既に存在しています。
    NO_CODE_YET = "no_code_yet"  # 符号が未取得です。
    NOT_PERMITTED = "not_permitted"  # 照会は許可されていません。
    UNKNOWN_NUMBER = "unknown_number"  # 統合宛名番号 the platform does not know
    UNKNOWN_RECORD = "unknown_record"  # レコード識別番号 / 受付番号 the platform does not know
    WRONG_STATE = "wrong_state"  # the record is past the point where this can be done
    BAD_FIELD = "bad_field"  # an item is missing, too long or not of its type
    TOO_MUCH = "too_much"  # more records or bytes than one message may hold
    NOT_THIS_SENDER = "not_this_sender"  # the 機関コード is not the one this line belongs to
    NOT_OFFERED = "not_offered"  # the far end does not offer this interface
    OTHER = "other"  # a code this profile does not know: a person has to look (要確認)


@dataclass(frozen=True, slots=True)
class Reason:
    """
    A refusal in the platform's own words.

    `text` may quote a 団体内統合宛名番号 in full-width digits: it is for the staff page of that
    record, never for a log.
    """

    code: ReasonCode
    text: str = ""


class WhyBad(StrEnum):
    """What was wrong with an answer."""

    TOO_LARGE = "too_large"
    ZIP_BOMB = "zip_bomb"
    NOT_A_ZIP = "not_a_zip"
    WRONG_ENCODING = "wrong_encoding"
    NOT_XML = "not_xml"
    FORBIDDEN_XML = "forbidden_xml"  # DTD, entity or processing instruction
    WRONG_SCHEMA = "wrong_schema"
    WRONG_MESSAGE = "wrong_message"  # another interface, another message, another receiver
    CONTRADICTION = "contradiction"  # the same record twice, with different contents
    NOT_ASKED = "not_asked"  # a record nobody asked about


class PlatformError(Exception):
    """Whatever can go wrong between us and the platform."""


class PlatformClosed(PlatformError):
    """The platform is outside its operating hours or stopped; `reopens_at` if it told."""

    def __init__(self, reopens_at: datetime | None = None) -> None:
        super().__init__("the platform is closed")
        self.reopens_at = reopens_at


class PlatformUnreachable(PlatformError):
    """
    No answer was had: refused, timed out, cut off, or a 5xx.

    `maybe_received` tells whether the platform may have acted on the message all the same. Who
    sends again after that takes `DUPLICATE_RECORD` for an acceptance.
    """

    def __init__(self, what: str, *, maybe_received: bool) -> None:
        super().__init__(what)
        self.maybe_received = maybe_received


class PlatformBusy(PlatformUnreachable):
    """The platform asks us to slow down; nothing was taken. `retry_after` in seconds if told."""

    def __init__(self, retry_after: float | None = None) -> None:
        super().__init__("the platform asks us to slow down", maybe_received=False)
        self.retry_after = retry_after


class MessageNotTaken(PlatformUnreachable):
    """
    The far end's door turned this one message away (a 4xx): others may pass.

    It was not acted on. One that is always turned away goes to a person and stops nobody else.
    """

    def __init__(self, status: int) -> None:
        super().__init__(f"answered {status}", maybe_received=False)
        self.status = status


class PlatformRefused(PlatformError):
    """The platform refused the message: as a whole (`reason`), or record by record (`records`)."""

    def __init__(self, reason: Reason, records: Mapping[str, Reason] | None = None) -> None:
        super().__init__(f"the platform refused: {reason.code}")
        self.reason = reason
        self.records = dict(records or {})


class BadAnswer(PlatformError):
    """The answer is not one of this profile. Its body is not kept, and not quoted."""

    def __init__(self, interface: str, why: WhyBad, where: str = "") -> None:
        super().__init__(f"{interface}: {why}{f' at {where}' if where else ''}")
        self.interface = interface
        self.why = why
        self.where = where


class IndividualNumberOnTheWayOut(PlatformError):
    """A message held something that reads as a 個人番号 where none may be. It was not sent."""

    def __init__(self, interface: str) -> None:
        super().__init__(f"{interface}: a number that reads as a 個人番号 was about to leave")
        self.interface = interface


class InterfaceNotInUse(PlatformError):
    """The city does not speak this interface just now: its row says so, with the reason."""

    def __init__(self, interface: str) -> None:
        super().__init__(f"{interface}: not in use")
        self.interface = interface


class CannotBeSent(PlatformError):
    """A record does not fit this profile; `item` names the field, never its content."""

    def __init__(self, interface: str, item: str, record_id: str = "") -> None:
        super().__init__(f"{interface}: {item} does not fit the profile")
        self.interface = interface
        self.item = item
        self.record_id = record_id
