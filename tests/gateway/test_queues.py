"""Queues to the platform: turns among systems, pace, back-off, the circuit, estimates, stops by people."""

from datetime import UTC, date, datetime, timedelta

import pytest

from gateway import selectors, services
from gateway.models import (
    Circuit,
    Exchange,
    Inquiry,
    LaneFlow,
    OperatingWindow,
    Pace,
    PlannedStop,
    SendQueue,
)
from gateway.rules import hours, pace
from gateway.services import InquiryRequest, circuit, exchanges, queues
from gateway.services.inquiries import prepare_inquiry_exchanges
from integrated_address import services as addressees
from sapporo_base.acts import Act, NotNow
from tests.factories import system
from tests.gateway.far_end import TAX
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # 12:00 in Japan, a Tuesday
NIGHT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 0:00 in Japan, Wednesday
GREEDY, MODEST = "027-000", "030-003"


def act_of(code, at=NOON):
    return Act(at=at, path="task", system=system(code))


@pytest.fixture
def two_systems():
    """Two systems that may ask about one person, whose 符号 is acquired."""
    for code in (GREEDY, MODEST):
        person = numbered(act_of(code), number="J1", code=code, serial=1).integrated_number
    addressees.request_linkage_codes(act=act_of(GREEDY))
    addressees.record_code_states(states=[(person, "acquired", "")], act=act_of(GREEDY))


def ask(code, count, *, lane="batch", at=NOON, first=0):
    requests = [
        InquiryRequest(
            request_key=f"{code}-{lane}-{serial}",
            business_number="J1",
            procedure_code="JM99000000000074",
            step_code="JT99000000000074",
            information_code=TAX,
            provider_code="131041",
            fiscal_year=2024,
            lane=lane,
        )
        for serial in range(first, first + count)
    ]
    return services.accept_inquiries(system=system(code), requests=requests, act=act_of(code, at))


def opened_every_day(opens=450, closes=1380):
    for day in range(7):
        OperatingWindow.objects.create(
            day=day, opens_minute=opens, closes_minute=closes, valid_from=date(2026, 1, 1)
        )


class TestFairness:
    def test_a_system_with_little_goes_with_the_first_messages_of_a_greedy_one(self, two_systems):
        Pace.objects.create(lane="batch", per_minute=600, most_in_flight=100_000)
        ask(GREEDY, 400)
        ask(MODEST, 3)
        prepare_inquiry_exchanges(lane="batch", act=act_of(GREEDY))
        sizes = dict(Exchange.objects.values_list("system__business_id", "item_count"))
        assert sizes == {"027": 100, "030": 3}
        assert Inquiry.objects.filter(state="waiting").count() == 300

    def test_who_was_served_longest_ago_comes_first(self, two_systems):
        ask(GREEDY, 1)
        ask(MODEST, 1)
        systems = [system(GREEDY).pk, system(MODEST).pk]
        first, second = queues.turns(lane="batch", systems=systems, at=NOON)
        queues.room(first, under_way=0, at=NOON)
        queues.served(first, count=1, at=NOON)
        assert queues.turns(lane="batch", systems=systems, at=NOON)[0].pk == second.pk

    def test_a_queue_with_messages_enough_prepared_waits_for_them_to_go(self, two_systems):
        Pace.objects.create(lane="interactive", per_minute=60_000, most_in_flight=100_000)
        ask(GREEDY, 250, lane="interactive")
        for _ in range(4):
            prepare_inquiry_exchanges(lane="interactive", act=act_of(GREEDY))
        assert Exchange.objects.count() == 2
        assert Inquiry.objects.filter(state="waiting").count() == 50


