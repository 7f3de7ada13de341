"""Which account money can be sent to, and which items rest on which approval."""

import pytest

from social_address.rules.accounts import Account, BadAccount, checked
from social_address.rules.items import approved


def account(**changes):
    items = {
        "bank_code": "9900",
        "branch_code": "908",
        "deposit_type": "1",
        "account_number": "1234567",
        "holder_kana": "サッポロ　ハナコ",
    }
    return Account(**(items | changes))


def test_a_post_account_gets_its_transfer_form():
    stored = checked(
        account(branch_code="", account_number="", yucho_symbol="19050", yucho_number="12345671")
    )

    assert (stored.bank_code, stored.branch_code) == ("9900", "908")
    assert (stored.account_number, stored.holder_kana) == ("1234567", "ｻﾂﾎﾟﾛ ﾊﾅｺ")


@pytest.mark.parametrize(
    ("changes", "item"),
    [
        ({"bank_code": "9998"}, "bank_code"),
        ({"bank_code": "0501", "branch_code": "000"}, "branch_code"),
        ({"deposit_type": "3"}, "deposit_type"),
        ({"account_number": "12345"}, "account_number"),
        ({"account_number": "１２３４５６７"}, "account_number"),
        ({"holder_kana": "札幌花子"}, "holder_kana"),
        ({"holder_kana": ""}, "holder_kana"),
        ({"holder_kana": "ア" * 41}, "holder_kana"),
        ({"yucho_symbol": "09050", "yucho_number": "12345671"}, "yucho_symbol"),
        ({"yucho_symbol": "19150", "yucho_number": "12345671"}, "branch_code"),
        ({"yucho_symbol": "19050", "yucho_number": "76543211"}, "account_number"),
    ],
)
def test_an_account_that_no_bank_takes_is_refused_by_item(changes, item):
    with pytest.raises(BadAccount) as refusal:
        checked(account(**changes))
    assert refusal.value.item == item


def test_an_item_needs_all_that_it_rests_on():
    assert "residential_address" not in approved({"town"})
    assert "residential_address" in approved({"town", "block"})
