"""Where the time of an inquiry went."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.rules.stages import lasting, stages

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def after(seconds):
    return NOON + timedelta(seconds=seconds)


class TestStages:
    def test_each_lasts_until_the_next_and_all_together_are_the_whole(self):
        told = stages(
            [("符号", NOON), ("送信待ち", after(60)), ("回答待ち", after(90))],
            ended=after(100),
            at=after(500),
        )
        assert [(one.name, one.seconds) for one in told] == [
            ("符号", 60),
            ("送信待ち", 30),
            ("回答待ち", 10),
        ]
        assert sum(one.share for one in told) == pytest.approx(1)

    def test_the_last_goes_on_while_nothing_ended_it(self):
        (one,) = stages([("送信待ち", NOON), ("回答待ち", None)], ended=None, at=after(30))
        assert (one.ended, one.seconds, one.share) == (None, 30, 1)

    def test_what_was_passed_over_or_gone_through_again_has_no_negative_time(self):
        told = stages(
            [("送信待ち", NOON), ("送信", after(50)), ("回答待ち", after(20))],
            ended=after(40),
            at=after(60),
        )
        assert all(one.seconds >= 0 for one in told)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.42, "0.4秒"),
        (12.3, "12秒"),
        (185, "3分5秒"),
        (7_800, "2時間10分"),
        (273_600, "3日4時間"),
    ],
)
def test_lengths_are_told_as_exactly_as_people_need(seconds, words):
    assert lasting(seconds) == words