class TestPace:
    def test_more_than_a_systems_pace_does_not_go_out(self, two_systems):
        Pace.objects.create(system=system(GREEDY), lane="batch", per_minute=60, most_in_flight=1000)
        ask(GREEDY, 200)
        for second in range(61):
            at = NOON + timedelta(seconds=second)
            prepare_inquiry_exchanges(lane="batch", act=act_of(GREEDY, at))
            Exchange.objects.filter(state="ready").update(state="done", settled_at=at)
        assert 60 <= Inquiry.objects.exclude(state="waiting").count() <= 70

    def test_no_more_is_out_than_was_stated(self, two_systems):
        Pace.objects.create(lane="batch", per_minute=6000, most_in_flight=5)
        ask(GREEDY, 20)
        prepare_inquiry_exchanges(lane="batch", act=act_of(GREEDY))
        assert Inquiry.objects.filter(state="sending").count() == 5

    def test_a_bucket_holds_ten_seconds_worth_and_a_slow_one_ten(self):
        empty = pace.Bucket(0, NOON)
        later = NOON + timedelta(hours=1)
        assert pace.filled(empty, per_minute=600, at=later).tokens == 100
        assert pace.filled(empty, per_minute=6, at=later).tokens == 6
        assert pace.filled(empty, per_minute=30, at=later).tokens == 10

    def test_a_handful_waits_some_seconds_for_a_file_worth_making(self):
        soon, later = timedelta(seconds=1), timedelta(seconds=5)
        assert not pace.is_worth_a_file(20, per_minute=600, waited=soon)
        assert pace.is_worth_a_file(50, per_minute=600, waited=soon)
        assert pace.is_worth_a_file(1, per_minute=600, waited=later)
        assert pace.is_worth_a_file(1, per_minute=600, waited=None)


class TestBackOff:
    def test_429_halves_the_pace_and_good_answers_bring_it_back(self):
        queues.note_flow(lane="batch", seconds=0.1, at=NOON, cause="429", retry_after=7)
        flow = LaneFlow.objects.get()
        assert flow.share == 50
        assert flow.not_before == NOON + timedelta(seconds=7)
        assert "429" in flow.cause
        for turn in range(1, 11):
            queues.note_flow(lane="batch", seconds=0.1, at=NOON + timedelta(seconds=5 * turn))
        flow.refresh_from_db()
        assert (flow.share, flow.cause) == (100, "")

    def test_a_slow_answer_cuts_it_and_the_answers_of_one_moment_count_once(self):
        for _ in range(3):
            queues.note_flow(lane="interactive", seconds=9, at=NOON)
        assert LaneFlow.objects.get().share == 75

    def test_it_never_stops_altogether(self):
        for turn in range(20):
            queues.note_flow(
                lane="batch", seconds=1, at=NOON + timedelta(seconds=6 * turn), cause="429"
            )
        assert LaneFlow.objects.get().share == pace.LEAST_SHARE

    def test_nothing_goes_out_while_the_platform_asked_to_be_left_alone(self, two_systems):
        queues.note_flow(lane="batch", seconds=0.1, at=NOON, cause="429", retry_after=60)
        ask(GREEDY, 1)
        assert not prepare_inquiry_exchanges(lane="batch", act=act_of(GREEDY))
        later = act_of(GREEDY, NOON + timedelta(seconds=61))
        assert prepare_inquiry_exchanges(lane="batch", act=later)


