"""Makes residents known to 個人基本 and their approvals for tests of 社会保障宛名."""

from datetime import date, timedelta

from integrated_address import services as integrated_address
from integrated_address.services.numbering import ASKED, STAGED
from resident_basic.models import ResidentChange, ResidentVersion
from resident_basic.rules.items import resident_items
from sapporo_base import layouts
from sapporo_base.bulk import temporary_staging
from sapporo_base.rules.check_digits import individual_number_check_digit, resident_number
from sapporo_base.sealing import NumberSealer
from social_address import services
from social_address.services.subjects import SUBJECT_COLUMNS
from tests.factories import system
from tests.resident_basic.approvals import approved

ACCOUNT = {
    "bank_code": "0501",
    "branch_code": "005",
    "deposit_type": "1",
    "account_number": "1234567",
    "holder_kana": "サッポロ ハナコ",
}


def individual_number(serial):
    """Return a 個人番号 of the range that is the tests' own."""
    body = f"999{90_000_000 + serial:08d}"
    return body + individual_number_check_digit(body)


def fictitious_resident_number(place):
    """Return the 宛名番号 of the n-th invented resident."""
    serial = 10_000_001 + place * 11
    while (number := resident_number(serial)) is None:
        serial += 1
    return number


def approve(system_code, *, without=(), protected_people=False, day=date(2026, 11, 24)):
    """Give a system an approved 利用申請 for all items but some."""
    return approved(
        system_code,
        *(item for item in resident_items() if item not in without),
        protected_people=protected_people,
        valid_from=day - timedelta(days=100),
        valid_until=day + timedelta(days=200),
    )


def resident(place, act, *, history_number=1, is_latest=True, with_number=True, **items):
    """Put a resident into 個人基本 and its feed, numbered in 団体内統合宛名."""
    number = fictitious_resident_number(place)
    values = {
        "event_id": f"E{place:06d}{history_number:03d}",
        "change_reason": "01",
        "changed_on": date(2020, 4, 1),
        "processed_on": date(2020, 4, 1),
        "processed_time": "09:00:00",
        "household_number": fictitious_resident_number(1_000_000 + place),
        "resident_kind": "1",
        "resident_status": "1",
        "name": "札幌　花子",
        "name_kana": "サッポロ　ハナコ",
        "born_on": date(1990, 5, 20),
        "sex": "2",
        "relationship_1": "02",
        "head_name": "札幌　花子",
        "head_resident_number": number,
        "municipality_code": "011011",
        "prefecture": "北海道",
        "municipality": "札幌市中央区",
        "town": "北一条西二丁目",
        "block": "１番地",
        "postal_code": "0608611",
        "became_resident_on": date(2020, 4, 1),
        **items,
    }
    ResidentVersion.objects.filter(resident_number=number).update(is_latest=False)
    version = ResidentVersion.objects.create(
        resident_number=number,
        history_number=history_number,
        valid_from=values["changed_on"] or date(2020, 4, 1),
        recorded_at=act.at,
        is_latest=is_latest,
        fingerprint=b"0" * 16,
        **values,
    )
    ResidentChange.objects.create(
        kind="received", resident_number=number, version_id=version.pk, recorded_at=act.at
    )
    if history_number == 1:
        number_in_registry(number, individual_number(place) if with_number else None, act, values)
    return number


def number_in_registry(number, plain, act, values):
    """Number a resident as 既存住基's intake does."""
    sealed = NumberSealer().seal(plain) if plain else None
    with temporary_staging("test_numbering", STAGED) as staging:
        staging.copy(
            ASKED,
            [
                (
                    number,
                    sealed.digest if sealed else None,
                    sealed.ciphertext if sealed else None,
                    values["name"],
                    values["name_kana"],
                    values["born_on"],
                    "",
                    values["sex"],
                    "札幌市中央区北一条西二丁目",
                    "1",
                )
            ],
        )
        integrated_address.number_newcomers(staging=staging, system=system("001-000"), act=act)


def register(rows, act):
    """Register people given as dictionaries; return (addressee_number, problem) of each."""
    names = list(SUBJECT_COLUMNS)[:10]
    with temporary_staging("test_subjects", {**SUBJECT_COLUMNS}) as staging:
        staging.copy(names, [[row.get(name) for name in names] for row in rows])
        services.register_subjects(staging=staging, system=act.system, act=act)
        return staging.select("SELECT addressee_number, problem FROM {staging} ORDER BY line")


def account_file(tmp_path, rows):
    """Write 口座情報 as its file."""
    path = tmp_path / "accounts.csv"
    with path.open("wb") as stream:
        layouts.write_records(stream, layouts.load_layout("accounts"), rows)
    return path


def account_row(place, number, **changes):
    """Return a row of 口座情報, with what is told instead."""
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
