"""Updates, deletion, 符号取得状況 and disclosure: sentence by sentence of 共通機能標準 032."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import Error, transaction

from gateway.simulator.juki_net import JukiNet
from integrated_address import selectors, services
from integrated_address.models import (
    BasicItems,
    BusinessNumber,
    IntegratedAddressee,
    LinkageCodeStep,
)
from integrated_address.services import FourBasicItems
from integrated_address.services.numbering import STAGED
from sapporo_base import sealing
from sapporo_base.acts import NotPermitted
from sapporo_base.bulk import temporary_staging
from sapporo_base.models import LinkageRecord
from tests.factories import fictitious_individual_number, system
from tests.integrated_address.factories import HANAKO, numbered, open_flag

pytestmark = pytest.mark.django_db
DEAD = "3"


def tell_by_list(act, code, number, name, state=""):
    """Have a system tell of the person with the first 個人番号 of the tests, in a list of one."""
    sealed = sealing.NumberSealer().seal(fictitious_individual_number(1))
    row = {
        "business_number": number,
        "digest": sealed.digest,
        "ciphertext": sealed.ciphertext,
        "name": name,
        "resident_state": state,
    }
    with transaction.atomic(), temporary_staging("told", STAGED) as staging:
        staging.copy(list(row), [list(row.values())])
        services.number_newcomers(staging=staging, system=system(code), act=act)


class TestUpdates:
    def test_an_update_from_the_register_always_sets_the_flag(self, act):
        numbered(act, number="N7", code="024-000", state="")
        numbered(act, number="100")
        assert open_flag() == "100"

    def tell(self, act, code, number, name, state=""):
        return services.update_basics(
            system=system(code),
            business_number=number,
            basics=replace(HANAKO, name=name),
            resident_state=state,
            act=act,
        )

    def name(self):
        return BasicItems.objects.get(superseded_at=None, valid_until=None).name

    @pytest.mark.parametrize("state", ["1", "2", "3", "9"])
    def test_an_update_from_the_register_sets_the_flag_whatever_the_state(self, act, state):
        numbered(act, number="N7", code="024-000", state="")
        numbered(act, number="100", state=state)
        BusinessNumber.objects.filter(number="100").update(integrated_flag=False)
        BusinessNumber.objects.filter(number="N7").update(integrated_flag=True)
        assert self.tell(act, "001-000", "100", "札幌　葉子", state)
        assert (open_flag(), self.name()) == ("100", "札幌　葉子")

    def test_an_update_from_another_system_does_not_count_for_a_resident(self, act):
        numbered(act, number="100", state="1")
        numbered(act, number="N7", code="024-000", state="")
        for told in ("", "1", "2"):
            assert not self.tell(act, "024-000", "N7", "札幌　葉子", told)
        assert (open_flag(), self.name()) == ("100", HANAKO.name)

    @pytest.mark.parametrize("state", ["", "2", "3", "9"])
    def test_an_update_from_another_system_sets_the_flag_for_who_is_no_resident(self, act, state):
        numbered(act, number="100", state=state)
        numbered(act, number="N7", code="024-000", state=state)
        BusinessNumber.objects.filter(number="N7").update(integrated_flag=False)
        assert self.tell(act, "024-000", "N7", "札幌　葉子")
        assert (open_flag(), self.name()) == ("N7", "札幌　葉子")

    @pytest.mark.parametrize(("state", "flagged"), [("1", "100"), ("2", "N7"), ("", "N7")])
    def test_a_numbering_request_keeps_the_same_rule(self, act, state, flagged):
        numbered(act, number="100", state=state)
        numbered(act, number="N7", code="024-000", state="", basics=replace(HANAKO, name="葉子"))
        assert open_flag() == flagged
        assert self.name() == (HANAKO.name if flagged == "100" else "葉子")

    def test_a_request_of_the_register_sets_the_flag_for_a_resident_too(self, act):
        numbered(act, number="100", state="1")
        numbered(act, number="N7", code="024-000", state="")
        BusinessNumber.objects.filter(number="100").update(integrated_flag=False)
        BusinessNumber.objects.filter(number="N7").update(integrated_flag=True)
        numbered(act, number="100", state="1", basics=replace(HANAKO, name="葉子"))
        assert (open_flag(), self.name()) == ("100", "葉子")

    @pytest.mark.parametrize(("state", "flagged"), [("1", "100"), ("2", "N7"), ("", "N7")])
    def test_a_list_of_another_system_keeps_the_same_rule(self, act, state, flagged):
        numbered(act, number="100", state=state)
        tell_by_list(act, "024-000", "N7", "葉子")
        assert open_flag() == flagged
        assert self.name() == (HANAKO.name if flagged == "100" else "葉子")

    @pytest.mark.parametrize("state", ["1", "2", "3", "9"])
    def test_a_list_of_the_register_always_sets_the_flag(self, act, state):
        numbered(act, number="N7", code="024-000", state="2")
        tell_by_list(act, "001-000", "100", "葉子", state)
        assert (open_flag(), self.name()) == ("100", "葉子")

    def test_a_resident_whose_individual_number_another_system_brings_keeps_the_registers_items(
        self, act
    ):
        resident = "000000105000006"
        numbered(act, number=resident, serial=None, state="1")
        services.number_person(
            system=system("024-000"),
            business_number="N7",
            individual_number=fictitious_individual_number(1),
            basics=replace(HANAKO, name="葉子"),
            resident_number=resident,
            act=act,
        )
        assert (open_flag(), self.name()) == (resident, HANAKO.name)

    def test_who_is_silent_about_the_state_leaves_it_as_it_is(self, act):
        numbered(act, number="100", state="2")
        numbered(act, number="N7", code="024-000", state="", basics=replace(HANAKO, name="葉子"))
        assert BasicItems.objects.get(superseded_at=None, valid_until=None).resident_state == "2"

    @pytest.mark.parametrize("way", ["numbering", "update"])
    def test_who_is_silent_about_an_item_leaves_it_as_it_is(self, act, way):
        numbered(act, number="N7", code="024-000", state="")
        said = FourBasicItems(name=HANAKO.name, residential_address="小樽市")
        if way == "numbering":
            numbered(act, number="J1", code="027-000", state="", basics=said)
        else:
            services.update_basics(
                system=system("024-000"),
                business_number="N7",
                basics=said,
                resident_state="",
                act=act,
            )
        known = BasicItems.objects.get(superseded_at=None, valid_until=None)
        told = (known.name_kana, known.birth_on, known.sex, known.residential_address)
        assert told == (HANAKO.name_kana, HANAKO.birth_on, HANAKO.sex, "小樽市")
        assert known.kana_key == "サツホロハナコ"

    @pytest.mark.parametrize("way", ["numbering", "update"])
    def test_a_reading_does_not_stay_with_another_name(self, act, way):
        numbered(act, number="N7", code="024-000", state="")
        if way == "numbering":
            said = FourBasicItems(name="小樽　花子")
            numbered(act, number="N7", code="024-000", state="", basics=said)
        else:
            services.update_basics(
                system=system("024-000"),
                business_number="N7",
                basics=FourBasicItems(name="小樽　花子"),
                resident_state="",
                act=act,
            )
        known = BasicItems.objects.get(superseded_at=None, valid_until=None)
        assert (known.name, known.name_kana, known.birth_on) == ("小樽　花子", "", HANAKO.birth_on)

    def test_what_the_register_does_not_tell_is_not_there_any_more(self, act):
        numbered(act, number="100")
        numbered(act, number="100", basics=FourBasicItems(name=HANAKO.name))
        known = BasicItems.objects.get(superseded_at=None, valid_until=None)
        assert (known.name_kana, known.birth_on, known.residential_address) == ("", None, "")

    def test_support_measures_reach_who_asks_by_any_number(self, act):
        person = numbered(act).integrated_number
        services.set_support_flag(
            system=system("001-000"), business_numbers=["100"], on=True, act=act
        )
        assert selectors.under_support([person]) == {person}
        assert selectors.support_numbers(
            system=system("001-000"), business_numbers=["100", "200"]
        ) == {"100"}
        services.set_support_flag(
            system=system("001-000"), business_numbers=["100"], on=False, act=act
        )
        assert selectors.under_support([person]) == set()

    def test_a_closed_link_must_not_overlap_another_persons(self, act):
        first, second = (numbered(act, number=str(n), serial=n).integrated_number for n in (1, 2))
        common = {"system": system("027-000"), "number": "J1", "recorded_at": act.at}
        BusinessNumber.objects.create(addressee_id=first, valid_from=act.day, **common)
        with pytest.raises(Error, match="one person at a time"), transaction.atomic():
            BusinessNumber.objects.create(
                addressee_id=second,
                valid_from=act.day,
                valid_until=act.day + timedelta(days=1),
                **common,
            )

    def test_an_open_link_must_not_begin_within_another_persons(self, act):
        first = numbered(act).integrated_number
        second = numbered(act, number="200", serial=2).integrated_number
        row = {"system": system("010-000"), "number": "Z1", "recorded_at": act.at}
        day = act.day
        BusinessNumber.objects.create(
            addressee_id=first, valid_from=day, valid_until=day + timedelta(days=9), **row
        )
        with pytest.raises(Error), transaction.atomic():
            BusinessNumber.objects.create(
                addressee_id=second, valid_from=day + timedelta(days=3), **row
            )
        BusinessNumber.objects.create(
            addressee_id=second, valid_from=day + timedelta(days=9), **row
        )

    def test_history_is_neither_rewritten_nor_deleted(self, act):
        numbered(act)
        for rewrite in (
            lambda: BusinessNumber.objects.update(valid_until=act.day),
            lambda: BasicItems.objects.update(valid_from=act.day - timedelta(days=1)),
            lambda: BusinessNumber.objects.all().delete(),
        ):
            with pytest.raises(Error), transaction.atomic():
                rewrite()

    def test_a_link_must_point_to_somebody(self, act):
        with pytest.raises(Error, match="not there"), transaction.atomic():
            BusinessNumber.objects.create(
                system=system("027-000"),
                number="J1",
                addressee_id="100000000000000",
                valid_from=act.day,
                recorded_at=act.at,
            )


class TestDeletion:
    def test_it_tells_the_platform_and_keeps_what_was_known(self, act):
        number = numbered(act).integrated_number
        later = replace(act, at=act.at + timedelta(days=3))
        services.delete_addressee(integrated_number=number, act=later)

        told = selectors.addressee_changes_after(0, 10)
        assert [(one.kind, one.integrated_numbers) for one in told] == [
            ("numbered", [number]),
            ("deleted", [number]),
        ]
        known_before = BusinessNumber.objects.get(addressee=number, superseded_at=later.at)
        known_now = BusinessNumber.objects.get(addressee=number, superseded_at=None)
        assert known_before.valid_until is None
        assert known_now.valid_until == later.day

    def test_no_code_is_requested_for_who_was_deleted(self, act):
        number = numbered(act).integrated_number
        services.delete_addressee(integrated_number=number, act=act)

        assert services.request_linkage_codes(act=act) == 0

    @pytest.mark.parametrize("way", ["update", "request", "list"])
    def test_a_death_is_no_deletion(self, act, way):
        number = numbered(act).integrated_number
        if way == "update":
            services.update_basics(
                system=system("001-000"),
                business_number="100",
                basics=HANAKO,
                resident_state=DEAD,
                act=act,
            )
        elif way == "request":
            numbered(act, state=DEAD)
        else:
            tell_by_list(act, "001-000", "100", HANAKO.name, DEAD)

        assert BasicItems.objects.get(superseded_at=None, valid_until=None).resident_state == DEAD

        assert IntegratedAddressee.objects.get(pk=number).state == "active"
        assert "deleted" not in [one.kind for one in selectors.addressee_changes_after(0, 10)]


class TestCodes:
    def test_requested_acquired_or_failed_and_requested_again(self, act):
        one, two = (numbered(act, number=str(n), serial=n).integrated_number for n in (1, 2))
        assert services.request_linkage_codes(act=act) == 2
        assert services.request_linkage_codes(act=act) == 0
        (entry,) = selectors.code_requests_after(0, 10)
        assert set(entry.integrated_numbers) == {one, two}
        states = [(one, "acquired", ""), (two, "failed", "本人確認情報が一致しません。")]
        assert services.record_code_states(states=states, act=act) == 2
        assert services.record_code_states(states=states, act=act) == 0
        assert services.request_linkage_codes(integrated_numbers=[one, two], act=act) == 1
        assert selectors.code_states_of([one, two]) == {one: "acquired", two: "requested_again"}
        steps = LinkageCodeStep.objects.filter(addressee_id=two).order_by("pk")
        assert [step.state for step in steps] == ["requested", "failed", "requested_again"]

    def test_numbers_travel_sealed_to_their_receiver(self, act):
        person = numbered(act).integrated_number
        bare = numbered(act, number="200", serial=None).integrated_number
        juki = JukiNet(None)
        sealed = services.seal_numbers_for_transport(
            integrated_numbers=[person, bare],
            public_key=base64.b64decode(juki.public_key),
            act=act,
        )
        assert set(sealed) == {person}
        assert juki.open(sealed[person]) == fictitious_individual_number(1)


class TestDisclosure:
    def test_every_opening_is_recorded(self, act):
        numbered(act)
        services.disclose_individual_numbers(
            system=system("001-000"), business_numbers=["100", "999"], act=act
        )
        record = LinkageRecord.objects.get(kind="individual_numbers_opened")
        assert record.opened_individual_number
        assert (record.items, record.subject_count) == (["個人番号"], 1)

    def test_a_system_that_does_not_use_it_gets_none(self, act):
        with pytest.raises(NotPermitted):
            services.disclose_individual_numbers(
                system=system("017-000"), business_numbers=["100"], act=act
            )
