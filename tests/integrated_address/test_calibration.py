"""What a score is worth, by people of whom it is known that they are different."""

import pytest

from integrated_address.rules.calibration import bits_too_sure, standings, standings_at


def counted(**at):
    """Return what was counted: score → (pairs found, mistaken ones)."""
    return [(int(float(score[1:]) * 2), *pairs) for score, pairs in at.items()]


def test_what_is_found_is_counted_from_a_score_on():
    stand = standings(counted(s0=(40, 100), s3=(50, 10), s9=(100, 0)), asked=200, known=1_000)
    assert [(one.score, one.found, one.mistaken) for one in stand[:2]] == [
        (0.0, 190 / 200, 110 / 1_000),
        (0.5, 150 / 200, 10 / 1_000),
    ]
    assert stand[0].share == pytest.approx(1 - 0.11 / 0.95)
    assert stand[7].share == 1.0


def test_scores_that_say_too_much_are_lowered_to_where_they_hold():
    stand = standings(counted(s5=(100, 30), s8=(100, 1)), asked=100, known=100)
    # From 5.5 on one in a hundred is mistaken; 5 itself would say one in 33 and is one in six.
    assert bits_too_sure(stand, meant=5.0) == 0.5
    late = standings(counted(s7=(100, 30), s9=(100, 1)), asked=100, known=100)
    assert bits_too_sure(late, meant=5.0) == 2.5


def test_scores_that_say_too_little_stay():
    stand = standings(counted(s0=(100, 1), s5=(100, 0)), asked=100, known=100)
    assert bits_too_sure(stand, meant=5.0) == 0.0


def test_few_pairs_say_nothing():
    stand = standings(counted(s5=(29, 29)), asked=100, known=100)
    assert not any(one.is_counted for one in stand)
    assert bits_too_sure(stand, meant=5.0) == 0.0


def test_more_mistaken_than_found_is_no_negative_share():
    stand = standings(counted(s0=(30, 900)), asked=100, known=100)
    assert stand[0].share == 0.0
    assert bits_too_sure(stand, meant=5.0) == 0.0


def test_scores_beyond_the_last_step_count_with_it():
    stand = standings([(200, 40, 0)], asked=40, known=40)
    assert (stand[-1].score, stand[-1].found) == (40.0, 1.0)


def test_scores_are_told_as_they_are_once_lowered_and_none_beyond_the_last():
    stand = standings(counted(s4=(60, 0), s40=(40, 0)), asked=100, known=100)
    told = standings_at(stand, (0.0, 5.0, 12.0), lowered=3.0)
    assert {score: one.found for score, one in told.items()} == {0.0: 1.0, 5.0: 0.4, 12.0: 0.4}
    assert list(standings_at(stand, (0.0, 5.0, 12.0), lowered=35.0)) == [0.0, 5.0]
    assert standings_at(standings([], asked=0, known=0), (0.0,), lowered=0.0) == {}
