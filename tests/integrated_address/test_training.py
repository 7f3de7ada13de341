"""`find_candidates --train`: the weights are learnt from the people as they are, then everybody is compared."""

import io
import random

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from integrated_address.models import MatchCandidate, MatchKey, MatchModel
from integrated_address.rules.matching import as_numbers
from integrated_address.services.matching import current_model
from integrated_address.services.matching.calibrating import calibrate
from integrated_address.services.matching.engine import engine_with_keys
from integrated_address.services.matching.training import FEWEST
from sapporo_base.acts import Act

pytestmark = pytest.mark.django_db
DOUBLES = 150
_KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモ"


def key(serial, person, **changes):
    """Return the 照合キー of somebody under a number."""
    return MatchKey(addressee_id=f"1{serial:014d}", basics=serial, **(person | changes))


@pytest.fixture
def town():
    """Fill a register: people with a 個人番号, and doubles of some of them without."""
    lot = random.Random(7)  # noqa: S311 - no secret

    def word(length):
        return "".join(lot.choice(_KANA) for _ in range(length))

    families, givens = [word(4) for _ in range(300)], [word(3) for _ in range(200)]
    keys = []
    for serial in range(FEWEST):
        family, given = lot.choice(families), lot.choice(givens)
        home = f"東区北{lot.randint(1, 50)}条東{lot.randint(1, 20)}-{lot.randint(1, 30)}"
        person = {
            "name": f"{family}{given}",
            "kana": f"{family}{given}",
            "given": given,
            "birth": f"{lot.randint(1930, 2020)}{lot.randint(1, 12):02d}{lot.randint(1, 28):02d}",
            "sex": lot.choice("12"),
            "residence": home,
            "town": home.rpartition("-")[0],
            "residences": [home],
        }
        keys.append(key(serial, person, has_number=True))
        if serial < DOUBLES:
            elsewhere = {"residence": "", "town": "", "residences": []} if serial % 3 == 0 else {}
            slip = {"birth": person["birth"][:6] + "28"} if serial % 3 == 1 else {}
            keys.append(key(FEWEST + serial, person, has_number=False, **elsewhere, **slip))
    MatchKey.objects.bulk_create(keys)


def train():
    """Run the command; return what it says."""
    said = io.StringIO()
    call_command("find_candidates", "--train", stdout=said, stderr=io.StringIO())
    return said.getvalue()


def shipped_weights():
    """Return the weights that come with the release."""
    act = Act(at=timezone.now(), path="command", procedure="試験")
    return as_numbers(current_model(act=act).weights)


def test_a_version_is_learnt_and_finds_the_doubles(town):
    said = train()
    model = MatchModel.objects.get(is_current=True)
    assert (model.version, model.people) == (2, FEWEST + DOUBLES)
    assert "第2版を学習しました" in said
    weights = as_numbers(model.weights)
    assert weights["birth"]["same"]["weight"] > weights["birth"]["slip"]["weight"] > 0
    assert weights["birth"]["else"]["weight"] < 0 < weights["residence"]["same"]["weight"]
    doubles = {(f"1{serial:014d}", f"1{FEWEST + serial:014d}") for serial in range(DOUBLES)}
    found = set(MatchCandidate.objects.values_list("first_id", "second_id"))
    assert len(found & doubles) >= 0.95 * DOUBLES
    assert len(found & doubles) >= 0.9 * len(found)


def test_of_too_few_nothing_is_learnt():
    with pytest.raises(CommandError, match="学習できません") as refused:
        train()
    assert refused.value.returncode == 2
    assert not MatchModel.objects.filter(version=2).exists()


def test_what_was_learnt_is_held_against_people_known_to_be_different(town):
    said = train()
    model = MatchModel.objects.get(is_current=True)
    expected = {one["score"]: one for one in model.expected}
    found = MatchCandidate.objects.filter(score__gte=5)
    true = [pair for pair in found if int(pair.second_id[1:]) - int(pair.first_id[1:]) == FEWEST]
    assert expected[5]["share"] == pytest.approx(len(true) / len(found), abs=0.05)
    assert expected[5]["pairs"] == pytest.approx(1_000 * len(found) / DOUBLES, rel=0.1)
    assert f"得点5以上: 約{expected[5]['share']:.0%}が同一人の見込み" in said


def test_a_prior_that_makes_too_sure_is_lowered_and_an_honest_one_stays(town):
    weights = shipped_weights()
    with engine_with_keys() as engine:
        boasting = calibrate(engine, weights=weights, prior=0.5)
    with engine_with_keys() as engine:
        honest = calibrate(engine, weights=weights, prior=boasting.prior)
    assert boasting.prior < 0.5 / 2**2
    assert honest.prior == pytest.approx(boasting.prior)
    assert [one["share"] for one in boasting.expected] == [one["share"] for one in honest.expected]


def test_where_everybody_has_a_number_nothing_is_expected(town):
    MatchKey.objects.filter(has_number=False).delete()
    with engine_with_keys() as engine:
        calibrated = calibrate(engine, weights=shipped_weights(), prior=0.01)
    assert (calibrated.prior, calibrated.expected) == (0.01, [])


def test_where_nobody_is_there_twice_nothing_is_learnt(town):
    MatchKey.objects.filter(has_number=False).delete()
    with pytest.raises(CommandError, match="同一人とみられる組がほとんどない") as refused:
        train()
    assert refused.value.returncode == 2
    assert not MatchModel.objects.filter(version=2).exists()
