"""What reads as a 個人番号 does not leave, what does not read as one does."""

from datetime import date

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.platform.client import PlatformClient
from gateway.platform.failures import IndividualNumberOnTheWayOut
from gateway.platform.guard import refuse_individual_numbers
from gateway.platform.messages import Copy, ProvisionAnswer
from sapporo_base.rules.check_digits import is_individual_number
from tests.gateway.far_end import CHILD_ALLOWANCE, HANAKO, NOON, SAPPORO, individual_number, inquiry

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
NUMBERS = st.integers(0, 9_999_999).map(individual_number)


class NothingMayLeave(httpx.BaseTransport):
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        pytest.fail("a message left")


@pytest.fixture
def client() -> PlatformClient:
    return PlatformClient("http://127.0.0.1", sender_code=SAPPORO, transport=NothingMayLeave())


@given(NUMBERS, st.sampled_from(["{}", "<a>{}</a>", "番号は{}です", "({})", "x={},y", "'{}'"]))
def test_a_number_is_found_wherever_it_stands_by_itself(number, around):
    for written in (number, number.translate(FULL_WIDTH), in_fours(number, "-")):
        with pytest.raises(IndividualNumberOnTheWayOut):
            refuse_individual_numbers("IF", around.format(written))


@pytest.mark.parametrize("gap", [" ", "-", "－", "　", "‐"])
def test_a_number_in_fours_is_found(gap):
    with pytest.raises(IndividualNumberOnTheWayOut):
        refuse_individual_numbers("IF", in_fours(individual_number(1), gap))


@given(
    st.integers(0, 10**12 - 1)
    .map(lambda n: f"{n:012d}")
    .filter(lambda t: not is_individual_number(t))
)
def test_twelve_digits_with_another_check_digit_may_leave(digits):
    refuse_individual_numbers("IF", f"<a>{digits}</a>")


@given(NUMBERS, st.integers(0, 999))
def test_a_longer_number_may_leave(number, more):
    refuse_individual_numbers("IF", f"<a>{more:03d}{number}</a><b>{number}{more:03d}</b>")


@given(st.uuids())
def test_a_record_id_may_leave(record_id):
    refuse_individual_numbers("IF", f"<a>{record_id.hex}</a>")


def test_dates_and_amounts_may_leave():
    refuse_individual_numbers(
        "IF", "<a>2026-11-24</a><b>2026-11-24 2027-01-01</b>20261124,20271231,000000000000101"
    )


class TestNothingLeaves:
    def test_in_an_item_of_a_copy(self, client):
        copy = Copy(
            "c1",
            HANAKO,
            CHILD_ALLOWANCE,
            "0001",
            "1",
            "0001",
            date(2026, 1, 1),
            date(9999, 12, 31),
            {"備考": f"番号 {individual_number(1)}"},
            NOON,
        )

        with pytest.raises(IndividualNumberOnTheWayOut) as online:
            client.register_copy(copy)
        with pytest.raises(IndividualNumberOnTheWayOut):
            client.register_copies([copy])

        assert individual_number(1) not in str(online.value)

    def test_in_an_item_of_an_inquiry(self, client):
        bad = inquiry("i1", user_id=individual_number(1))

        with pytest.raises(IndividualNumberOnTheWayOut):
            client.register_inquiries([bad])
        with pytest.raises(IndividualNumberOnTheWayOut):
            client.upload_inquiries([bad])

    def test_in_an_answer_of_staff(self, client):
        with pytest.raises(IndividualNumberOnTheWayOut):
            client.register_answer("P1", ProvisionAnswer.PROVIDE, {"氏名": individual_number(1)})

    def test_as_a_record_id(self, client):
        with pytest.raises(IndividualNumberOnTheWayOut):
            client.inquiry_states([individual_number(1)])


def in_fours(number: str, gap: str) -> str:
    return gap.join((number[:4], number[4:8], number[8:]))
