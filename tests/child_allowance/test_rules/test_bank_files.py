"""全銀 総合振込, there and back."""

from datetime import date

import pytest

from child_allowance.rules.bank_files import (
    BankFile,
    CannotBeTransferred,
    NotABankFile,
    Sender,
    Transfer,
    TransferResult,
    data_record,
    results_of,
)

SENDER = Sender("0000011002", "ｻﾂﾎﾟﾛｼ", "0501", "ﾎｸﾖｳ", "301", "ﾎﾝﾃﾝ", "1", "1234567")


def transfer(**changes):
    told = {
        "number": "20261211000000000001",
        "bank_code": "9900",
        "bank_name_kana": "ユウチヨ",
        "branch_code": "908",
        "branch_name_kana": "ゼロキュウハチ",
        "deposit_type": "1",
        "account_number": "0012345",
        "holder_kana": "サッポロ ハナコ",
        "amount": 20_000,
    }
    return Transfer(**{**told, **changes})


def bank_file(*transfers):
    return b"".join(BankFile(SENDER, date(2026, 12, 11)).records(transfers))


def sent_back(*results):
    """The file as the bank returns it: the same records, each with its result."""
    lines = bank_file(*(told for told, _ in results)).decode("cp932").splitlines(keepends=True)
    for place, (told, code) in enumerate(results, start=1):
        lines[place] = data_record(told, code) + "\r\n"
    return "".join(lines).encode("cp932")


class TestBankFiles:
    """全銀 総合振込."""

    def test_every_record_has_120_bytes(self):
        lines = bank_file(transfer(), transfer(amount=9_999_999_999)).split(b"\r\n")
        assert lines.pop() == b""
        assert [len(line) for line in lines] == [120] * 5
        assert [line[:1] for line in lines] == [b"1", b"2", b"2", b"8", b"9"]

    def test_the_items_stand_where_the_bank_looks_for_them(self):
        header, data, trailer, _, _ = bank_file(transfer()).decode("cp932").split("\r\n")
        assert header[:14] == "12100000011002"
        assert header[54:58] == "1211"
        assert header[58:62] == "0501"
        assert data[1:5] == "9900"
        assert data[20:23] == "908"
        assert data[42:50] == "10012345"
        assert data[50:80] == "ｻﾂﾎﾟﾛ ﾊﾅｺ".ljust(30)
        assert data[80:90] == "0000020000"
        assert data[91:111] == "20261211000000000001"
        assert trailer[:19] == "8000001000000020000"

    @pytest.mark.parametrize(
        ("changes", "item"),
        [
            ({"amount": 0}, "金額"),
            ({"amount": 10**10}, "金額"),
            ({"account_number": "12345"}, "口座番号"),
            ({"bank_code": "９９００"}, "金融機関コード"),
            ({"holder_kana": "札幌 花子"}, "口座名義"),
            ({"holder_kana": " "}, "口座名義"),
            ({"number": "1"}, "支払番号"),
        ],
    )
    def test_what_does_not_fit_is_refused_by_item(self, changes, item):
        with pytest.raises(CannotBeTransferred) as refused:
            bank_file(transfer(**changes))
        assert refused.value.item == item

    def test_what_the_bank_sends_back_is_read_transfer_by_transfer(self):
        other = transfer(number="20261211000000000002", amount=5_000)
        assert results_of(sent_back((transfer(), "0"), (other, "1"))) == [
            TransferResult("20261211000000000001", 20_000, "0"),
            TransferResult("20261211000000000002", 5_000, "1"),
        ]

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "ヘッダー"),
            (b"hello", "120バイト"),
            (b"\xff" * 120, "文字コード|ヘッダー"),
            (sent_back((transfer(), "0"))[:-122], "エンド"),
            (sent_back((transfer(), "0")).replace(b"8000001", b"8000002"), "トレーラー"),
            (sent_back((transfer(), "7")), "振込結果コード"),
            (bank_file(transfer()), "振込結果コード"),
        ],
    )
    def test_what_is_no_whole_file_is_refused(self, content, said):
        with pytest.raises(NotABankFile, match=said):
            results_of(content)