class TestCircuit:
    def broken(self, group="SKI"):
        for second in range(5):
            circuit.note_failure(
                group=group, at=NOON + timedelta(seconds=second), cause="ConnectTimeout"
            )
        return Circuit.objects.get(pk=group)

    def test_opens_with_the_reason_after_five_failures(self):
        state = self.broken()
        assert state.state(NOON + timedelta(seconds=5)) == "open"
        why = selectors.opening(group="SKI", at=NOON + timedelta(seconds=5)).why
        assert "ConnectTimeout" in why

    def test_one_message_goes_to_see_and_the_others_wait_for_its_answer(self, two_systems):
        ask(GREEDY, 2, lane="interactive")
        prepare_inquiry_exchanges(lane="interactive", act=act_of(GREEDY))
        state = self.broken()
        at = state.broken_until
        assert state.state(at) == "probing"
        assert circuit.may_probe(group="SKI", at=at)
        assert not circuit.may_probe(group="SKI", at=at)
        assert not exchanges.claim_exchanges(lanes=["interactive"], at=at)
        circuit.note_success(group="SKI", at=at)
        assert exchanges.claim_exchanges(lanes=["interactive"], at=at)

    def test_a_probe_that_fails_opens_it_for_longer(self):
        state = self.broken()
        at = state.broken_until
        first = at - (NOON + timedelta(seconds=4))
        circuit.may_probe(group="SKI", at=at)
        circuit.note_failure(group="SKI", at=at, cause="ConnectTimeout")
        assert Circuit.objects.get().broken_until - at == 2 * first

    def test_a_platform_that_only_tells_its_state_does_not_close_it(self, two_systems):
        ask(GREEDY, 1, lane="interactive")
        prepare_inquiry_exchanges(lane="interactive", act=act_of(GREEDY))
        self.broken()
        at = NOON + timedelta(seconds=6)
        circuit.note_platform(at=at, is_open=True, closes_at=None, reopens_at=None)
        assert Circuit.objects.get().state(at) == "probing"

    def test_one_message_goes_to_see_and_no_second_with_it(self, two_systems):
        for _ in range(2):
            ask(GREEDY, 1, lane="interactive")
            prepare_inquiry_exchanges(lane="interactive", act=act_of(GREEDY))
        at = self.broken().broken_until
        assert len(exchanges.claim_exchanges(lanes=["interactive"], at=at)) == 1

    def test_what_fails_in_one_group_of_interfaces_holds_back_no_other(self, two_systems):
        ask(GREEDY, 1, lane="interactive")
        prepare_inquiry_exchanges(lane="interactive", act=act_of(GREEDY))
        at = NOON + timedelta(seconds=5)
        self.broken("DBM")
        assert "ConnectTimeout" in selectors.opening(group="DBM", at=at).why
        assert not selectors.opening(group="SKI", at=at).why
        assert exchanges.claim_exchanges(lanes=["interactive"], at=at)

    def test_a_probe_of_one_group_makes_no_other_wait(self, two_systems):
        ask(GREEDY, 1, lane="interactive")
        prepare_inquiry_exchanges(lane="interactive", act=act_of(GREEDY))
        at = self.broken("DBM").broken_until
        assert circuit.may_probe(group="DBM", at=at)
        assert exchanges.claim_exchanges(lanes=["interactive"], at=at)
        circuit.note_success(group="SKI", at=at)
        assert [one.pk for one in selectors.broken_circuits()] == ["DBM"]

    def test_one_for_which_nothing_waits_closes_when_the_platform_tells_that_it_is_open(self):
        self.broken("DBM")
        circuit.note_platform(at=NOON, is_open=True, closes_at=None, reopens_at=None)
        assert not selectors.broken_circuits()


class TestEstimates:
    def test_at_night_it_is_said_when_it_goes_out_and_when_an_answer_is_likely(self, two_systems):
        opened_every_day()
        (one,) = ask(GREEDY, 1, lane="interactive", at=NIGHT)
        assert one.goes_out_at == datetime(2026, 11, 24, 22, 30, tzinfo=UTC)  # 7:30 in Japan
        assert one.estimated_at == one.goes_out_at + timedelta(seconds=2)
        assert one.notice == "稼働時間外です。"

    def test_a_planned_stop_is_told_in_its_own_words(self, two_systems):
        PlannedStop.objects.create(
            starts_at=NOON - timedelta(hours=1),
            ends_at=NOON + timedelta(hours=5),
            notice="更改作業のため停止します。",
        )
        (one,) = ask(GREEDY, 1)
        assert one.notice == "更改作業のため停止します。"
        assert one.goes_out_at == NOON + timedelta(hours=5)

    def test_what_waits_ahead_counts_at_the_rate_that_was_seen(self, two_systems):
        ask(GREEDY, 1)
        SendQueue.objects.update_or_create(
            lane="batch",
            system=system(GREEDY),
            defaults={"waiting": 3000, "per_minute": 100.0, "answer_seconds": 20.0},
        )
        (one,) = ask(GREEDY, 1, first=1)
        assert one.goes_out_at == NOON + timedelta(minutes=30)
        assert one.estimated_at == NOON + timedelta(minutes=30, seconds=20)

    def test_a_queue_longer_than_the_day_goes_on_tomorrow(self, two_systems):
        opened_every_day(opens=540, closes=1020)  # 9:00 to 17:00
        SendQueue.objects.create(
            lane="batch", system=system(GREEDY), waiting=48_000, per_minute=100.0
        )
        (one,) = ask(GREEDY, 1)
        # Noon to five are five hours of eight that it takes: three more from nine tomorrow.
        assert one.goes_out_at == datetime(2026, 11, 25, 3, 0, tzinfo=UTC)

    def test_the_drain_rate_is_observed_while_something_waits(self, two_systems):
        Pace.objects.create(lane="batch", per_minute=60, most_in_flight=1000)
        ask(GREEDY, 100)
        services.measure_queues(at=NOON)
        prepare_inquiry_exchanges(lane="batch", act=act_of(GREEDY))
        services.measure_queues(at=NOON + timedelta(seconds=30))
        queue = SendQueue.objects.get(lane="batch")
        assert queue.per_minute == 20  # ten in half a minute
        assert queue.waiting == 90
        assert queue.oldest_at == NOON


