"""社会保障宛名 as its users know it: who is followed, registered, taxed, paid, and shown to whom."""

import dataclasses
from dataclasses import replace
from datetime import date

import pytest

from integrated_address import selectors as integrated_selectors
from integrated_address import services as integrated_address
from sapporo_base import layouts
from sapporo_base import services as base
from sapporo_base.bulk import Staging, file_sha256, temporary_staging
from sapporo_base.models import LinkageRecord, RejectedRow
from sapporo_base.sealing import NumberSealer
from social_address import selectors, services
from social_address.models import (
    AddresseeVersion,
    BankAccount,
    SocialAddressee,
    SocialAddresseeChange,
    TaxInformation,
)
from social_address.services import Newcomer
from social_address.services.subjects import SUBJECT_COLUMNS
from tests.factories import StaffFactory, system
from tests.integrated_address.factories import numbered
from tests.social_address.factories import (
    approve,
    fictitious_resident_number,
    individual_number,
    resident,
)

pytestmark = pytest.mark.django_db

ACCOUNT = {
    "bank_code": "0501",
    "branch_code": "005",
    "deposit_type": "1",
    "account_number": "1234567",
    "holder_kana": "サッポロ ハナコ",
}


@pytest.fixture
def own_act(act):
    return dataclasses.replace(act, system=system("030-002"))


@pytest.fixture
def allowance_act(act):
    return dataclasses.replace(act, system=system("027-000"))


@pytest.fixture
def followed(own_act):
    """One resident whom 社会保障宛名 has taken over, approvals for itself and for 児童手当."""
    approve("030-002")
    approve("027-000")
    number = resident(1, own_act)
    services.follow_residents(act=own_act)
    return number


def register(rows, act):
    """Register people given as dictionaries; return (addressee_number, problem) of each."""
    names = list(SUBJECT_COLUMNS)[:10]
    with temporary_staging("test_subjects", {**SUBJECT_COLUMNS}) as staging:
        staging.copy(names, [[row.get(name) for name in names] for row in rows])
        services.register_subjects(staging=staging, system=act.system, act=act)
        return staging.select("SELECT addressee_number, problem FROM {staging} ORDER BY line")


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


def tax_file(tmp_path, rows):
    path = tmp_path / "tax.csv"
    with path.open("wb") as stream:
        written = layouts.write_records(stream, layouts.load_layout("tax"), rows)
    assert written.unwritten == []
    return path


def tax_row(serial, **changes):
    return {
        "tax_number": f"{5_000_000_000 + serial:015d}",
        "individual_number": individual_number(serial),
        "name": "札幌　花子",
        "born_on": "1990-05-20",
        "sex": "2",
        "tax_year": "2026",
        "revision": "0",
        "revised_on": "2026-06-01",
        "undeclared": "0",
        "taxation": "1",
        "total_income": "4200000",
        "general_dependants": "1",
        **changes,
    }


class TestTaxes:
    def test_are_received_once_and_revisions_stand_beside_each_other(
        self, followed, own_act, tmp_path
    ):
        path = tax_file(tmp_path, [tax_row(1), tax_row(1, revision="1", total_income="4000000")])
        first = services.receive_taxes(path=path, act=own_act)
        again = services.receive_taxes(path=path, act=own_act)

        assert (first.rejected, first.counts["登録・変更"]) == (0, 2)
        assert again.counts["登録・変更"] == 0
        assert TaxInformation.objects.get(is_latest=True).total_income == 4_000_000
        assert "individual_number" not in TaxInformation.objects.first().items

    def test_what_was_staged_before_a_crash_of_the_server_is_staged_again(
        self, followed, own_act, tmp_path
    ):
        path = tax_file(tmp_path, [tax_row(1)])
        killed = base.open_batch(own_act, "receive_taxes", file_sha256=file_sha256(path))
        Staging(f"received_receive_taxes_{killed.pk}").create({"row_number": "integer"})
        base.save_checkpoint(killed, {"chunk": 1, "staged": 1})

        receipt = services.receive_taxes(path=path, act=own_act)

        assert receipt.batch_number == killed.pk
        assert receipt.counts["登録・変更"] == 1

    def test_a_rehearsal_leaves_nothing(self, followed, own_act, tmp_path):
        receipt = services.receive_taxes(
            path=tax_file(tmp_path, [tax_row(1)]), act=own_act, dry_run=True
        )

        assert receipt.counts["登録・変更"] == 1
        assert not TaxInformation.objects.exists()

    def test_rows_that_belong_to_nobody_or_come_twice_are_rejected(
        self, followed, own_act, tmp_path
    ):
        rows = [tax_row(1), tax_row(1), tax_row(2, individual_number="", name="誰か")]
        receipt = services.receive_taxes(path=tax_file(tmp_path, rows), act=own_act)

        assert receipt.rejected == 2
        assert {(row.row_number, row.item) for row in RejectedRow.objects.all()} == {
            (2, "税宛名番号"),
            (3, "個人番号"),
        }

    def test_go_only_to_a_system_that_serves_the_person(
        self, followed, own_act, allowance_act, tmp_path
    ):
        services.receive_taxes(path=tax_file(tmp_path, [tax_row(1)]), act=own_act)
        wanted = {"numbers": [followed], "tax_years": [2026]}

        assert services.disclose_taxes(**wanted, act=allowance_act) == []
        register([{"resident_number": followed}], allowance_act)
        (tax,) = services.disclose_taxes(**wanted, act=allowance_act)
        assert tax.items["general_dependants"] == "1"


