"""The client asks and answers: 情報照会, 情報提供 and their records, against the far end."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from gateway.platform.failures import (
    CannotBeSent,
    PlatformRefused,
    ReasonCode,
)
from gateway.platform.messages import (
    Flag,
    InquiryState,
    ProvisionAnswer,
    ProvisionState,
    RecordSide,
)
from tests.gateway.far_end import (
    ACCOUNT,
    CHILD_ALLOWANCE,
    DIGITAL_AGENCY,
    HANAKO,
    NOON,
    PENSION,
    PENSION_SERVICE,
    RESIDENCE,
    STRANGER,
    TARO,
    FarEnd,
    child_allowance,
    inquiry,
)


@pytest.fixture
def far_end(tmp_path: Path) -> Iterator[FarEnd]:
    end = FarEnd(tmp_path)
    yield end
    end.journal.close()


class TestInquiry:
    def test_the_tax_of_another_city_is_answered(self, known_people):
        client = known_people.client
        client.register_inquiries([inquiry("i1", tax_year=2024)])

        (result,) = client.inquiry_results(["i1"])

        assert result.state == InquiryState.ANSWERED
        assert (result.detail_status, result.name_status) == ("09", "01")
        assert result.items == {
            "課税年度": "2024",
            "総所得金額等": "5200000",
            "雑損控除額": None,
        }

    def test_files_say_the_same_as_the_online_interface(self, known_people):
        client = known_people.client
        asked = [
            inquiry("i1", tax_year=2024),
            inquiry("i2", STRANGER),
            inquiry("i3", information_code=RESIDENCE, period_from=date(2020, 1, 1)),
        ]
        ids = [i.record_id for i in asked]

        registered = client.fetch_inquiry_registration(client.upload_inquiries(asked))
        states = client.fetch_states(client.upload_state_request(ids))
        results = client.fetch_results(client.upload_result_request(ids))

        assert registered.accepted == ("i1", "i2", "i3")
        assert states == client.inquiry_states(ids)
        assert results == client.inquiry_results(ids)
        assert [r.state for r in results] == [
            InquiryState.ANSWERED,
            InquiryState.NO_RECORD,
            InquiryState.ANSWERED,
        ]
        assert results[2].items["世帯主氏名"] == "新宿 花子"

    @pytest.mark.parametrize(
        ("item", "information", "provider", "expected"),
        [
            (
                "75",
                PENSION,
                PENSION_SERVICE,
                {"被用者年金の加入状況": "1", "加入年月日": "2015-04-01"},
            ),
            ("99", ACCOUNT, DIGITAL_AGENCY, {"金融機関コード": "0116", "支店コード": "101"}),
        ],
    )
    def test_other_organisations_answer(self, known_people, item, information, provider, expected):
        client = known_people.client
        client.register_inquiries(
            [
                inquiry(
                    "i1",
                    affair_code=f"JM990000000000{item}",
                    procedure_code=f"JT990000000000{item}",
                    information_code=information,
                    provider_code=provider,
                )
            ]
        )

        assert client.inquiry_results(["i1"])[0].items == expected

    def test_the_newest_tax_is_answered_where_no_year_is_asked(self, known_people):
        known_people.client.register_inquiries([inquiry("i1")])

        assert known_people.client.inquiry_results(["i1"])[0].items["課税年度"] == "2024"

    def test_a_city_where_somebody_never_lived_has_no_record(self, known_people):
        client = known_people.client
        client.register_inquiries([inquiry("i1", provider_code="0220101202501700")])

        assert client.inquiry_states(["i1"])[0].state == InquiryState.NO_RECORD

    def test_goes_from_accepted_to_answered(self, known_people):
        client = known_people.client
        known_people.control("settings", answer_delay=10)
        client.register_inquiries([inquiry("i1")])
        seen = []
        for seconds in (0, 4, 12):
            known_people.clock.let_pass(seconds=seconds)
            seen.append(client.inquiry_states(["i1"])[0].state)

        assert seen == [
            InquiryState.ACCEPTED,
            InquiryState.IN_PROGRESS,
            InquiryState.ANSWERED,
        ]

    def test_waits_while_the_other_side_holds_it(self, known_people):
        client = known_people.client
        client.register_inquiries([pension_of_taro("i1")])

        held = client.inquiry_states(["i1"])[0].state
        known_people.clock.let_pass(hours=1)

        assert held == InquiryState.HELD_BY_PROVIDER
        assert client.inquiry_results(["i1"])[0].items["加入歴"] == [{"自": "2010-04-01"}]

    def test_without_a_code_is_refused_with_the_known_message(self, far_end):
        far_end.client.register_numbers([HANAKO])

        outcome = far_end.client.register_inquiries([inquiry("i1")])

        assert outcome.refused["i1"].code == ReasonCode.NO_CODE_YET
        assert outcome.refused["i1"].text == (
            "指定された団体内統合宛名番号「００００００００００００１０１」は符号が未取得です。"
        )

    def test_of_a_combination_that_is_not_permitted_is_refused(self, known_people):
        outcome = known_people.client.register_inquiries([inquiry("i1", information_code=PENSION)])

        assert outcome.refused["i1"].code == ReasonCode.NOT_PERMITTED
        assert outcome.refused["i1"].text == (
            "指定された特定個人情報名「ＴＭ９９００００００００００７５」の照会は許可されていません。"
        )

    def test_sent_twice_is_taken_once(self, known_people):
        client = known_people.client
        client.register_inquiries([inquiry("i1")])

        again = client.register_inquiries([inquiry("i1"), inquiry("i2")])

        assert again.refused["i1"].code == ReasonCode.DUPLICATE_RECORD
        assert again.accepted == ("i2",)

    def test_that_does_not_exist_is_told(self, far_end):
        (status,) = far_end.client.inquiry_states(["nobody"])

        assert status.reason.code == ReasonCode.UNKNOWN_RECORD

    def test_is_taken_back_while_it_is_open(self, known_people):
        client = known_people.client
        client.register_inquiries([pension_of_taro("i1"), inquiry("i2")])

        outcome = client.cancel_inquiries(["i1", "i2", "i3"])

        assert outcome.accepted == ("i1",)
        assert outcome.refused["i2"].code == ReasonCode.WRONG_STATE
        assert outcome.refused["i3"].code == ReasonCode.UNKNOWN_RECORD
        assert client.cancellation_states(["i1"])[0].state == InquiryState.CANCELLED

    @pytest.mark.parametrize(
        ("item", "told"),
        [
            ("RecordIdentificationNumber", {"record_id": "with-hyphens"}),
            ("IntegratedAddressNumber", {"number": "12345"}),
            ("ProviderOrganizationCode", {"provider_code": "011002"}),
            ("AffairCode", {"affair_code": ""}),
            ("InquirerUserID", {"user_id": "職員番号"}),
            ("InquirerUnitCode", {"unit_code": "a,b"}),
            ("RequestedAt", {"asked_at": datetime(2026, 11, 24)}),  # noqa: DTZ001
        ],
    )
    @pytest.mark.parametrize("way", ["register_inquiries", "upload_inquiries"])
    def test_that_does_not_fit_the_record_is_not_sent(self, far_end, item, told, way):
        bad = inquiry(**({"record_id": "i1"} | told))

        with pytest.raises(CannotBeSent) as refused:
            getattr(far_end.client, way)([bad])

        assert refused.value.item == item
        assert far_end.state()["requests"] == {}

    def test_too_many_for_one_message_are_not_sent(self, far_end):
        with pytest.raises(CannotBeSent):
            far_end.client.register_inquiries([inquiry(f"i{n}") for n in range(101)])


class TestProvision:
    @pytest.fixture
    def with_copy(self, known_people: FarEnd) -> FarEnd:
        known_people.client.register_copy(child_allowance("c1"))
        return known_people

    @pytest.mark.parametrize("item", [26, 30, 87, 106])
    def test_who_may_ask_is_answered_from_the_copies(self, with_copy, item):
        (asked,) = with_copy.control("ask", item=item, integrated_number=HANAKO)["asked"]

        assert asked["state"] == "sent"
        assert asked["items"]["支払"][1] == {"支払年月日": "2026-10-13", "支払額": "20000"}

    @pytest.mark.parametrize(("item", "information"), [(999, CHILD_ALLOWANCE), (30, RESIDENCE)])
    def test_who_may_not_is_refused_and_recorded(self, with_copy, item, information):
        (asked,) = with_copy.control(
            "ask", item=item, information_code=information, integrated_number=HANAKO
        )["asked"]

        client = with_copy.client
        (record,) = client.fetch_exchange_records(client.request_exchange_records())
        assert asked["state"] == "refused"
        assert asked["items"] == {}
        assert asked["message"].endswith("」の照会は許可されていません。")
        assert (record.side, record.result) == (RecordSide.PROVIDER, "not_permitted")

    @pytest.mark.parametrize(
        ("first", "last", "result"),
        [
            (date(2026, 11, 24), date(2026, 11, 24), "provided"),
            (date(2026, 1, 1), date(2026, 11, 23), "no_record"),
            (date(2026, 11, 25), date(9999, 12, 31), "no_record"),
        ],
    )
    def test_is_answered_on_the_days_of_publication_only(self, known_people, first, last, result):
        known_people.client.register_copy(
            child_allowance("c1", published_from=first, published_until=last)
        )

        (asked,) = known_people.control("ask", item=26, integrated_number=HANAKO)["asked"]

        assert asked["result"] == result

    def test_under_the_flag_it_waits_for_the_answer_and_the_permission(self, with_copy):
        client = with_copy.client
        client.set_flag(Flag.NO_AUTOMATIC_ANSWER, [HANAKO], on=True)
        (asked,) = with_copy.control("ask", item=26, integrated_number=HANAKO)["asked"]
        assert (asked["state"], asked["items"]) == ("waiting", {})

        (waiting,) = client.waiting_provisions().waiting
        content = client.provision_content(waiting.provision_id)
        client.register_answer(
            waiting.provision_id,
            ProvisionAnswer.PROVIDE,
            {"受給者区分": "1", "支払": [{"支払額": "1"}]},
        )
        registered = client.provision_content(waiting.provision_id)
        client.permit_sending(waiting.provision_id)

        assert content.asker_name == "北海道知事（生活保護）"
        assert content.affair_code == "JM99000000000026"
        assert content.copy_items["受給者区分"] == "1"
        assert registered.state == ProvisionState.ANSWER_REGISTERED
        assert client.waiting_provisions().count == 0
        sent = with_copy.http.get(f"/control/ask/{waiting.provision_id}").json()
        assert sent["state"] == "sent"
        assert sent["items"] == {"受給者区分": "1", "支払": [{"支払額": "1"}]}

    def test_nothing_is_sent_without_an_answer(self, with_copy):
        client = with_copy.client
        client.set_flag(Flag.NO_AUTOMATIC_ANSWER, [HANAKO], on=True)
        with_copy.control("ask", item=26, integrated_number=HANAKO)
        (waiting,) = client.waiting_provisions().waiting

        with pytest.raises(PlatformRefused) as refused:
            client.permit_sending(waiting.provision_id)

        assert refused.value.reason.code == ReasonCode.WRONG_STATE

    def test_what_was_sent_is_not_answered_again(self, with_copy):
        client = with_copy.client
        (asked,) = with_copy.control("ask", item=26, integrated_number=HANAKO)["asked"]

        with pytest.raises(PlatformRefused) as refused:
            client.register_answer(asked["provision_id"], ProvisionAnswer.REFUSE)

        assert refused.value.reason.code == ReasonCode.WRONG_STATE

    def test_an_unknown_provision_is_refused(self, far_end):
        with pytest.raises(PlatformRefused) as refused:
            far_end.client.provision_content("P1")

        assert refused.value.reason.code == ReasonCode.UNKNOWN_RECORD


class TestExchangeRecords:
    def test_both_sides_are_recorded_in_order(self, known_people):
        client = known_people.client
        client.set_flag(Flag.WITHHELD, [HANAKO], on=True)
        client.register_inquiries([inquiry("i1", withheld=True), inquiry("i2", STRANGER)])
        client.register_copy(child_allowance("c1"))
        client.fetch_exchange_records(client.request_exchange_records())
        known_people.control("ask", item=106, integrated_number=HANAKO)

        records = client.fetch_exchange_records(client.request_exchange_records())

        assert [r.sequence for r in records] == [1, 2, 3]
        assert {r.our_record_id: r.result for r in records[:2]} == {
            "i1": "provided",
            "i2": "no_record",
        }
        ours = next(r for r in records if r.our_record_id == "i1")
        assert (ours.side, ours.withheld) == (RecordSide.INQUIRER, True)
        assert ours.items == ("課税年度", "総所得金額等", "雑損控除額")
        theirs = records[2]
        assert (theirs.side, theirs.withheld) == (RecordSide.PROVIDER, True)
        assert theirs.inquirer_code == "9900000000000106"
        assert theirs.provided_at == NOON

    def test_are_read_on_from_where_one_stopped(self, known_people):
        client = known_people.client
        client.register_inquiries([inquiry("i1"), inquiry("i2")])

        records = client.fetch_exchange_records(client.request_exchange_records(1))

        assert [r.sequence for r in records] == [2]

    def test_a_refusal_and_a_withdrawal_are_recorded_too(self, known_people):
        client = known_people.client
        client.register_inquiries([inquiry("i1", information_code=PENSION), pension_of_taro("i2")])
        client.cancel_inquiries(["i2"])

        records = client.fetch_exchange_records(client.request_exchange_records())

        assert {r.our_record_id: r.result for r in records} == {
            "i1": "not_permitted",
            "i2": "cancelled",
        }


def pension_of_taro(record_id: str):
    """The other side holds this one for an hour."""
    return inquiry(
        record_id,
        TARO,
        affair_code="JM99000000000075",
        procedure_code="JT99000000000075",
        information_code=PENSION,
        provider_code=PENSION_SERVICE,
    )