class TestStopsByPeople:
    def test_a_stop_holds_back_messages_that_are_prepared_already(self, two_systems):
        ask(GREEDY, 1, lane="interactive")
        prepare_inquiry_exchanges(lane="interactive", act=act_of(GREEDY))
        pause = services.pause_queue(lane="", system=None, reason="点検", act=act_of(GREEDY))
        assert not exchanges.claim_exchanges(lanes=["interactive"], at=NOON)
        services.resume_queue(pause=pause, act=act_of(GREEDY))
        assert exchanges.claim_exchanges(lanes=["interactive"], at=NOON)

    def test_a_stop_of_one_system_lets_the_others_go(self, two_systems):
        ask(GREEDY, 1)
        ask(MODEST, 1)
        services.pause_queue(lane="batch", system=system(GREEDY), reason="点検", act=act_of(GREEDY))
        prepare_inquiry_exchanges(lane="batch", act=act_of(GREEDY))
        assert [one.system.business_id for one in Exchange.objects.all()] == ["030"]

    def test_what_was_sent_before_is_still_looked_after(self, two_systems):
        ask(GREEDY, 1)
        Inquiry.objects.update(state="asked")
        services.pause_queue(lane="", system=None, reason="点検", act=act_of(GREEDY))
        prepare_inquiry_exchanges(lane="batch", act=act_of(GREEDY))
        (claimed,) = exchanges.claim_exchanges(lanes=["batch"], at=NOON)
        assert claimed.work == "check"

    def test_a_stop_is_put_once(self, two_systems):
        services.pause_queue(lane="batch", system=None, reason="点検", act=act_of(GREEDY))
        with pytest.raises(NotNow):
            services.pause_queue(lane="batch", system=None, reason="点検", act=act_of(GREEDY))


class TestHoursRules:
    WINDOWS = [
        *(hours.Window("", day, 450, 1380, date(2026, 1, 1)) for day in range(7)),
        hours.Window("", hours.HOLIDAY, 540, 1080, date(2026, 1, 1)),
        hours.Window("", hours.YEAR_END, 0, 0, date(2026, 1, 1)),
        hours.Window("DBM", 0, 0, 1440, date(2026, 1, 1)),
    ]

    @pytest.mark.parametrize(
        ("day", "opens"),
        [
            (date(2026, 11, 24), [450]),
            (date(2026, 11, 23), [540]),  # 勤労感謝の日
            (date(2026, 12, 30), []),
            (date(2027, 1, 1), []),  # 元日 is 年末年始 first
            (date(2027, 1, 4), [450]),
        ],
    )
    def test_a_day_follows_the_row_of_its_kind(self, day, opens):
        found = hours.windows_of(self.WINDOWS, group="SKI", day=day)
        assert [window.opens_minute for window in found] == opens

    def test_hours_change_on_the_day_from_which_they_hold(self):
        windows = [
            hours.Window("", 1, 450, 1380, date(2026, 1, 1), date(2026, 12, 1)),
            hours.Window("", 1, 360, 1440, date(2026, 12, 1)),
        ]
        before, after = (
            hours.windows_of(windows, group="SKI", day=day)[0].opens_minute
            for day in (date(2026, 11, 24), date(2026, 12, 1))
        )
        assert (before, after) == (450, 360)
