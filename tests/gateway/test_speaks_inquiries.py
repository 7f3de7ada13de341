"""情報照会 over HTTP: asked, looked after, fetched and taken back, singly and by file."""

import pytest

from gateway.platform.failures import CannotBeSent, InterfaceNotInUse, ReasonCode
from gateway.platform.messages import InquiryState
from tests.gateway.far_end import HANAKO, OTHER_CITY, TARO, inquiry


@pytest.mark.speaks("IF_SKI_10111", "IF_SKI_10712", "IF_SKI_11112")
def test_an_inquiry_is_asked_and_answered_online(platform):
    outcome = platform.client.register_inquiries([inquiry("A1", tax_year=2024)])

    assert outcome.accepted == ("A1",)
    assert platform.client.inquiry_states(["A1"])[0].state is InquiryState.ANSWERED
    assert platform.client.inquiry_results(["A1"])[0].items["総所得金額等"] == "5200000"


@pytest.mark.speaks(
    "IF_SKI_10123",
    "IF_SKI_10134",
    "IF_SKI_10723",
    "IF_SKI_10734",
    "IF_SKI_11123",
    "IF_SKI_11134",
)
def test_many_inquiries_go_as_one_file_and_come_back_as_one(platform):
    client = platform.client
    many = [inquiry(f"B{n}", tax_year=2023) for n in range(150)]

    taken = client.fetch_inquiry_registration(client.upload_inquiries(many))
    states = client.fetch_states(client.upload_state_request([i.record_id for i in many]))
    results = client.fetch_results(client.upload_result_request([i.record_id for i in many]))

    assert len(taken.accepted) == 150
    assert {state.state for state in states} == {InquiryState.ANSWERED}
    assert {result.items["総所得金額等"] for result in results} == {"4100000"}


@pytest.mark.speaks("IF_SKI_10912", "IF_SKI_10923", "IF_SKI_10934")
def test_what_the_platform_holds_is_what_was_sent(platform):
    asked = [inquiry("C1", unit_code="0570", user_id="123456", tax_year=2024), inquiry("C2", TARO)]
    platform.client.register_inquiries(asked)

    singly = platform.client.registered_inquiries(["C1", "C2", "NOTTHERE"])
    by_file = platform.client.fetch_registered(
        platform.client.upload_registered_request(["C1", "C2"])
    )

    assert dict(singly[0].texts) == platform.client.as_sent(asked[0])
    assert singly[1].texts["IntegratedAddressNumber"] == TARO
    assert singly[2].reason.code is ReasonCode.UNKNOWN_RECORD
    assert by_file == singly[:2]


@pytest.mark.speaks("IF_SKI_50111", "IF_SKI_50412")
def test_an_inquiry_is_taken_back_online_while_it_waits_for_the_other_side(platform):
    platform.client.register_inquiries([_held("D1")])

    assert platform.client.cancel_inquiries(["D1"]).accepted == ("D1",)
    assert platform.client.cancellation_states(["D1"])[0].state is InquiryState.CANCELLED


@pytest.mark.speaks("IF_SKI_50123", "IF_SKI_50134", "IF_SKI_50423", "IF_SKI_50434")
def test_many_are_taken_back_by_file_and_those_answered_already_are_not(platform):
    client = platform.client
    client.register_inquiries([_held("E1"), inquiry("E2", HANAKO)])
    client.register_inquiries([_held(f"E{n}") for n in range(3, 60)])
    ids = [f"E{n}" for n in range(1, 60)]

    taken_back = client.fetch_cancellations(client.upload_cancellations(ids))
    states = client.fetch_cancellation_states(client.upload_cancellation_state_request(ids))

    assert len(taken_back.accepted) == 58
    assert taken_back.refused["E2"].code is ReasonCode.WRONG_STATE
    assert [s.record_id for s in states if s.state is InquiryState.ANSWERED] == ["E2"]
    assert sum(s.state is InquiryState.CANCELLED for s in states) == 58


def test_all_eighteen_items_arrive_padded_or_not(platform):
    whole = inquiry(
        "F1",
        unit_code="0570",
        user_id="9000001",
        withheld=True,
        delegating_inquirer_code="0220101100201700",
        delegating_provider_code=OTHER_CITY,
        tax_year=2024,
    )
    platform.client.fetch_inquiry_registration(platform.client.upload_inquiries([whole]))

    held = platform.client.registered_inquiries(["F1"])[0].texts

    assert len(held) == 18
    assert held == platform.client.as_sent(whole)
    assert held["AddressNumber"] == "", "the business system's own number never leaves the city"
    assert held["DelegatingProviderCode"] == OTHER_CITY
    assert (held["FiscalYearType"], held["PeriodFrom"]) == ("1", "20240101")


def test_an_interface_that_the_city_has_switched_off_is_not_spoken(platform):
    platform.client._in_use = lambda interface: interface != "IF_SKI_10712"

    with pytest.raises(InterfaceNotInUse):
        platform.client.inquiry_states(["A1"])

    assert platform.state()["requests"].get("IF_SKI_10712") is None


def test_a_message_does_not_go_by_an_interface_of_another_kind(platform):
    message = platform.client._message("IF_SKI_10123")

    with pytest.raises(CannotBeSent, match="kind of interface"):
        platform.client._ask(message, "")


def _held(record_id):
    """An inquiry about somebody whose provider holds its answer for an hour."""
    return inquiry(
        record_id,
        TARO,
        affair_code="JM99000000000075",
        procedure_code="JT99000000000075",
        information_code="TM99000000000075",
        provider_code="9900000000000075",
    )
