"""社会保障宛名 as its users know it: who is followed, registered, taxed, paid, and shown to whom."""

import dataclasses
from dataclasses import replace
from datetime import date

import pytest

from integrated_address import selectors as integrated_selectors
from integrated_address import services as integrated_address
from sapporo_base.models import LinkageRecord
from sapporo_base.sealing import NumberSealer
from social_address import selectors, services
from social_address.models import (
    AddresseeVersion,
    SocialAddressee,
    SocialAddresseeChange,
)
from social_address.services import Newcomer
from tests.factories import StaffFactory, system
from tests.integrated_address.factories import numbered
from tests.social_address.factories import (
    approve,
    fictitious_resident_number,
    individual_number,
    register,
    resident,
)

pytestmark = pytest.mark.django_db


def known_by_number(serial, **items):
    sealed = NumberSealer().seal(individual_number(serial))
    return {"digest": sealed.digest, "ciphertext": sealed.ciphertext, **items}


STRANGER = {
    "name": "函館　次郎",
    "name_kana": "ハコダテ　ジロウ",
    "birth_on": date(1988, 1, 2),
    "sex": "1",
}


class TestFollowing:
    def test_takes_over_residents_once_and_in_order(self, followed, own_act):
        (version,) = AddresseeVersion.objects.all()

        assert version.addressee.addressee_number == followed
        assert version.name == "札幌　花子"
        assert version.residential_address == "北海道札幌市中央区北一条西二丁目１番地"
        assert services.follow_residents(act=own_act).count == 0
        assert SocialAddresseeChange.objects.count() == 1

    def test_keeps_the_version_before_a_change(self, followed, own_act):
        resident(1, own_act, history_number=2, name="石狩　花子", changed_on=date(2026, 11, 1))
        services.follow_residents(act=own_act)

        assert AddresseeVersion.objects.get(is_latest=True).name == "石狩　花子"
        before = selectors.version_as_of(followed, day=date(2026, 10, 31), known_at=own_act.at)
        assert before.name == "札幌　花子"

    def test_goes_on_page_by_page(self, own_act):
        approve("030-002")
        for place in range(5):
            resident(place, own_act)

        assert services.follow_residents(act=own_act, page=2).count == 5
        assert SocialAddressee.objects.count() == 5

    def test_takes_only_what_was_approved_for_it(self, own_act):
        approve("030-002", without={"name_kana", "household_number"})
        resident(1, own_act)
        services.follow_residents(act=own_act)
        version = AddresseeVersion.objects.get()

        assert (version.name_kana, version.household_number) == ("", "")
        assert version.name == "札幌　花子"


class TestRegistration:
    def test_a_resident_is_found_by_number_and_linked(self, followed, allowance_act):
        assert register([{"resident_number": followed}], allowance_act) == [(followed, None)]
        linked = integrated_selectors.integrated_numbers_of(
            system=system("027-000"), business_numbers=[followed]
        )
        assert followed in linked
        assert SocialAddressee.objects.get().integrated_number == linked[followed]

    def test_a_resident_is_found_by_the_sealed_individual_number(self, followed, allowance_act):
        assert register([known_by_number(1)], allowance_act) == [(followed, None)]

    def test_a_stranger_becomes_out_of_registry_once(self, followed, allowance_act):
        ((number, problem),) = register([known_by_number(77, **STRANGER)], allowance_act)

        assert problem is None
        assert number.startswith("0009500000")
        assert SocialAddressee.objects.get(addressee_number=number).out_of_registry
        assert register([known_by_number(77, **STRANGER)], allowance_act) == [(number, None)]
        assert SocialAddressee.objects.count() == 2

    def test_a_stranger_without_individual_number_is_found_again_by_likeness(
        self, followed, allowance_act
    ):
        first = register([STRANGER], allowance_act)

        assert register([STRANGER], allowance_act) == first

    def test_who_cannot_be_found_or_made_comes_back_with_the_reason(self, followed, allowance_act):
        found = register(
            [{"resident_number": fictitious_resident_number(99)}, {"name": "誰か"}], allowance_act
        )

        assert [number for number, _ in found] == [None, None]
        assert "宛名番号がない" in found[0][1]
        assert "特定できない" in found[1][1]

    def test_a_corporation_never_gets_an_integrated_number(self, own_act):
        company = Newcomer(
            name="株式会社札幌福祉", corporate_number="9000020011002", is_corporation=True
        )
        made = services.register_addressee(
            newcomer=company, individual_number=None, system=system("024-000"), act=own_act
        )
        again = services.register_addressee(
            newcomer=company, individual_number=None, system=system("024-000"), act=own_act
        )

        assert made == again
        assert made.integrated_number == ""

    def test_who_moves_in_leads_from_the_old_number_to_the_new(
        self, followed, own_act, allowance_act
    ):
        ((number, _),) = register([STRANGER], allowance_act)
        person = services.become_resident(
            addressee_number=number, resident_number=followed, act=own_act
        )

        assert person.resident_number == followed
        assert selectors.served_numbers(
            system_code="027-000", numbers=[followed], day=own_act.day
        ) == {followed}


