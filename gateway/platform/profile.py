"""Names, codes and limits of the wire (docs/platform-profile.md)."""

from __future__ import annotations

import re
from typing import Final

from gateway.platform.failures import ReasonCode
from gateway.platform.messages import CodeStatus, InquiryState

PLATFORM_CODE: Final = "9900000000000001"

ONLINE_BYTES: Final = 4 * 1024 * 1024
FILE_BYTES: Final = 64 * 1024 * 1024
UNPACKED_BYTES: Final = 512 * 1024 * 1024
ZIP_RATIO: Final = 200
ZIP_ENTRIES: Final = 200
ONLINE_RECORDS: Final = 100
NUMBERS_AT_ONCE: Final = 10_000
ENTRY_RECORDS: Final = 5_000
FILE_RECORDS: Final = 50_000

CLOSED: Final = "SYS0001"
NOT_MADE_YET: Final = "SYS0100"

REASON_CODES: Final = {
    "SKI0101": ReasonCode.NO_CODE_YET,
    "CMN0001": ReasonCode.DUPLICATE_RECORD,
    "SKI0102": ReasonCode.NOT_PERMITTED,
    "CMN0002": ReasonCode.UNKNOWN_NUMBER,
    "CMN0003": ReasonCode.UNKNOWN_RECORD,
    "CMN0004": ReasonCode.WRONG_STATE,
    "CMN0005": ReasonCode.BAD_FIELD,
    "CMN0006": ReasonCode.TOO_MUCH,
    "CMN0007": ReasonCode.NOT_THIS_SENDER,
    "CMN0008": ReasonCode.NOT_OFFERED,
    "CMN0010": ReasonCode.BAD_FIELD,
}

# 照会ステータス(明細単位), (特定個人情報名単位). 09 with 01 was found; the rest is assumed.
INQUIRY_STATES: Final = {
    ("01", "00"): InquiryState.ACCEPTED,
    ("02", "00"): InquiryState.IN_PROGRESS,
    ("03", "00"): InquiryState.HELD_BY_PROVIDER,
    ("08", "00"): InquiryState.CANCELLED,
    ("09", "01"): InquiryState.ANSWERED,
    ("09", "02"): InquiryState.NO_RECORD,
    ("09", "09"): InquiryState.FAILED,
    ("90", "00"): InquiryState.FAILED,
}

CODE_STATES: Final = {
    "1": CodeStatus.NOT_REQUESTED,
    "2": CodeStatus.REQUESTED,
    "3": CodeStatus.ACQUIRED,
    "4": CodeStatus.FAILED,
    "9": CodeStatus.UNKNOWN_NUMBER,
}

NUMBER: Final = re.compile(r"[0-9]{15}")
RECORD_ID: Final = re.compile(r"[0-9A-Za-z]{1,36}")
ORGANIZATION: Final = re.compile(r"[0-9]{16}")
CODE_16: Final = re.compile(r"[A-Z]{2}[0-9]{14}")
RECEIPT: Final = re.compile(r"[0-9A-Za-z]{1,36}")
RESULT_CODE: Final = re.compile(r"(?:[A-Z]{3}[0-9]{4})?")
STATUS: Final = re.compile(r"[0-9]{2}")
ONE_STATUS: Final = re.compile(r"[0-9]")
WORDS: Final = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f]{0,400}", re.DOTALL)
KEY: Final = re.compile(r"[0-9A-Za-z_.:\-]{0,64}")
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
COUNT: Final = re.compile(r"[0-9]{1,12}")
BUCKET: Final = re.compile(r"[0-9]{2}")
MOMENT: Final = re.compile(
    r"(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d))?", re.ASCII
)
YES_NO: Final = re.compile(r"[01]")
SERIAL: Final = re.compile(r"[0-9A-Za-z]{0,36}")  # 処理通番; empty where the request was refused
CODE_STATUS: Final = re.compile(r"[12349]")
BASE64: Final = re.compile(r"[0-9A-Za-z+/]{0,128}={0,2}")
OPERATING_STATE: Final = re.compile(r"[12]")
