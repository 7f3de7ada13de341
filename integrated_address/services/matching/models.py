"""The weights and thresholds that matching goes by; each version says who learnt it and when."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max

from integrated_address.models import MatchModel, MatchThreshold
from integrated_address.rules.matching import as_numbers, prior_among
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotFound
from sapporo_base.rows import prepared_rows

_SHIPPED = Path(__file__).resolve().parents[2] / "data" / "match_model.json"


def current_model(*, act: Act) -> MatchModel:
    """Return the weights in use; before anything was learnt here, those that come with the release."""
    found = MatchModel.objects.filter(is_current=True).first()
    if found is not None:
        return found
    shipped = json.loads(_SHIPPED.read_text(encoding="utf-8"))
    model, _ = MatchModel.objects.get_or_create(
        version=1,
        defaults={
            "is_current": True,
            "weights": shipped["weights"],
            "prior": shipped["prior"],
            "people": shipped["people"],
            "library": shipped["library"],
            "trained_at": act.at,
        },
    )
    return model


@dataclass(frozen=True, slots=True)
class MatchSettings:
    """
    What a matching goes by: version of the weights, threshold, and about how many people there are.
    """

    version: int
    fingerprint: str
    """Of the weights: whoever has prepared something of them knows whether it still holds."""
    prior: float
    """The odds that two people drawn by lot are one."""
    candidate_from: float
    people: float


# The planner's own count of people costs nothing, and a share needs no more.
_SETTINGS = """
SELECT m.version, md5(m.weights::text), m.prior, m.people,
    coalesce((SELECT candidate_from FROM integrated_address_matchthreshold WHERE id = 1), %s)::float,
    (SELECT greatest(reltuples, 1000) FROM pg_class
     WHERE oid = 'integrated_address_matchkey'::regclass)::float
FROM integrated_address_matchmodel m WHERE m.is_current
"""


def settings_of_matching(*, act: Act) -> MatchSettings:
    """Return what matching goes by now, in one question."""
    default = MatchThreshold._meta.get_field("candidate_from").default
    found = prepared_rows(_SETTINGS, [default])
    if not found:
        current_model(act=act)
        found = prepared_rows(_SETTINGS, [default])
    version, fingerprint, prior, learnt_of, candidate_from, people = found[0]
    prior = prior_among(people, prior=prior, learnt_of=learnt_of)
    return MatchSettings(version, fingerprint, prior, candidate_from, people)


def weights_of(version: int) -> dict[str, dict[str, dict[str, float]]]:
    """Return the weights of a version."""
    return as_numbers(MatchModel.objects.get(pk=version).weights)


def keep_model(
    *,
    weights: Mapping[str, Any],
    prior: float,
    expected: Sequence[Mapping[str, float]],
    people: int,
    library: str,
    act: Act,
) -> MatchModel:
    """
    Keep learnt weights as a new version, and use it from now on.

    :raises ValueError: a level is missing.
    """
    as_numbers(weights)
    with transaction.atomic():
        current_model(act=act)
        MatchModel.objects.select_for_update().filter(is_current=True).update(is_current=False)
        last = MatchModel.objects.aggregate(last=Max("version"))["last"] or 0
        model = MatchModel.objects.create(
            version=last + 1,
            is_current=True,
            weights=weights,
            prior=prior,
            expected=list(expected),
            people=people,
            library=library,
            trained_at=act.at,
            staff_number=act.staff.staff_number if act.staff else "",
            correlation_id=act.correlation_id,
        )
        base.record_linkage(
            act, "match_model_trained", detail=f"照合モデル第{model.version}版", subject_count=0
        )
    return model


@transaction.atomic
def use_model(*, version: int, act: Act) -> MatchModel:
    """
    Go back, or forward, to the weights of a version.

    :raises NotFound: there is no such version.
    """
    model = MatchModel.objects.select_for_update().filter(pk=version).first()
    if model is None:
        raise NotFound("その版の照合モデルはありません。")
    MatchModel.objects.filter(is_current=True).update(is_current=False)
    model.is_current = True
    model.save(update_fields=["is_current"])
    base.record_linkage(
        act, "match_model_trained", detail=f"照合モデル第{version}版に切替え", subject_count=0
    )
    return model


def thresholds() -> MatchThreshold:
    """Return the scores from which on a pair is kept, and is called 濃厚."""
    found, _ = MatchThreshold.objects.get_or_create(pk=1)
    return found


@transaction.atomic
def change_thresholds(*, candidate_from: float, strong_from: float, act: Act) -> MatchThreshold:
    """
    Change the thresholds. Pairs that are on the list stay there; the next matching goes by them.

    :raises InvalidRequest: 濃厚 lies below 候補.
    """
    if strong_from < candidate_from:
        raise InvalidRequest(
            fields={"strong_from": "「濃厚」の得点は「候補」の得点以上にしてください。"}
        )
    row = thresholds()
    row.candidate_from, row.strong_from = candidate_from, strong_from
    row.changed_at = act.at
    row.save()
    base.record_linkage(
        act,
        "match_thresholds_changed",
        detail=f"候補{candidate_from}以上、濃厚{strong_from}以上",
        subject_count=0,
    )
    return row


@lru_cache(maxsize=8)
def prior_weight(prior: float) -> float:
    """Return the odds that two people drawn by lot are one, in bits."""
    return math.log2(prior / (1 - prior))
