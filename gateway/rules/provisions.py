"""By when an inquiry of others is answered, and how 情報提供等記録 compare with what we have."""

from datetime import datetime, timedelta

OUR_TARGET = timedelta(days=3)
"""The city's own target where the platform names no day; no law names one."""


def answer_due(*, asked_at: datetime, told: datetime | None) -> datetime:
    """Return until when an answer is due: as told, or by the city's own target."""
    return told or asked_at + OUR_TARGET


_OUTCOMES_OF_INQUIRIES = {
    "answered": "provided",
    "no_record": "no_record",
    "cancelled": "cancelled",
}
_OUTCOMES_OF_ANSWERS = {"provide": "provided", "no_record": "no_record", "refuse": "refused"}


def inquiry_outcome(state: str) -> str:
    """Return how an inquiry of ours ended in the words of the records, "" while it has not."""
    return _OUTCOMES_OF_INQUIRIES.get(state, "")


def answer_outcome(answer: str) -> str:
    """Return what an answer of staff is in the words of the records, "" where there is none."""
    return _OUTCOMES_OF_ANSWERS.get(answer, "")
