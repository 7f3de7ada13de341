"""市中間サーバ tells nobody without the right where a protected person lives; the platform is told of her."""

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from gateway import tasks
from gateway.models import Copy, PlatformNumber, Provision
from gateway.selectors import FlagState, flag_states
from resident_basic import services as residents
from sapporo_base.acts import Act
from sapporo_base.models import LinkageRecord
from tests.conftest import NOON
from tests.factories import StaffFactory, system
from tests.gateway.far_end import FarEnd
from tests.protection import (
    BUILDING,
    addresses_of,
    give_reason,
    leaks,
    linkage_history,
    seen,
    text_of,
)

pytestmark = pytest.mark.django_db


def test_no_page_and_no_history_of_looks_tells_where_a_protected_person_lives(
    without_right, planted
):
    pages = seen(without_right, addresses_of("gateway", planted))

    assert not leaks(pages)
    assert BUILDING not in linkage_history()
    assert Provision.objects.filter(integrated_number=planted.integrated_number).exists()


def test_with_right_and_reason_it_is_shown_and_recorded_first(with_right, planted):
    provision = Provision.objects.get()

    page = give_reason(with_right, reverse("admin:gateway_provision_change", args=[provision.pk]))

    assert BUILDING in page
    assert LinkageRecord.objects.filter(kind="looked", reason="窓口での相談").exists()


def test_the_answer_page_asks_for_the_same_right_and_reason(without_right, with_right, planted):
    page = reverse("admin:gateway_provision_answer_inquiry", args=[Provision.objects.get().pk])

    assert without_right.get(page).status_code == 403
    assert "理由を入力" in text_of(with_right.get(page)) or "理由" in text_of(with_right.get(page))


@pytest.fixture
def clock():
    """Time from noon of an ordinary Tuesday on."""
    with time_machine.travel(NOON, tick=True) as traveller:
        yield traveller


@pytest.fixture
def far_end(clock, tmp_path, monkeypatch):
    """The platform, reached by the gateway's tasks."""

    class Now:
        def __call__(self):
            return timezone.now()

    end = FarEnd(tmp_path, clock=Now())
    monkeypatch.setattr(tasks.line, "client", lambda: end.client)
    yield end
    end.journal.close()


def state_of(planted):
    return flag_states(system=system("001-000"), business_numbers=[planted.number])[planted.number]


def flags_there(far_end, planted):
    (flags,) = far_end.client.flags([planted.integrated_number])
    return flags.no_automatic_answer, flags.withheld


class TestThePlatform:
    def end(self, planted):
        proposer, decider = StaffFactory(), StaffFactory()
        at = timezone.now()
        residents.propose_end_of_support_measure(
            measure=planted.measure,
            because="no_need",
            reason="必要がなくなった",
            act=Act(at=at, path="admin", staff=proposer),
        )
        residents.end_support_measure(
            measure=planted.measure, act=Act(at=at, path="admin", staff=decider)
        )

    def test_it_is_told_when_protection_begins_and_when_it_ends(self, far_end, planted):
        assert state_of(planted).state is FlagState.WAITING_NUMBER
        tasks.work_bulk()
        assert flags_there(far_end, planted) == (True, True)
        assert state_of(planted).state is FlagState.SET

        self.end(planted)
        assert state_of(planted).state is FlagState.ASKED
        tasks.work_bulk()
        assert flags_there(far_end, planted) == (False, False)
        assert state_of(planted).state is FlagState.CLEAR

    def test_no_copy_of_her_goes_out_before_the_platform_has_the_flag(
        self, far_end, planted, clock
    ):
        far_end.control("faults", kind="server_error", interfaces="IF_DBM_50111")
        tasks.work_bulk()
        mine = Copy.objects.get(integrated_number=planted.integrated_number)

        assert mine.state == Copy.State.WAITING
        assert state_of(planted).state is FlagState.FAILED
        assert state_of(planted).attempts == 1
        assert "送信できませんでした" in state_of(planted).error

        far_end.control("faults", clear=True)
        clock.shift(600)
        for _ in range(3):
            tasks.work_bulk()
        mine.refresh_from_db()
        assert state_of(planted).state is FlagState.SET
        assert mine.state == Copy.State.FORWARDED

    def test_a_failure_is_shown_to_managers_who_may_try_again_at_once(
        self, far_end, planted, with_right
    ):
        far_end.control("faults", kind="server_error", interfaces="IF_DBM_50111")
        tasks.work_bulk()

        page = reverse("admin:resident_basic_supportmeasure_change", args=[planted.measure.pk])
        shown = give_reason(with_right, page)
        home = text_of(with_right.get(reverse("admin:index")))
        assert "設定に失敗(再試行中)" in shown
        assert "中間サーバへの設定に失敗" in home

        far_end.control("faults", clear=True)
        again = reverse("admin:resident_basic_supportmeasure_send_flags", args=[planted.measure.pk])
        with_right.post(again, {"_confirmed": "1"})
        tasks.work_bulk()
        assert PlatformNumber.objects.get(pk=planted.integrated_number).flags_error == ""
        assert flags_there(far_end, planted) == (True, True)
