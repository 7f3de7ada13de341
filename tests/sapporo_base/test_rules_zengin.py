"""Bank forms: 全銀 characters and ゆうちょ accounts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sapporo_base.rules import zengin


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("サッポロ　ハナコ", "ｻﾂﾎﾟﾛ ﾊﾅｺ"),
        ("さっぽろ　はなこ", "ｻﾂﾎﾟﾛ ﾊﾅｺ"),
        ("ﾕｰｺ", "ﾕ-ｺ"),
        ("カ）ホッカイドウ", "ｶ)ﾎﾂｶｲﾄﾞｳ"),
        ("Ｊｏｈｎ・Ｓｍｉｔｈ", "JOHN.SMITH"),
        ("ヲノ", "ｵﾉ"),
        ("￥1,000", "¥1,000"),
        ("カ゛ハ゜", "ｶﾞﾊﾟ"),
    ],
)
def test_names_are_written_as_bank_files_write_them(text, written):
    assert zengin.zengin_kana(text) == written


@pytest.mark.parametrize("text", ["札幌花子", "サッポロ＠ハナコ", "A_B", "ア\nイ"])
def test_what_a_bank_file_cannot_carry_is_refused_not_dropped(text):
    with pytest.raises(zengin.NotZengin):
        zengin.zengin_kana(text)


@given(
    st.lists(st.sampled_from(["ア", "ガ", "パ", "ッ", "ー", "あ", "ゃ", "ヴ", "ｶﾞ", *" ＡaZ1（）-"]))
)
def test_what_was_written_is_written_the_same_again(parts):
    text = "".join(parts)
    written = zengin.zengin_kana(text)

    assert zengin.is_zengin(written)
    assert zengin.zengin_kana(written) == written


@pytest.mark.parametrize(
    ("symbol", "number", "branch", "account"),
    [
        ("19050", "12345671", "908", "1234567"),
        ("１９０５０", "１２３４５６７１", "908", "1234567"),
        ("10010", "11", "008", "0000001"),
        ("19770", "1234561", "978", "0123456"),
    ],
)
def test_a_post_account_becomes_a_transfer_account(symbol, number, branch, account):
    found = zengin.transfer_account_of_post(symbol, number)

    assert (found.bank_code, found.branch_code) == ("9900", branch)
    assert (found.account_type, found.account_number) == ("1", account)
    assert zengin.post_number_of(found) == (symbol_head(symbol), number_of(number))


def symbol_head(symbol):
    return symbol.translate(str.maketrans("０１２３４５６７８９", "0123456789"))[:3]


def number_of(number):
    return number.translate(str.maketrans("０１２３４５６７８９", "0123456789"))


@pytest.mark.parametrize(
    ("symbol", "number"),
    [
        ("09050", "12345671"),
        ("1905", "12345671"),
        ("19051", "12345671"),
        ("19050", "12345670"),
        ("19050", "1"),
        ("19050", "123456781"),
        ("19050", "abc1"),
    ],
)
def test_what_is_no_savings_account_of_the_post_is_refused(symbol, number):
    with pytest.raises(ValueError, match="総合口座"):
        zengin.transfer_account_of_post(symbol, number)


def test_an_account_of_another_bank_has_no_post_number():
    with pytest.raises(ValueError, match="ゆうちょ"):
        zengin.post_number_of(zengin.TransferAccount("0116", "001", "1", "1234567"))
