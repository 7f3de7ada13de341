"""Structured log lines with the correlation id, and the filter that no 個人番号 passes."""

import logging
import re
from typing import Any

import structlog

from sapporo_base import correlation
from sapporo_base.rules.check_digits import is_individual_number

# Half- and full-width digits, alone or in groups of four as people write them.
_TWELVE_DIGITS = re.compile(
    r"(?<![0-9０-９])[0-9０-９]{4}(?:[-\s－　]?[0-9０-９]{4}){2}(?![0-9０-９])"
)
_TO_HALF_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
WITHHELD = "[個人番号]"


def without_individual_numbers(text: str) -> str:
    """Return the text with every run of twelve digits that could be a 個人番号 withheld."""

    def withhold(match: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", match.group().translate(_TO_HALF_WIDTH))
        return WITHHELD if is_individual_number(digits) else match.group()

    return _TWELVE_DIGITS.sub(withhold, text)


def bears_individual_number(text: str) -> bool:
    """Say whether something in the text could be a 個人番号."""
    return without_individual_numbers(text) != text


class SealNumbers(logging.Filter):
    """Withhold whatever looks like a 個人番号 from message, arguments and traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = without_individual_numbers(record.getMessage())
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = without_individual_numbers(record.exc_text)
            record.exc_info = None
        return True


def _add_correlation_id(
    logger: Any, method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    event["correlation_id"] = correlation.current()
    return event


def _add_traceback(
    logger: Any, method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    record = event.get("_record")
    if record is not None and record.exc_text:
        event["exception"] = record.exc_text
    return event


def line_formatter() -> logging.Formatter:
    """Return the formatter of one JSON object a line: timestamp (UTC), level, logger, event."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_correlation_id,
            _add_traceback,
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
