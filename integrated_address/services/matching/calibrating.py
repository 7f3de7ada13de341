"""Scores that mean what they say: the prior is lowered where what was learnt is too sure of itself."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from integrated_address.models import MatchThreshold
from integrated_address.rules.calibration import (
    HIGHEST,
    STEP,
    bits_too_sure,
    standings,
    standings_at,
)
from integrated_address.services.matching.engine import Engine, linker_of

_MOST_ASKED: Final = 20_000
"""People of each kind who are asked for."""
_TOLD: Final = (0.0, 2.0, 5.0, 8.0, 12.0)
"""Scores of which it is said what to expect."""
# Drawn by a hash of the number: the same people each time.
_ASKED: Final = f"""
CREATE TABLE asked AS
SELECT * REPLACE ('asked' || unique_id AS unique_id, false AS has_number) FROM (
    (SELECT * FROM people WHERE NOT has_number ORDER BY hash(unique_id) LIMIT {_MOST_ASKED})
    UNION ALL
    (SELECT * FROM people WHERE has_number ORDER BY hash(unique_id) LIMIT {_MOST_ASKED})
)
"""
_HOW_MANY: Final = """
SELECT count(*) FILTER (NOT p.has_number), count(*) FILTER (p.has_number)
FROM asked a JOIN people p ON 'asked' || p.unique_id = a.unique_id
"""
_COUNT: Final = """
SELECT floor(least(pair.match_weight, {highest}) / {step})::INT,
    count(*) FILTER (NOT p.has_number), count(*) FILTER (p.has_number AND o.has_number)
FROM {pairs} pair
JOIN people p ON 'asked' || p.unique_id = pair.unique_id_l
JOIN people o ON o.unique_id = pair.unique_id_r
WHERE p.unique_id <> o.unique_id
GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """
    The prior by which scores mean what they say, and what to expect of some scores.

    `expected`: from which score on, the share of pairs that are one person (0 to 1), and how many pairs
    there are for 1,000 people without a 個人番号. Empty where nobody is without one.
    """

    prior: float
    expected: list[dict[str, float]]


def calibrate(engine: Engine, *, weights: Mapping[str, Any], prior: float) -> Calibrated:
    """
    Lower the prior until pairs that are called 濃厚 are one person as surely as their score says.

    What is learnt without labels is too sure where items depend on each other, as in a family. Nothing is
    made surer than it was learnt.
    """
    engine.database.execute(_ASKED)
    linker = linker_of(engine, prior=prior, weights=weights)
    linker.table_management.compute_tf_table("kana")
    pairs = linker.inference.predict_between(
        engine.api.register("asked"),
        engine.api.register("people"),
        threshold_match_weight=0.0,
        warning_mode="never",
    )
    asked, known = engine.database.execute(_HOW_MANY).fetchall()[0]
    counted = engine.database.execute(
        _COUNT.format(pairs=pairs.physical_name, highest=HIGHEST, step=STEP)
    ).fetchall()
    stand = standings(counted, asked=asked, known=known)
    meant = float(MatchThreshold._meta.get_field("strong_from").default)
    too_sure = bits_too_sure(stand, meant=meant)
    return Calibrated(
        _lowered(prior, too_sure),
        [
            {
                "score": score,
                "share": round(one.share, 3),
                "pairs": round(1000 * one.found, 1),
            }
            for score, one in standings_at(stand, _TOLD, lowered=too_sure).items()
        ],
    )


def _lowered(prior: float, bits: float) -> float:
    odds = prior / (1 - prior) / math.pow(2, bits)
    return odds / (1 + odds)
