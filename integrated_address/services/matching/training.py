"""The weights are learnt from the city's own people (EM); nobody has to label a pair."""

import math
from contextlib import suppress
from typing import Any

from splink import Linker
from splink.blocking_rule_library import CustomRule
from splink.internals.exceptions import EMTrainingException

from integrated_address.models import MatchModel
from integrated_address.rules.matching import ELSE, ITEMS, clamped
from integrated_address.services.matching.calibrating import calibrate
from integrated_address.services.matching.engine import engine_with_keys, library, linker_of
from integrated_address.services.matching.keys import make_keys
from integrated_address.services.matching.models import current_model, keep_model
from sapporo_base.acts import Act, NotNow
from sapporo_base.bulk import Progress

FEWEST = 5_000
_RECALL = 0.6
_U_PAIRS, _EM_PAIRS = 5e6, 3e6
_SEED = 1
_ONE_WITHOUT_NUMBER = "NOT (l.has_number AND r.has_number)"
_SURE = f"l.kana = r.kana AND l.birth = r.birth AND {_ONE_WITHOUT_NUMBER}"
# What two items agree in teaches the weights of the others.
_LESSONS = (
    "l.birth = r.birth AND l.residence = r.residence AND l.birth <> '' AND l.residence <> ''",
    "l.kana = r.kana AND l.birth = r.birth AND l.kana <> '' AND l.birth <> ''",
    "l.kana = r.kana AND l.residence = r.residence AND l.kana <> '' AND l.residence <> ''",
)
_LEAST_SHARE, _MOST_SHARE = 1e-6, 1 - 1e-6
# Whatever can be written can be written wrong: a sex that differs does not settle it.
_LEAST_SLIPS = 1e-3


class TooFewToLearn(NotNow):
    """With few people the weights that come with the release are better than what can be learnt."""

    code = "too_few_to_learn"
    message = (
        f"照合キーが{FEWEST:,}人分に満たないため学習できません。"
        "--train を付けずに実行すると、今の照合モデルで照合します。"
    )


class NothingToLearn(NotNow):
    """Nobody is there twice, or so few are that nothing can be learnt of them."""

    code = "nothing_to_learn"
    message = (
        "同一人とみられる組がほとんどないため学習できません。"
        "--train を付けずに実行すると、今の照合モデルで照合します。"
    )


def train_model(*, act: Act, progress: Progress | None = None) -> MatchModel:
    """
    Learn the weights anew from the 照合キー as they are, and use them from now on.

    A level that nobody shows keeps the weight of the version before. What is learnt is then held against
    people of whom it is known that they are different.

    :raises TooFewToLearn: there are too few people.
    :raises NothingToLearn: hardly anybody is there twice.
    """
    before = current_model(act=act)
    make_keys(progress)
    if progress:
        progress.begin("照合モデルの学習", len(_LESSONS) + 3)
    with engine_with_keys() as engine:
        if engine.people < FEWEST:
            raise TooFewToLearn
        linker = linker_of(engine, prior=before.prior)
        training = linker.training
        # Where too many agree for that recall, the prior of the version before stands.
        with suppress(ValueError):
            training.estimate_probability_two_random_records_match([_SURE], recall=_RECALL)
        _step(progress)
        training.estimate_u_using_random_sampling(max_pairs=_U_PAIRS, seed=_SEED)
        _step(progress)
        if not sum(_teaches(linker, lesson, progress) for lesson in _LESSONS):
            raise NothingToLearn
        weights, prior = _learnt(linker, before)
        calibrated = calibrate(engine, weights=weights, prior=prior)
        _step(progress)
        people = engine.people
    return keep_model(
        weights=weights,
        prior=calibrated.prior,
        expected=calibrated.expected,
        people=people,
        library=library(),
        act=act,
    )


def _teaches(linker: Linker, lesson: str, progress: Progress | None) -> bool:
    """Learn from a lesson; say whether it taught anything: the odds may end where they have no logarithm."""
    try:
        linker.training.estimate_parameters_using_expectation_maximisation(
            CustomRule(lesson), max_pairs=_EM_PAIRS, estimate_without_term_frequencies=True
        )
    except (ValueError, EMTrainingException):
        return False
    finally:
        _step(progress)
    return True


def _step(progress: Progress | None) -> None:
    if progress:
        progress.advance(1)


def _learnt(linker: Linker, before: MatchModel) -> tuple[dict[str, Any], float]:
    settings = linker.misc.save_model_to_json()
    told = {comparison["output_column_name"]: comparison for comparison in settings["comparisons"]}
    weights: dict[str, Any] = {}
    for item in ITEMS:
        shares = {
            level["label_for_charts"]: (level.get("m_probability"), level.get("u_probability"))
            for level in told[item.code]["comparison_levels"]
        }
        learnt = [level.code for level in item.levels if level.fixed is None]
        weights[item.code] = {
            code: _weight(
                *shares[code],
                before.weights[item.code][code],
                least=_LEAST_SLIPS if code == ELSE else _LEAST_SHARE,
            )
            for code in (*learnt, ELSE)
        }
    least = 1.0 / math.comb(max(before.people, FEWEST), 2)
    prior = float(settings["probability_two_random_records_match"])
    return weights, min(max(prior, least), 0.01)


def _weight(
    m: float | None, u: float | None, before: dict[str, float], *, least: float
) -> dict[str, float]:
    if m is None or u is None:
        return before
    m, u = min(max(m, least), _MOST_SHARE), min(max(u, _LEAST_SHARE), _MOST_SHARE)
    return {"weight": clamped(math.log2(m / u)), "m": m, "u": u}
