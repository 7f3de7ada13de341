"""The commands tell the truth in words and exit codes."""

import pytest
from django.core.management import CommandError, call_command

from social_address.models import BankAccount
from tests.social_address.factories import (
    account_file,
    account_row,
    approve,
    fictitious_resident_number,
    resident,
)

pytestmark = pytest.mark.django_db


def test_a_file_that_cannot_be_received_ends_with_two(tmp_path):
    path = tmp_path / "tax.csv"
    path.write_text("これは別のファイル\n", encoding="utf-8")

    with pytest.raises(CommandError, match="項目が違う") as fault:
        call_command("receive_taxes", path)
    assert fault.value.returncode == 2


def test_rejected_rows_end_with_one(tmp_path):
    path = account_file(tmp_path, [account_row(1, fictitious_resident_number(50))])

    with pytest.raises(CommandError, match="1件") as fault:
        call_command("receive_accounts", path)
    assert fault.value.returncode == 1
    assert not BankAccount.objects.exists()


def test_following_without_an_approved_application_ends_with_two():
    with pytest.raises(CommandError, match="利用申請") as fault:
        call_command("follow_residents")
    assert fault.value.returncode == 2


def test_following_says_how_many(act, capsys):
    approve("030-002")
    resident(1, act)
    call_command("follow_residents")

    assert "1件" in capsys.readouterr().out
