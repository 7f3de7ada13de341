"""
Doubtful identity: found by matching, judged by people. 基本4情報 alone never link anybody.

`bulk` and `training` are imported where they are run: Splink and DuckDB are no part of what answers
requests.
"""

from integrated_address.services.matching.finding import match_people
from integrated_address.services.matching.judging import (
    JudgedAlready,
    judge_different,
    judge_same,
    put_off,
)
from integrated_address.services.matching.models import (
    change_thresholds,
    current_model,
    thresholds,
    use_model,
)
from integrated_address.services.matching.reading import match_newcomers

__all__ = [
    "JudgedAlready",
    "change_thresholds",
    "current_model",
    "judge_different",
    "judge_same",
    "match_newcomers",
    "match_people",
    "put_off",
    "thresholds",
    "use_model",
]
