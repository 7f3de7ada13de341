"""The 全銀 総合振込 file: 120-byte records in JIS half-width, what goes out and what comes back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from sapporo_base.rules.zengin import NotZengin, zengin_kana

RECORD_LENGTH = 120
END_OF_RECORD = b"\r\n"
MOST_TRANSFERS = 999_999
MOST_YEN = 9_999_999_999
MOST_YEN_IN_ALL = 999_999_999_999
HEADER, DATA, TRAILER, END = "1", "2", "8", "9"
TRANSFER_KIND = "21"
"""種別コード of 総合振込."""
PAID = "0"
RESULTS = {
    "0": "振込済",
    "1": "口座なし",
    "2": "口座解約済",
    "3": "名義相違",
    "4": "受取人の都合による入金不能",
    "9": "その他の振込不能",
}
"""振込結果コード: the first byte of the filler of a data record that the bank sends back."""


class CannotBeTransferred(ValueError):
    """A transfer does not fit the record: `item` names what does not, in Japanese."""

    def __init__(self, item: str) -> None:
        super().__init__(f"{item}が振込データの形式に合いません。")
        self.item = item


class NotABankFile(ValueError):
    """The bytes are no whole 総合振込 file; the message says where and why, in Japanese."""


@dataclass(frozen=True)
class Sender:
    """振込依頼人: the city as the bank knows it."""

    code: str
    name_kana: str
    bank_code: str
    bank_name_kana: str
    branch_code: str
    branch_name_kana: str
    deposit_type: str
    account_number: str


@dataclass(frozen=True)
class Transfer:
    """One transfer; its `number` (20 digits, 顧客コード1 and 2) comes back with the result."""

    number: str
    bank_code: str
    bank_name_kana: str
    branch_code: str
    branch_name_kana: str
    deposit_type: str
    account_number: str
    holder_kana: str
    amount: int


@dataclass(frozen=True)
class TransferResult:
    """What the bank says of one transfer; `code` is one of `RESULTS`."""

    number: str
    amount: int
    code: str


@dataclass
class FileTotals:
    """How many transfers a file holds, and how many yen."""

    count: int = 0
    yen: int = 0


@dataclass
class BankFile:
    """A file that is written record by record; `totals` are true when the last one is out."""

    sender: Sender
    pay_on: date
    totals: FileTotals = field(default_factory=FileTotals)

    def records(self, transfers: Iterable[Transfer]) -> Iterator[bytes]:
        """
        Yield the records of the file, each with its line end.

        :raises CannotBeTransferred: a transfer or the sender does not fit.
        """
        yield _encoded(_header(self.sender, self.pay_on))
        for transfer in transfers:
            self.totals.count += 1
            self.totals.yen += transfer.amount
            yield _encoded(data_record(transfer))
        if self.totals.count > MOST_TRANSFERS or self.totals.yen > MOST_YEN_IN_ALL:
            raise CannotBeTransferred("件数または合計金額")
        yield _encoded(f"{TRAILER}{self.totals.count:06}{self.totals.yen:012}".ljust(RECORD_LENGTH))
        yield _encoded(END.ljust(RECORD_LENGTH))


def data_record(transfer: Transfer, result: str = " ") -> str:
    """
    Return the data record of a transfer, 120 characters.

    :raises CannotBeTransferred: an item does not fit.
    """
    if not 0 < transfer.amount <= MOST_YEN:
        raise CannotBeTransferred("金額")
    return "".join(
        (
            DATA,
            _digits(transfer.bank_code, 4, "金融機関コード"),
            _kana(transfer.bank_name_kana, 15, "金融機関名"),
            _digits(transfer.branch_code, 3, "支店コード"),
            _kana(transfer.branch_name_kana, 15, "支店名"),
            " " * 4,
            _digits(transfer.deposit_type, 1, "預金種目"),
            _digits(transfer.account_number, 7, "口座番号"),
            _holder(transfer.holder_kana),
            f"{transfer.amount:010}",
            "0",
            _digits(transfer.number, 20, "支払番号"),
            "7",
            " ",
            result,
            " " * 6,
        )
    )


def results_of(content: bytes) -> list[TransferResult]:
    """
    Return what a result file of the bank says, one entry for each transfer in it.

    :raises NotABankFile: not whole records, no header, trailer or end, or wrong totals.
    """
    records = _records(content)
    if not records or records[0][:3] != HEADER + TRANSFER_KIND:
        raise NotABankFile("総合振込のヘッダー・レコードで始まっていません。")
    if records[-1][:1] != END or len(records) < len("1" + TRAILER + END):
        raise NotABankFile("エンド・レコードがありません。ファイルが途中で切れています。")
    results = [_result(number, record) for number, record in enumerate(records[1:-2], start=2)]
    trailer = records[-2]
    told = (trailer[1:7], trailer[7:19])
    counted = (f"{len(results):06}", f"{sum(result.amount for result in results):012}")
    if trailer[:1] != TRAILER or told != counted:
        raise NotABankFile("トレーラー・レコードの件数または合計金額が明細と一致しません。")
    return results


def _records(content: bytes) -> list[str]:
    try:
        lines = content.decode("cp932").replace("\r\n", "").replace("\n", "").rstrip("\x1a")
    except UnicodeDecodeError:
        raise NotABankFile("文字コードがJIS(CP932)ではありません。") from None
    if len(lines) % RECORD_LENGTH:
        raise NotABankFile("120バイトのレコードの整数倍ではありません。")
    return [lines[at : at + RECORD_LENGTH] for at in range(0, len(lines), RECORD_LENGTH)]


def _result(number: int, record: str) -> TransferResult:
    amount, customer, code = record[80:90], record[91:111], record[113:114]
    if record[:1] != DATA or not amount.isdecimal() or not customer.isdecimal():
        raise NotABankFile(f"{number}レコード目がデータ・レコードではありません。")
    if code not in RESULTS:
        raise NotABankFile(f"{number}レコード目の振込結果コードが一覧にありません。")
    return TransferResult(number=customer, amount=int(amount), code=code)


def _header(sender: Sender, pay_on: date) -> str:
    return "".join(
        (
            HEADER,
            TRANSFER_KIND,
            "0",
            _digits(sender.code, 10, "振込依頼人コード"),
            _kana(sender.name_kana, 40, "振込依頼人名"),
            f"{pay_on:%m%d}",
            _digits(sender.bank_code, 4, "仕向金融機関コード"),
            _kana(sender.bank_name_kana, 15, "仕向金融機関名"),
            _digits(sender.branch_code, 3, "仕向支店コード"),
            _kana(sender.branch_name_kana, 15, "仕向支店名"),
            _digits(sender.deposit_type, 1, "依頼人の預金種目"),
            _digits(sender.account_number, 7, "依頼人の口座番号"),
            " " * 17,
        )
    )


def _digits(text: str, length: int, item: str) -> str:
    if len(text) != length or not (text.isascii() and text.isdecimal()):
        raise CannotBeTransferred(item)
    return text


def _kana(text: str, length: int, item: str) -> str:
    try:
        kana = zengin_kana(text)
    except NotZengin:
        raise CannotBeTransferred(item) from None
    # Names of banks and branches are for the eye; the codes decide. So they may be cut.
    return kana[:length].ljust(length)


def _holder(text: str) -> str:
    holder = _kana(text, 60, "口座名義").rstrip()
    # The bank compares the beginning of the name: 30 is what the record can hold.
    if not holder:
        raise CannotBeTransferred("口座名義")
    return holder[:30].ljust(30)


def _encoded(record: str) -> bytes:
    # JIS X 0201 has the yen sign where ASCII has the backslash.
    encoded = record.replace("¥", "\\").encode("cp932")
    if len(encoded) != RECORD_LENGTH:
        raise CannotBeTransferred("レコードの長さ")
    return encoded + END_OF_RECORD
