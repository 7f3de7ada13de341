"""A pay day: to the yen, once, and nothing is lost that could not be paid."""

from datetime import date

import pytest

from child_allowance.models import Entitlement, Payment
from child_allowance.rules.bank_files import data_record, results_of
from child_allowance.services import payments
from sapporo_base.acts import NotNow
from tests.child_allowance.factories import RecipientFactory, SupportedChildFactory

pytestmark = pytest.mark.django_db
PAY_DAY = date(2026, 12, 11)
ACCOUNT = {
    "bank_code": "0501",
    "bank_name_kana": "ホクヨウ",
    "branch_code": "301",
    "branch_name_kana": "ホンテン",
    "deposit_type": "1",
    "account_number": "0012345",
    "holder_kana": "サツポロ ハナコ",
}


@pytest.fixture
def accounts(monkeypatch):
    """Stand for 社会保障宛名: whoever is in the dictionary has an account in force."""
    known = {}

    def fill_accounts(*, staging, system, purpose, act):
        for number, account in known.items():
            sets = ", ".join(f"{name} = %({name})s" for name in account)
            staging.execute(
                f"UPDATE {{staging}} SET {sets} WHERE addressee_number = %(number)s",
                number=number,
                **account,
            )

    monkeypatch.setattr(payments.social_address, "fill_accounts", fill_accounts)
    return known


@pytest.fixture
def recipient(accounts):
    """A recipient of one child of nine, with an account."""
    found = RecipientFactory(settled_before=date(2026, 10, 1))
    SupportedChildFactory(recipient=found)
    accounts[found.addressee_number] = ACCOUNT
    return found


def returned_by_the_bank(run, folder, code):
    """The file as it comes back: every transfer with one result."""
    lines = (folder / run.file_name).read_bytes().decode("cp932").splitlines(keepends=True)
    for place, transfer in enumerate(payments._transfers(run), start=1):
        lines[place] = data_record(transfer, code) + "\r\n"
    return "".join(lines).encode("cp932")


def test_two_months_are_paid_and_the_yen_of_the_entitlements_are_in_the_file(
    act, recipient, tmp_path
):
    run = payments.run_payday(pay_on=PAY_DAY, folder=tmp_path, act=act)

    assert (run.count, run.yen, run.months) == (1, 20_000, "2026-10 2026-11")
    assert sum(Entitlement.objects.values_list("amount", flat=True)) == run.yen
    content = (tmp_path / run.file_name).read_bytes()
    assert b"80000010000000" in content
    assert {len(line) for line in content.split(b"\r\n")} == {120, 0}


def test_the_second_time_nothing_happens(act, recipient, tmp_path):
    first = payments.run_payday(pay_on=PAY_DAY, folder=tmp_path, act=act)
    content = (tmp_path / first.file_name).read_bytes()
    second = payments.run_payday(pay_on=PAY_DAY, folder=tmp_path, act=act)
    assert second.pk == first.pk
    assert Payment.objects.count() == 1
    assert (tmp_path / first.file_name).read_bytes() == content


def test_who_has_no_account_is_held_and_paid_on_the_next_pay_day(
    act, recipient, accounts, tmp_path
):
    account = accounts.pop(recipient.addressee_number)
    held = payments.run_payday(pay_on=PAY_DAY, folder=tmp_path, act=act)
    assert (held.count, held.held_count, held.held_yen) == (0, 1, 20_000)
    assert held.payments.get().reason == "有効な振込口座がありません。"

    accounts[recipient.addressee_number] = account
    later = payments.run_payday(pay_on=date(2027, 2, 12), folder=tmp_path, act=act)

    assert (later.count, later.yen) == (1, 40_000)


def test_an_account_that_does_not_fit_the_record_is_held_with_the_item(
    act, recipient, accounts, tmp_path
):
    accounts[recipient.addressee_number] = {**ACCOUNT, "holder_kana": "札幌花子"}
    run = payments.run_payday(pay_on=PAY_DAY, folder=tmp_path, act=act)
    assert run.payments.get().reason == "口座名義が振込データの形式に合いません。"


def test_what_came_back_is_owed_again(act, recipient, tmp_path):
    run = payments.run_payday(pay_on=PAY_DAY, folder=tmp_path, act=act)
    content = returned_by_the_bank(run, tmp_path, "2")
    settled = payments.receive_payment_results(content=content, act=act)
    payments.receive_payment_results(content=content, act=act)
    assert (settled.paid, settled.returned) == (0, 1)
    assert run.payments.get().reason == "口座解約済"
    later = payments.run_payday(pay_on=date(2027, 2, 12), folder=tmp_path, act=act)
    assert later.yen == 40_000


def test_what_was_paid_is_not_owed_again(act, recipient, tmp_path):
    run = payments.run_payday(pay_on=PAY_DAY, folder=tmp_path, act=act)
    content = returned_by_the_bank(run, tmp_path, "0")
    assert len(results_of(content)) == 1
    payments.receive_payment_results(content=content, act=act)
    assert run.payments.get().state == Payment.State.PAID
    later = payments.run_payday(pay_on=date(2027, 2, 12), folder=tmp_path, act=act)
    assert later.yen == 20_000


def test_results_of_another_amount_change_nothing(act, recipient, tmp_path):
    run = payments.run_payday(pay_on=PAY_DAY, folder=tmp_path, act=act)
    content = returned_by_the_bank(run, tmp_path, "0").replace(b"0000020000", b"0000010000")
    content = content.replace(b"8000001000000020000", b"8000001000000010000")
    with pytest.raises(payments.ResultsDoNotFit, match="一致しない明細が1件"):
        payments.receive_payment_results(content=content, act=act)
    assert run.payments.get().state == Payment.State.IN_FILE


def test_a_file_that_was_touched_is_not_handed_out(act, recipient, tmp_path):
    run = payments.run_payday(pay_on=PAY_DAY, folder=tmp_path, act=act)
    (tmp_path / run.file_name).write_bytes(b"other")
    with pytest.raises(NotNow, match="作成時のものと異なります"):
        payments.open_bank_file(run=run, folder=tmp_path, act=act)


def test_any_other_day_is_no_pay_day(act, tmp_path):
    with pytest.raises(payments.NotThePayDay):
        payments.run_payday(pay_on=date(2026, 12, 10), folder=tmp_path, act=act)
