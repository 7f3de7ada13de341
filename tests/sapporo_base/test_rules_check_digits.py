"""Check digits: the documented examples, and properties that no wrong formula keeps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sapporo_base.rules import check_digits

DIGITS = "0123456789"


@pytest.mark.parametrize(
    ("body", "digit"),
    [("12345678901", "8"), ("98765432109", "3"), ("22222222222", "5"), ("98320567321", "4")],
)
def test_individual_number_check_digit_agrees_with_the_ordinance(body, digit):
    assert check_digits.individual_number_check_digit(body) == digit
    assert check_digits.is_individual_number(body + digit)


@pytest.mark.parametrize(
    ("base", "number"),
    [
        ("700110005901", "8700110005901"),
        ("000020011002", "9000020011002"),
        ("000012050002", "7000012050002"),
    ],
)
def test_corporate_number_check_digit_comes_first(base, number):
    assert check_digits.corporate_number_check_digit(base) + base == number
    assert check_digits.is_corporate_number(number)


@pytest.mark.parametrize(
    ("serial", "number"),
    [
        (1, "000000000000019"),
        (2, "000000000000027"),
        (12345, "000000000123455"),
        (6, None),
    ],
)
def test_resident_number_skips_the_serial_that_has_no_digit(serial, number):
    assert check_digits.resident_number(serial) == number


def test_one_serial_in_eleven_is_skipped():
    skipped = sum(check_digits.resident_number(serial) is None for serial in range(1, 11_001))

    assert skipped == 1_000


@pytest.mark.parametrize("serial", [0, -1, 10**14])
def test_resident_number_refuses_a_serial_out_of_range(serial):
    with pytest.raises(ValueError, match="連番"):
        check_digits.resident_number(serial)


@pytest.mark.parametrize(
    "code",
    ["010006", "011002", *check_digits.WARDS_OF_SAPPORO],
)
def test_municipality_codes_of_hokkaido_and_sapporo_are_right(code):
    assert check_digits.is_municipality_code(code)


@pytest.mark.parametrize("ward", check_digits.WARDS_OF_SAPPORO)
def test_wards_of_sapporo_belong_to_sapporo(ward):
    assert check_digits.city_of_ward(ward) == check_digits.SAPPORO


@pytest.mark.parametrize(
    ("body", "city"),
    [
        ("14109", "14100"),  # 横浜市港北区
        ("14131", "14130"),  # 川崎市川崎区
        ("14151", "14150"),  # 相模原市緑区
        ("27141", "27140"),  # 堺市堺区
        ("40133", "40130"),  # 福岡市中央区
        ("13104", "13104"),  # 新宿区 is a municipality of its own
        ("01202", "01202"),  # 函館市
        ("01101", "01100"),
    ],
)
def test_a_ward_becomes_its_city_and_anything_else_stays(body, city):
    def code(digits):
        return digits + check_digits.municipality_check_digit(digits)

    assert check_digits.city_of_ward(code(body)) == code(city)


def test_city_of_ward_refuses_what_is_no_code():
    with pytest.raises(ValueError, match="全国地方公共団体コード"):
        check_digits.city_of_ward("011003")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12345678901",
        "1234567890189",
        "123456789017",
        "1234 5678 9018",
        "１２３４５６７８９０１８",
    ],
)
def test_only_twelve_half_width_digits_are_an_individual_number(text):
    assert not check_digits.is_individual_number(text)


def test_a_refused_number_is_not_repeated_in_the_message():
    with pytest.raises(ValueError, match="個人番号") as refusal:
        check_digits.individual_number_check_digit("123456789012")

    assert "123456789012" not in str(refusal.value)


@given(st.text(DIGITS, min_size=11, max_size=11))
def test_every_individual_number_made_is_one(body):
    assert check_digits.is_individual_number(
        body + check_digits.individual_number_check_digit(body)
    )


@given(st.integers(1, 10**14 - 1))
def test_every_resident_number_made_is_one(serial):
    number = check_digits.resident_number(serial)

    if number is not None:
        assert check_digits.is_resident_number(number)
        assert int(number[:-1]) == serial


@given(st.integers(1, 10**14 - 1), st.integers(0, 14), st.integers(1, 9))
def test_one_wrong_digit_in_a_resident_number_is_seen(serial, place, shift):
    number = check_digits.resident_number(serial)
    if number is None:
        return
    wrong = (int(number[place]) + shift) % 10

    assert not check_digits.is_resident_number(number[:place] + str(wrong) + number[place + 1 :])


@pytest.mark.parametrize("kind", check_digits.CHECKS)
@given(data=st.data())
def test_a_column_is_judged_as_its_numbers_are(kind, data):
    length = {"individual_number": 12, "corporate_number": 13, "resident_number": 15}.get(kind, 6)
    right = {
        "individual_number": "123456789018",
        "corporate_number": "9000020011002",
        "resident_number": "000000000123455",
        "municipality_code": "011002",
    }[kind]
    anything = st.text(DIGITS, min_size=length, max_size=length)
    odd = st.sampled_from(["", "0" * length, "１" * length, "x" * length, "1" * (length + 1)])
    column = data.draw(st.lists(st.one_of(anything, st.just(right), odd), max_size=30))
    check = check_digits.CHECKS[kind]

    assert check_digits.wrong_numbers(kind, column) == [
        place for place, number in enumerate(column) if not check(number)
    ]
