"""課税情報 and 口座情報 as they are received for the addressees of 社会保障."""

from datetime import date

import pytest

from sapporo_base import layouts
from sapporo_base import services as base
from sapporo_base.bulk import Staging, file_sha256, temporary_staging
from sapporo_base.models import RejectedRow
from social_address import services
from social_address.models import (
    BankAccount,
    TaxInformation,
)
from tests.factories import system
from tests.social_address.factories import (
    ACCOUNT,
    account_file,
    account_row,
    fictitious_resident_number,
    individual_number,
    register,
)

pytestmark = pytest.mark.django_db


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
