"""
Doubtful identity: precision and recall against the truth set of the city, speed of matching.

The doubles of the fictitious city are numbered without 個人番号 into the register of its residents; the
weights are learnt from these people as they are, and nothing tells them who is whose double.
"""

import csv
import json
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from integrated_address import selectors, services
from integrated_address.models import MatchCandidate
from sapporo_base import selectors as base
from sapporo_base.benchmarks import cities
from sapporo_base.benchmarks.callers import measuring_act
from sapporo_base.measuring import Measure

ON_A_CITY = True
_REGISTER, _DOUBLES_OF = "001-000", "024-000"
_REGISTRATIONS = 300
_LEAST_PER_SECOND = 50
_SURE = 0.95
_CURVE = (2.0, 8.0, 12.0)
Pair = tuple[str, str]


def measure(size: int) -> list[Measure]:
    """Measure registrations with matching first, then what a bulk matching finds and takes."""
    folder = cities.full_set(size).parent
    truth = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["doubtful_people"]
    rows = list(_rows(next(folder.glob("doubtful_people_*.csv"))))
    cities.run_command("find_candidates")
    seconds = _register(rows)
    registrations = min(len(rows), _REGISTRATIONS)
    matched = _match_again([row["業務宛名番号"] for row in rows[:_REGISTRATIONS]])
    immediate = _quality("registration", _true_pairs(truth["same"]))
    MatchCandidate.objects.all().delete()
    learnt = cities.run_command("find_candidates", "--train")
    MatchCandidate.objects.all().delete()
    bulk = cities.run_command("find_candidates")
    after = [*_expected(), *_quality("bulk", _true_pairs(truth["same"]))]
    people = selectors.addressee_count()
    return [
        Measure(
            "registrations with matching",
            registrations / seconds,
            "per s",
            aim=_LEAST_PER_SECOND,
            at_most=False,
        ),
        Measure("matching alone, of one person", registrations / matched, "per s"),
        *immediate,
        *after,
        Measure("weights learnt from the city", learnt.seconds - bulk.seconds, "s"),
        Measure("bulk matching, scored", people / bulk.seconds, "people/s"),
        Measure("bulk matching, peak memory", bulk.peak_mib, "MiB"),
    ]


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            if row["業務ID"] != "T":
                yield row


def _register(rows: list[dict[str, str]]) -> float:
    """Number all doubles singly, as a system would ask; return the seconds of the first ones."""
    seconds = 0.0
    for n, row in enumerate(rows):
        system, born = base.system(row["業務ID"]), row["生年月日"]
        place = ("住所_都道府県", "住所_市区郡町村名", "住所_町字", "住所_番地号表記")
        building = f"　{row['住所_方書']}" if row["住所_方書"] else ""
        began = time.perf_counter()
        services.number_person(
            system=system,
            business_number=row["業務宛名番号"],
            individual_number=None,
            basics=services.FourBasicItems(
                name=row["氏名"],
                name_kana=row["氏名フリガナ"],
                birth_on=date.fromisoformat(born) if born else None,
                sex=row["性別"],
                residential_address="".join(row[item] for item in place) + building,
            ),
            act=measuring_act(),
        )
        if n < _REGISTRATIONS:
            seconds += time.perf_counter() - began
    return seconds


def _match_again(business_numbers: list[str]) -> float:
    """Match people once more who are numbered; return the seconds."""
    numbered = selectors.integrated_numbers_of(
        system=base.system(_DOUBLES_OF), business_numbers=business_numbers
    )
    began = time.perf_counter()
    for number in numbered.values():
        services.match_people(integrated_numbers=[number], act=measuring_act())
    return time.perf_counter() - began


def _expected() -> list[Measure]:
    """Return the precision that learning itself expects, from people who are known to be different."""
    model = selectors.match_model_in_use()
    return [
        Measure(
            f"bulk, score {one['score']:g}: precision as expected when it was learnt",
            one["share"],
            "of 1",
        )
        for one in (model.expected if model else [])
    ]


def _true_pairs(same: list[dict[str, str]]) -> set[Pair]:
    numbered = selectors.integrated_numbers_of(
        system=base.system(_REGISTER), business_numbers=[one["resident"] for one in same]
    )
    doubles = selectors.integrated_numbers_of(
        system=base.system(same[0]["system"]),
        business_numbers=[one["business_number"] for one in same],
    )
    return {
        _pair(numbered[one["resident"]], doubles[one["business_number"]])
        for one in same
        if one["resident"] in numbered
    }


def _pair(one: str, other: str) -> Pair:
    return min(one, other), max(one, other)


def _quality(when: str, truth: set[Pair]) -> list[Measure]:
    """
    Return precision and recall of the candidates from some scores on: of all, of those that are called 濃厚
    (bounded: what a city is told to be sure of must be so), and of points beyond.
    """
    scores = {
        (first, second): score
        for first, second, score in MatchCandidate.objects.values_list(
            "first_id", "second_id", "score"
        )
    }
    thresholds = services.thresholds()
    least, strong = float(thresholds.candidate_from), float(thresholds.strong_from)
    measures = []
    for score in sorted({least, strong, *_CURVE}):
        found = {pair for pair, scored in scores.items() if scored >= score}
        right = len(found & truth)
        called = {least: " (候補)", strong: " (濃厚)"}.get(score, "")
        told = f"{when}, score {score:g}{called}"
        bound = _SURE if score == strong else None
        measures += [
            Measure(
                f"{told}: precision",
                right / max(len(found), 1),
                "of 1",
                aim=bound,
                at_most=False,
            ),
            Measure(f"{told}: recall", right / max(len(truth), 1), "of 1"),
        ]
    return measures
