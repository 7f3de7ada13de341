"""自動応答不可 and 不開示該当 on their way: of one 特定個人情報, of people, few and many."""

import pytest

from gateway import services, tasks
from gateway.models import (
    Copy,
    Exchange,
    InformationFlag,
    PlatformNumber,
)
from gateway.services import copies
from sapporo_base.acts import InvalidRequest
from tests.factories import system
from tests.gateway.far_end import CHILD_ALLOWANCE
from tests.gateway.flows import acquire, copy, forward, now_act
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.django_db


@pytest.fixture
def taro(far_end, clock):
    """Another person with a 符号, under 児童手当's number J2."""
    person = numbered(now_act(), number="J2", code="027-000", serial=2).integrated_number
    acquire(clock)
    return person


class TestFlagsOfOneInformation:
    def test_the_copy_waits_for_the_flag_and_then_is_not_answered_by_itself(self, hanako, far_end):
        set_flags("J1")
        forward(copy())
        copies.prepare_copy_exchanges(act=now_act())
        assert Copy.objects.get().state == "waiting"

        tasks.work_bulk()
        (told,) = far_end.control("ask", item=26, integrated_number=hanako)["asked"]

        assert told["state"] == "waiting"
        assert Copy.objects.get().state == "forwarded"
        flag = InformationFlag.objects.get()
        assert (flag.due_at, flag.sent_no_automatic_answer) == (None, True)

    def test_a_number_that_is_nobody_s_is_named(self, hanako):
        with pytest.raises(InvalidRequest, match="1件") as refused:
            set_flags("J1", "J9")
        assert "J9" in refused.value.fields["business_numbers"]
        assert not InformationFlag.objects.exists()

    def test_many_go_as_a_file_of_each_flag(self, hanako, taro, far_end, monkeypatch):
        monkeypatch.setattr("gateway.services.flags.information.AT_ONCE_ONLINE", 1)
        set_flags("J1", "J2", not_disclosed=True)

        tasks.work_bulk()

        files = Exchange.objects.filter(work="information_flags").order_by("pk")
        assert list(files.values_list("interface_id", "state")) == [
            ("IF_DBM_40123", "done"),
            ("IF_DBM_70123", "done"),
        ]
        assert not InformationFlag.objects.filter(due_at__isnull=False).exists()

    def test_what_the_platform_lost_is_found_at_night_and_set_again(self, hanako, far_end):
        set_flags("J1")
        tasks.work_bulk()
        far_end.platform.state.information_flags.clear()

        assert tasks.check_flags() == 1
        assert InformationFlag.objects.get().differed_at
        tasks.work_bulk()

        assert tasks.check_flags() == 0
        assert InformationFlag.objects.get().due_at is None


class TestFlagsOfPeople:
    def test_many_go_as_a_file_of_each_flag(self, hanako, taro, far_end, monkeypatch):
        monkeypatch.setattr("gateway.services.flags.people.AT_ONCE_ONLINE", 1)
        hold_back("J1", "J2")

        tasks.work_bulk()

        files = Exchange.objects.filter(work="set_flags").order_by("pk")
        assert list(files.values_list("interface_id", "state")) == [
            ("IF_DBM_50123", "done"),
            ("IF_DBM_80123", "done"),
        ]
        assert far_end.state()["no_automatic_answer"] == 2
        assert not PlatformNumber.objects.filter(flags_due_at__isnull=False).exists()

    @pytest.mark.parametrize("many", [False, True])
    def test_what_the_platform_lost_is_found_at_night_and_set_again(
        self, hanako, far_end, monkeypatch, many
    ):
        hold_back("J1")
        tasks.work_bulk()
        if many:
            monkeypatch.setattr("gateway.services.flags.checking.AT_ONCE_ONLINE", 0)
        far_end.client.set_flag("no_automatic_answer", [hanako], on=False)

        tasks.check_flags()
        tasks.work_bulk()
        tasks.work_bulk()

        assert far_end.state()["no_automatic_answer"] == 1
        assert PlatformNumber.objects.get(pk=hanako).flags_differed_at
        assert Exchange.objects.filter(work="check_flags", state="done").exists() is many


def set_flags(*numbers, no_automatic_answer=True, not_disclosed=False):
    return services.set_information_flags(
        system=system("027-000"),
        business_numbers=numbers,
        information_code=CHILD_ALLOWANCE,
        no_automatic_answer=no_automatic_answer,
        not_disclosed=not_disclosed,
        act=now_act(),
    )


def hold_back(*numbers):
    services.set_answer_flags(
        system=system("027-000"), business_numbers=numbers, no_automatic_answer=True, act=now_act()
    )