class TestDisclosure:
    def test_gives_what_the_receiver_was_approved_for(self, followed, allowance_act):
        (subject,) = services.disclose_subjects(numbers=[followed], act=allowance_act)

        assert (subject.name, subject.resident_status) == ("札幌　花子", "1")
        assert subject.municipality_code == "011011"
        assert LinkageRecord.objects.filter(
            kind="subjects_disclosed", receiver_code="027-000"
        ).exists()

    def test_gives_nothing_of_the_register_without_approval(self, followed, act):
        stranger = dataclasses.replace(act, system=system("024-000"))
        (subject,) = services.disclose_subjects(numbers=[followed], act=stranger)

        assert subject.name == ""
        assert "name" in subject.withheld
        assert (
            services.search_addressees(query=selectors.AddresseeQuery(name="札幌"), act=stranger)
            == []
        )

    def test_finds_a_long_vowel_however_it_is_written(self, followed, own_act, allowance_act):
        resident(2, own_act, name_kana="サッポロ　ユウコ")
        services.follow_residents(act=own_act)
        for kana in ("サッポロ ユーコ", "ｻﾂﾎﾟﾛﾕｰｺ", "サッポロユウコ"):
            query = selectors.AddresseeQuery(name_kana=kana)
            (found,) = services.search_addressees(query=query, act=allowance_act)
            assert found.addressee_number == fictitious_resident_number(2), kana

    def test_finds_nobody_by_marks_alone(self, followed, allowance_act):
        query = selectors.AddresseeQuery(name_kana="ー・")
        assert services.search_addressees(query=query, act=allowance_act) == []

    def test_hides_where_a_protected_person_lives_on_every_path(self, followed, allowance_act, act):
        integrated_address.set_support_flag(
            system=system("001-000"), business_numbers=[followed], on=True, act=act
        )
        by_number = services.disclose_subjects(numbers=[followed], act=allowance_act)
        by_search = services.search_addressees(
            query=selectors.AddresseeQuery(name_kana="ｻﾂﾎﾟﾛ"), act=allowance_act
        )
        by_feed = [
            change.subject
            for change in services.disclose_changes(receipt=0, limit=10, act=allowance_act).changes
        ]

        for (subject,) in (by_number, by_search, by_feed):
            assert subject.is_protected
            assert subject.residential_address == ""
            assert subject.household_number == ""
            assert "中央区" not in repr(subject)
            assert "residential_address" in subject.withheld

    def test_who_is_kept_for_one_work_is_shown_to_no_other(self, followed, act, allowance_act):
        ((number, _),) = register([STRANGER], allowance_act)
        SocialAddressee.objects.filter(addressee_number=number).update(not_for_other_work=True)
        other = dataclasses.replace(act, system=system("024-000"))

        assert services.disclose_subjects(numbers=[number], act=other) == []
        assert len(services.disclose_subjects(numbers=[number], act=allowance_act)) == 1

    def test_changes_are_read_by_receipt(self, followed, own_act, allowance_act):
        page = services.disclose_changes(receipt=0, limit=10, act=allowance_act)

        assert [change.addressee_number for change in page.changes] == [followed]
        assert (
            services.disclose_changes(receipt=page.receipt, limit=10, act=allowance_act).changes
            == []
        )


class TestMerges:
    def test_an_addressee_bears_the_number_that_remains_and_the_notice_is_acknowledged(self, act):
        one = numbered(act, number="000000000000019", serial=None, code="030-002", state="")
        other = numbered(act)
        addressee = SocialAddressee.objects.create(
            addressee_number="000000000000019",
            kind="1",
            origin="registered",
            integrated_number=one.integrated_number,
            registered_at=act.at,
        )
        proposed = integrated_address.propose_merge(
            addressee=one.integrated_number,
            other=other.integrated_number,
            cause="judged",
            act=replace(act, staff=StaffFactory()),
        )
        approver = replace(act, staff=StaffFactory())
        merge = integrated_address.approve_merge(merge_number=proposed.pk, act=approver)
        own = replace(act, system=system("030-002"))
        assert services.follow_merges(act=own) == 1
        addressee.refresh_from_db()
        assert addressee.integrated_number == other.integrated_number
        assert services.follow_merges(act=own) == 0
        integrated_address.undo_merge(merge_number=merge.pk, reason="別人", act=approver)
        services.follow_merges(act=own)
        addressee.refresh_from_db()
        assert addressee.integrated_number == one.integrated_number
