"""異動 one at a time, in any order: the same register, gaps that are seen, reasons that are special."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from integrated_address.models import BasicItems
from resident_basic import selectors, services
from resident_basic.models import HistoryGap, ResidentChange, ResidentVersion, SupportMeasure
from sapporo_base.acts import Act, InvalidRequest, NotNow
from tests.conftest import NOON
from tests.factories import StaffFactory, system
from tests.resident_basic.factories import (
    a_file,
    a_resident_number,
    an_individual_number,
    row,
)

pytestmark = pytest.mark.django_db


def known(number):
    return list(
        ResidentVersion.objects.filter(resident_number=number, superseded_at__isnull=True).order_by(
            "history_number"
        )
    )


@pytest.fixture
def tell(register_act):
    def told(*values):
        return [services.receive_event(values=one, act=register_act) for one in values]

    return told


@pytest.fixture
def chain():
    """Return the 異動 of one person, one a day from October 1st, household and number theirs."""

    def made(*steps):
        number, household = a_resident_number(), a_resident_number()
        person = an_individual_number()
        return [
            row(
                **{
                    "resident_number": number,
                    "household_number": household,
                    "individual_number": person,
                    "history_number": place,
                    "changed_on": f"2026-10-{place:02d}",
                    "processed_on": f"2026-10-{place:02d}",
                }
                | step
            )
            for place, step in enumerate(steps, 1)
        ]

    return made


class TestGaps:
    def test_a_missing_history_is_named_until_it_arrives(self, tell, chain):
        first, second, third, fourth = chain({}, {}, {}, {})
        told = tell(first, fourth)[-1]

        assert told.missing_history_numbers == (2, 3)
        assert list(
            HistoryGap.objects.order_by("history_number").values_list("history_number", "closed_at")
        ) == [(2, None), (3, None)]

        tell(third)
        assert [one.history_number for one in selectors.open_gaps()] == [2]
        tell(second)
        assert not selectors.open_gaps().exists()

    def test_a_file_closes_what_an_event_left_open(self, tell, chain, act, tmp_path):
        first, second, third = chain({}, {}, {})
        tell(first, third)

        services.receive_residents(path=a_file(tmp_path / "f.csv", second), act=act)

        assert not selectors.open_gaps().exists()
        assert HistoryGap.objects.get().closed_at == act.at

    def test_who_first_comes_with_a_high_number_leaves_no_gap(self, tell, chain):
        tell(chain({}, {}, {}, {})[3])

        assert not HistoryGap.objects.exists()

    def test_a_gap_that_will_never_close_is_closed_with_a_reason(self, tell, chain, act):
        first, _, third = chain({}, {}, {})
        tell(first, third)
        gap = HistoryGap.objects.get()
        operator = replace(act, staff=StaffFactory(staff_number="T90001"))

        with pytest.raises(InvalidRequest):
            services.close_gap(gap=gap, reason=" ", act=operator)
        services.close_gap(gap=gap, reason="既存住基に無いことを確認", act=operator)
        with pytest.raises(NotNow):
            services.close_gap(gap=gap, reason="再度", act=operator)

        gap.refresh_from_db()
        assert (gap.closed_by, gap.closed_reason) == ("T90001", "既存住基に無いことを確認")

    def test_a_closed_gap_does_not_open_again(self, tell, chain, act):
        first, _, third, fourth = chain({}, {}, {}, {})
        tell(first, third)
        services.close_gap(gap=HistoryGap.objects.get(), reason="確認済", act=act)
        tell(fourth)

        assert not selectors.open_gaps().exists()


class TestReasonsThatAreSpecial:
    """The 異動事由 of 基本データリスト that a receiver could get wrong."""

    @pytest.mark.parametrize(
        ("before", "undoing"),
        [
            ({"change_reason": "21", "resident_status": "2"}, "09"),
            ({"change_reason": "01"}, "28"),
            ({"change_reason": "41", "town": "南二条西"}, "59"),
        ],
    )
    def test_what_is_taken_back_was_never_true_but_stays_known(self, tell, chain, before, undoing):
        first, second, third = chain(
            {}, before, {"change_reason": undoing, "changed_on": "2026-10-02"}
        )
        tell(first, second, third)

        undone = known(first["resident_number"])[1]
        assert undone.valid_from == undone.valid_until
        on_the_day = selectors.as_known([first["resident_number"]], as_of=date(2026, 10, 2))
        assert [one.change_reason for one in on_the_day] == [undoing]

    @pytest.mark.parametrize("reason", ["42", "43", "44"])
    def test_a_correction_by_office_is_a_history_of_its_own(self, tell, chain, reason):
        first, second = chain({}, {"change_reason": reason, "name": "札幌　華子"})
        tell(first, second)

        assert [one.name for one in known(first["resident_number"])] == ["札幌　花子", "札幌　華子"]

    @pytest.mark.parametrize("reason", ["21", "22", "23", "26"])
    def test_who_leaves_stays_in_the_register_with_a_state(self, tell, chain, reason):
        state = "3" if reason == "23" else "2" if reason != "26" else "9"
        first, second = chain(
            {}, {"change_reason": reason, "resident_status": state, "removed_on": "2026-10-02"}
        )
        tell(first, second)

        latest = known(first["resident_number"])[-1]
        assert (latest.resident_status, latest.is_latest) == (state, True)

    def test_who_comes_back_keeps_the_number_and_goes_on_with_the_next_history(self, tell, chain):
        first, second, third = chain(
            {}, {"change_reason": "21", "resident_status": "2"}, {"change_reason": "01"}
        )
        tell(first, second, third)

        states = [one.resident_status for one in known(first["resident_number"])]
        assert states == ["1", "2", "1"]

    def test_a_move_between_wards_changes_household_number_and_place_only(self, tell, chain):
        elsewhere = {
            "change_reason": "41",
            "household_number": a_resident_number(),
            "municipality_code": "011029",
            "municipality": "札幌市北区",
            "town": "北七条西",
        }
        first, second = chain({}, elsewhere)
        tell(first, second)
        before, after = known(first["resident_number"])

        told = selectors.differences(before, after, with_protected=True)

        assert before.resident_number == after.resident_number
        assert {one.item for one in told.items} == set(elsewhere) | {"changed_on"}

    @pytest.mark.parametrize("reason", ["45", "46", "47"])
    def test_a_new_individual_number_is_a_history_though_no_item_shows_it(
        self, tell, chain, reason
    ):
        first, second = chain(
            {"individual_number": "" if reason == "47" else an_individual_number()},
            {"change_reason": reason, "individual_number": an_individual_number()},
        )
        tell(first, second)

        assert [one.change_reason for one in known(first["resident_number"])] == ["01", reason]

    def test_a_birth_may_be_unknown_and_stays_in_its_own_words(self, tell, chain):
        (one,) = chain(
            {"born_on": "", "born_on_unknown": "1", "born_on_text": "昭和二十年頃"},
        )
        tell(one)

        assert known(one["resident_number"])[0].born_on_text == "昭和二十年頃"

    def test_protection_that_began_in_an_older_history_stands_when_that_arrives_late(
        self, tell, chain
    ):
        first, second = chain({"support_measure": "1"}, {})
        tell(second, first)

        assert SupportMeasure.objects.get().ended_at is None

    def test_protection_that_ended_is_not_begun_again_by_an_older_history(self, tell, chain):
        first, second, third = chain(
            {"support_measure": "1"}, {"support_measure": "1"}, {"support_measure": "3"}
        )
        tell(first, third, second)

        assert SupportMeasure.objects.get().ended_at is not None

    def test_a_correction_is_not_undone_by_what_it_corrected_arriving_late(self, tell, chain):
        (one,) = chain({})
        corrected = one | {
            "event_id": "E-CORRECTED",
            "name": "札幌　華子",
            "processed_time": "10:00:00",
        }
        tell(corrected, one)

        assert [version.name for version in known(one["resident_number"])] == ["札幌　華子"]
        assert ResidentChange.objects.count() == 1


class TestOverHttp:
    ADDRESS = "/api/v1/resident-basic/events/"

    @pytest.fixture
    def send(self, client_of):
        """Post one 異動 as a system does; 既存住基 unless another is named."""

        def sent(values, *, code="001-000", scopes=("030:events:write",)):
            api = client_of(system(code), *scopes)
            return api.post(self.ADDRESS, {"items": values}, format="json")

        return sent

    def test_nobody_but_the_register_tells_an_event(self, send, chain):
        (one,) = chain({})
        assert send(one, scopes=()).status_code == 403
        assert send(one, code="017-000").status_code == 403
        assert not ResidentVersion.objects.exists()

    def test_an_event_is_taken_once_and_a_gap_is_named_in_the_answer(self, send, chain):
        first, second, third = chain({}, {}, {})
        assert send(first).status_code == 201
        answer = send(third)
        assert answer.status_code == 201
        assert answer.json()["missing_history_numbers"] == [2]
        again = send(third)
        assert (again.status_code, again.json()["is_new"]) == (200, False)
        late = send(second).json()
        assert (late["is_latest"], late["missing_history_numbers"]) == (False, [])
        assert ResidentVersion.objects.count() == 3

    def test_what_is_wrong_is_named_by_item_and_never_by_value(self, send, chain):
        number = "999900000000"
        (one,) = chain({"sex": "7", "individual_number": number})
        answer = send(one)
        assert answer.status_code == 400
        assert number not in answer.content.decode()
        assert {"sex", "individual_number"} <= set(answer.json()["fields"])

    def test_the_same_event_with_other_content_is_a_conflict(self, send, chain):
        (one,) = chain({})
        send(one)
        assert send(one | {"name": "札幌　華子"}).status_code == 409


# Any order ------------------------------------------------------------------------------------

SOMEBODY, HOUSEHOLD, PERSON = a_resident_number(), a_resident_number(), an_individual_number()
_STEPS = st.lists(
    st.fixed_dictionaries(
        {
            "change_reason": st.sampled_from(["01", "21", "28", "41", "42", "43", "59"]),
            "resident_status": st.sampled_from(["1", "2"]),
            "name": st.sampled_from(["札幌　花子", "札幌　華子"]),
            "support_measure": st.sampled_from(["", "", "1", "2", "3"]),
            "changed_on": st.dates(date(2026, 9, 1), date(2026, 9, 9)).map(str),
        }
    ),
    min_size=1,
    max_size=5,
)


@st.composite
def histories(draw) -> tuple[list[dict[str, str]], list[tuple[int, bool]]]:
    """Draw the 異動 of a person with corrections, and an order with doubles: (which, by a file?)."""
    told = []
    for place, step in enumerate(draw(_STEPS), 1):
        told.append(
            row(
                **step,
                resident_number=SOMEBODY,
                household_number=HOUSEHOLD,
                individual_number=PERSON,
                history_number=place,
                event_id=f"E{place}",
                processed_on="2026-09-10",
                processed_time=f"{8 + place:02d}:00:00",
            )
        )
    for place in draw(st.sets(st.integers(0, len(told) - 1), max_size=2)):
        told.append(
            told[place]
            | {
                "event_id": f"C{place}",
                "name": "札幌　訂正",
                "processed_time": f"{8 + place + 1:02d}:30:00",
            }
        )
    once = list(range(len(told)))
    arrivals = draw(st.permutations(once + draw(st.lists(st.sampled_from(once), max_size=3))))
    return told, [(which, draw(st.booleans())) for which in arrivals]


def _state() -> object:
    return (
        [
            (
                one.history_number,
                one.event_id,
                one.name,
                one.valid_from,
                one.valid_until,
                one.is_latest,
            )
            for one in known(SOMEBODY)
        ],
        list(SupportMeasure.objects.filter(ended_at__isnull=True).values_list("kind", "since")),
        selectors.open_gaps().count(),
        list(
            BasicItems.objects.filter(
                valid_until__isnull=True, superseded_at__isnull=True
            ).values_list("name")
        ),
    )


@settings(max_examples=25)
@given(histories())
def test_in_whatever_order_and_however_often_the_same_register_results(
    drawn: tuple[list[dict[str, str]], Sequence[tuple[int, bool]]],
):
    told, arrivals = drawn
    act = Act(at=NOON, path="api", system=system("001-000"))
    states = []
    with TemporaryDirectory() as folder:
        in_order = sorted(range(len(told)), key=lambda at: told[at]["processed_time"])
        for order in ([(which, False) for which in in_order], arrivals):
            with transaction.atomic():
                for hour, (which, by_file) in enumerate(order):
                    then = replace(act, at=act.at + timedelta(hours=hour))
                    if by_file:
                        path = a_file(Path(folder) / f"{hour}.csv", told[which])
                        services.receive_residents(path=path, act=then)
                    else:
                        services.receive_event(values=told[which], act=then)
                states.append(_state())
                transaction.set_rollback(True)
    assert states[0] == states[1]