def account_file(tmp_path, rows):
    path = tmp_path / "accounts.csv"
    with path.open("wb") as stream:
        layouts.write_records(stream, layouts.load_layout("accounts"), rows)
    return path


def account_row(place, number, **changes):
    return {
        "account_id": f"{place:015d}",
        "system_code": "027-000",
        "resident_number": number,
        "purpose": "01",
        **ACCOUNT,
        "holder_kana": "ｻﾂﾎﾟﾛ ﾊﾅｺ",
        "is_public_money_account": "0",
        "valid_from": "2025-04-01",
        "registered_on": "2025-04-01",
        **changes,
    }


class TestAccounts:
    def test_are_received_and_the_bad_ones_named(self, followed, own_act, tmp_path):
        rows = [
            account_row(1, followed),
            account_row(2, followed, bank_code="9998", system_code="024-000"),
            account_row(3, followed, branch_code="000", system_code="023-000"),
            account_row(4, fictitious_resident_number(50)),
            account_row(1, followed),
        ]
        path = account_file(tmp_path, rows)
        receipt = services.receive_accounts(path=path, act=own_act)

        assert receipt.rejected == 4
        assert {row.row_number: row.item for row in RejectedRow.objects.all()} == {
            2: "金融機関コード",
            3: "支店コード",
            4: "宛名番号",
            5: "口座管理番号",
        }
        assert services.receive_accounts(path=path, act=own_act).counts["登録・変更"] == 0

    def test_of_a_claim_are_stored_and_handed_out_for_the_pay_day(self, followed, allowance_act):
        columns = dict.fromkeys(
            ("addressee_number", *ACCOUNT, "yucho_symbol", "yucho_number"), "text"
        ) | {"valid_from": "date", "problem": "text"}
        with temporary_staging("test_accounts", columns) as staging:
            staging.copy(
                ["addressee_number", *ACCOUNT, "valid_from"],
                [
                    (followed, *ACCOUNT.values(), date(2026, 11, 1)),
                    ("000000000000000", *ACCOUNT.values(), date(2026, 11, 1)),
                ],
            )
            counts = services.register_accounts(
                staging=staging, system=system("027-000"), act=allowance_act
            )
            assert counts == {"stored": 1, "problems": 1}
        filled = ("bank_code", "bank_name_kana", "branch_code", "branch_name_kana", "deposit_type")
        filled += ("account_number", "holder_kana")
        with temporary_staging(
            "test_pay", dict.fromkeys(("addressee_number", *filled), "text")
        ) as staging:
            staging.copy(["addressee_number"], [(followed,), ("000000000000000",)])
            assert (
                services.fill_accounts(
                    staging=staging, system=system("027-000"), purpose="01", act=allowance_act
                )
                == 1
            )
            rows = staging.select(
                "SELECT bank_name_kana, holder_kana FROM {staging} ORDER BY addressee_number DESC"
            )

        assert rows == [("ホクヨウ", "ｻﾂﾎﾟﾛ ﾊﾅｺ"), (None, None)]
        assert BankAccount.objects.get().holder_kana == "ｻﾂﾎﾟﾛ ﾊﾅｺ"


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
