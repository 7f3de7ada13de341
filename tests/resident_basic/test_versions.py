"""What was true on a day, as it was known at a moment, and how two versions differ."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine

from resident_basic import selectors, services
from sapporo_base.models import LinkageRecord
from tests.factories import system
from tests.resident_basic.factories import row

pytestmark = pytest.mark.django_db


@pytest.fixture
def tell(act):
    """Have 既存住基 tell an 異動 so many days after the first."""

    def told(values, *, days=0):
        then = replace(act, at=act.at + timedelta(days=days), path="api", system=system("001-000"))
        services.receive_event(values=values, act=then)
        return then.at

    return told


@pytest.fixture
def hanako(tell, act):
    """Someone who came on October 1st and moved on the 10th; day 5 brings a correction of the move."""
    first = row(town="北一条西")
    number = first["resident_number"]
    tell(first)
    tell(
        row(
            resident_number=number,
            history_number=2,
            change_reason="41",
            changed_on="2026-10-10",
            town="南二条西",
            event_id="E2",
        ),
        days=1,
    )
    tell(
        row(
            resident_number=number,
            history_number=2,
            change_reason="41",
            changed_on="2026-10-20",
            town="南三条西",
            event_id="E3",
        ),
        days=5,
    )
    return number


class TestAsKnown:
    @pytest.mark.parametrize(
        ("as_of", "days", "town"),
        [
            (None, None, "南三条西"),
            (date(2026, 10, 15), None, "北一条西"),
            (date(2026, 10, 20), None, "南三条西"),
            (None, 0, "北一条西"),
            (None, 1, "南二条西"),
            (date(2026, 10, 15), 1, "南二条西"),
            (date(2026, 10, 9), 4, "北一条西"),
            (date(2026, 10, 15), 5, "北一条西"),
        ],
    )
    def test_a_day_and_a_moment_name_one_version(self, hanako, act, as_of, days, town):
        known_at = None if days is None else act.at + timedelta(days=days)

        found = selectors.as_known([hanako], as_of=as_of, known_at=known_at)

        assert [one.town for one in found] == [town]

    def test_ends_are_those_of_the_moment(self, hanako, act):
        day = date(2026, 10, 5)
        then = selectors.as_known([hanako], as_of=day, known_at=act.at + timedelta(days=2))
        before = selectors.as_known([hanako], as_of=day, known_at=act.at)

        assert [one.valid_until for one in then] == [date(2026, 10, 10)]
        assert [(one.valid_until, one.is_latest) for one in before] == [(None, True)]

    def test_nobody_was_known_before_the_first_file(self, hanako, act):
        assert not selectors.as_known([hanako], known_at=act.at - timedelta(seconds=1))

    def test_nobody_was_in_the_register_before_they_came(self, hanako):
        assert not selectors.as_known([hanako], as_of=date(2026, 9, 30))


class TestDifferences:
    def test_they_are_told_by_label_in_words(self, hanako):
        new, old, first = selectors.versions_of(hanako)

        told = selectors.differences(first, new, with_protected=False)

        assert [(one.label, one.before, one.after) for one in told.items][:2] == [
            ("異動事由", "国内転入", "転居"),
            ("異動年月日", date(2026, 10, 1), date(2026, 10, 20)),
        ]
        assert ("住所_町字", "北一条西", "南三条西") in [
            (one.label, one.before, one.after) for one in told.items
        ]
        assert old.town == "南二条西"
        assert not told.is_suppressed

    def test_no_place_of_a_protected_person_is_told_without_the_right(self, hanako, act):
        services.start_support_measure(
            resident_number=hanako,
            kind="1",
            subject_kind="1",
            since=date(2026, 11, 1),
            until=None,
            reason="試験",
            act=act,
        )
        new, _, first = selectors.versions_of(hanako)

        without = selectors.differences(first, new, with_protected=False)
        with_right = selectors.differences(first, new, with_protected=True)

        assert "南三条西" not in repr(without)
        assert {one.label for one in without.items} == {"異動事由", "異動年月日"}
        assert without.is_suppressed
        assert "南三条西" in repr(with_right)

    def test_versions_of_two_people_are_not_compared(self, hanako, tell):
        other = row()
        tell(other)
        pair = [selectors.versions_of(number)[0] for number in (hanako, other["resident_number"])]

        with pytest.raises(ValueError, match="two people"):
            selectors.differences(*pair, with_protected=True)


class TestOverTheApi:
    @pytest.fixture(autouse=True)
    def _a_day_of_the_approval(self, act):
        with time_machine.travel(act.at, tick=True):
            yield

    def test_a_receiver_asks_for_a_day_as_known_at_a_moment_and_it_is_recorded(
        self, hanako, act, approve, client_of
    ):
        approve("017-000", "name", "town")
        answer = client_of(system("017-000"), "030:residents:read").post(
            "/api/v1/resident-basic/residents/",
            {
                "resident_numbers": [hanako],
                "as_of": "2026-10-15",
                "known_at": (act.at + timedelta(days=1)).isoformat(),
            },
            format="json",
        )

        assert [one["items"]["town"] for one in answer.json()] == ["南二条西"]
        record = LinkageRecord.objects.get(kind="resident_disclosed", result="done")
        assert record.detail == "基準日2026-10-15 把握時点2026-11-25 12:00:00"

    def test_nobody_without_approval_learns_what_was_known(self, hanako, client_of):
        answer = client_of(system("017-000"), "030:residents:read").post(
            "/api/v1/resident-basic/residents/",
            {"resident_numbers": [hanako], "known_at": "2026-11-25T12:00:00+09:00"},
            format="json",
        )

        assert answer.status_code == 403
