"""照会の取りやめ and 要確認, through the services, the workers and the far end."""

from datetime import timedelta

import pytest

from gateway import services, tasks
from gateway.models import Exchange, Inquiry
from sapporo_base.acts import NotNow
from sapporo_base.models import LinkageRecord
from tests.factories import system
from tests.gateway.far_end import PENSION, PENSION_SERVICE
from tests.gateway.flows import accept, acquire, asked, now_act, results, work_for_a_while
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.django_db


@pytest.fixture
def taro(far_end, clock):
    """A person about whom the other side holds its answer for an hour, under the number J2."""
    person = numbered(now_act(), number="J2", code="027-000", serial=2).integrated_number
    acquire(clock)
    return person


def about_taro(key="k1", **changes):
    return asked(
        key,
        number="J2",
        information=PENSION,
        provider=PENSION_SERVICE,
        procedure_code="JM99000000000075",
        step_code="JT99000000000075",
        fiscal_year=None,
        **changes,
    )


def take_back(*ids):
    return services.cancel_inquiries(system=system("027-000"), inquiry_ids=ids, act=now_act())


class TestCancelling:
    def test_an_inquiry_at_the_platform_is_taken_back_there(self, taro, far_end):
        (one,) = accept(about_taro())
        tasks.work_interactive()

        assert [c.outcome for c in take_back(one.id)] == ["asked"]
        assert [c.outcome for c in take_back(one.id)] == ["asked"], "twice is once"
        tasks.work_interactive()

        assert results()[0].state == "cancelled"
        assert far_end.state()["inquiries"]["cancelled"] == 1
        requests = far_end.state()["requests"]
        assert (requests["IF_SKI_50111"], requests["IF_SKI_50412"]) == (1, 1)

    def test_many_are_taken_back_by_file(self, taro, far_end, clock):
        ids = [one.id for one in accept(*(about_taro(f"k{n}", lane="batch") for n in range(30)))]
        work_for_a_while(clock)

        take_back(*ids)
        work_for_a_while(clock)

        assert {result.state for result in results()} == {"cancelled"}
        assert far_end.state()["inquiries"]["cancelled"] == 30
        assert Exchange.objects.filter(work="cancel").count() == 1
        assert "IF_SKI_50111" not in far_end.state()["requests"]

    def test_one_that_was_answered_meanwhile_brings_its_answer(self, taro, far_end, clock):
        (one,) = accept(about_taro())
        tasks.work_interactive()
        clock.shift(timedelta(hours=2))

        take_back(one.id)
        tasks.work_interactive()
        clock.shift(timedelta(seconds=5))
        tasks.work_interactive()

        inquiry = Inquiry.objects.get(pk=one.id)
        assert "間に合いませんでした" in inquiry.reason
        assert results()[0].state == "answered"

    def test_what_is_nobodys_or_ended_is_refused_and_the_rest_is_taken_back(self, taro):
        (one,) = accept(about_taro())
        take_back(one.id)

        told = take_back(one.id, 999_999)

        assert [c.outcome for c in told] == ["cancelled", "refused"]

    def test_asking_the_platform_to_take_back_is_recorded(self, taro):
        (one,) = accept(about_taro())
        tasks.work_interactive()
        take_back(one.id)

        assert LinkageRecord.objects.filter(kind="inquiry_cancel_asked").count() == 1


class TestUnclear:
    """A status that nobody knows leads to 要確認; comparing tells what follows."""

    @pytest.fixture
    def unclear(self, taro, far_end, monkeypatch):
        """An inquiry of which the platform told a status that is in no table."""
        strange = {"ResultCode": "", "ResultMessage": "", "DetailStatus": "55", "NameStatus": "00"}
        (one,) = accept(about_taro())
        with monkeypatch.context() as patched:
            patched.setattr(far_end.platform.inquiries, "_standing", lambda *_: strange)
            tasks.work_interactive()
        inquiry = Inquiry.objects.get(pk=one.id)
        assert (inquiry.state, inquiry.detail_status) == (Inquiry.State.UNCLEAR, "55")
        return inquiry

    def compared(self, inquiry):
        services.compare_inquiry(inquiry=inquiry, act=now_act())
        tasks.work_interactive()
        inquiry.refresh_from_db()
        return inquiry

    def test_held_as_sent_it_is_looked_after_again(self, unclear, clock):
        assert self.compared(unclear).state in {"asked", "held"}
        clock.shift(timedelta(hours=2))
        tasks.work_interactive()
        assert results()[0].state == "answered"

    def test_not_held_it_goes_again_and_has_one_effect(self, unclear, far_end, clock):
        del far_end.platform.state.inquiries[unclear.record_id]

        self.compared(unclear)

        tasks.work_interactive()
        assert far_end.state()["inquiries"]["total"] == 1
        assert far_end.platform.state.inquiries[unclear.record_id]

    def test_held_otherwise_it_says_which_items_differ(self, unclear, far_end):
        told = far_end.platform.state.inquiries[unclear.record_id].told
        told["NonDisclosureCode"] = "1"

        inquiry = self.compared(unclear)

        assert inquiry.state == Inquiry.State.UNCLEAR
        assert "照会側不開示コード" in inquiry.reason

    def test_every_night_all_of_them_are_compared_by_file(self, unclear, far_end, clock):
        assert tasks.compare_unclear_inquiries() == 1
        work_for_a_while(clock)

        unclear.refresh_from_db()
        assert unclear.state != Inquiry.State.UNCLEAR
        assert far_end.state()["requests"]["IF_SKI_10934"] >= 1

    def test_what_is_clear_is_not_compared(self, taro):
        (one,) = accept(about_taro())
        with pytest.raises(NotNow):
            services.compare_inquiry(inquiry=Inquiry.objects.get(pk=one.id), act=now_act())


class TestSwitchedOff:
    def test_what_waits_for_an_interface_goes_when_it_is_in_use_again(self, taro, far_end, clock):
        from gateway.models import PlatformInterface

        interface = PlatformInterface.objects.get(pk="IF_SKI_10111")
        stop = now_act(reason="相手方の障害のため")
        services.switch_interface(interface=interface, in_use=False, act=stop)
        (one,) = accept(about_taro())
        tasks.work_interactive()

        waiting = Exchange.objects.get(work="ask")
        assert "利用を止めています" in waiting.last_error
        assert "IF_SKI_10111" not in far_end.state()["requests"]

        services.switch_interface(interface=interface, in_use=True, act=now_act())
        tasks.work_interactive()
        assert Inquiry.objects.get(pk=one.id).state in {"asked", "held"}


class TestRecordAsSent:
    def test_the_eighteen_items_say_who_asks_and_a_ward_is_its_city(self, hanako, far_end):
        (one,) = accept(asked(provider="141011"))  # 横浜市鶴見区
        tasks.work_interactive()

        record_id = Inquiry.objects.get(pk=one.id).record_id
        told = far_end.platform.state.inquiries[record_id].told
        assert told["ProviderOrganizationCode"] == "0220114100301700", "横浜市, not its ward"
        assert told["InquirerUnitCode"].strip() == "027-000"
        assert told["AddressNumber"].strip() == "", "no business number leaves the city"

    def test_a_person_with_several_numbers_is_told_under_all_of_the_asking_system(
        self, hanako, far_end
    ):
        numbered(now_act(), number="J1B", code="027-000", serial=1)
        accept(asked())
        tasks.work_interactive()

        (result,) = results()
        assert result.business_number == "J1"
        assert sorted(result.business_numbers) == ["J1", "J1B"]
