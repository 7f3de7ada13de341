"""副本, flags and publications over HTTP."""

from datetime import date

import pytest

from gateway.platform.copies import what_is_sent
from gateway.platform.failures import PlatformRefused, ReasonCode
from gateway.platform.messages import Copy, CopyKey, EndState, Flag, FlagSetting
from tests.gateway.far_end import CHILD_ALLOWANCE, HANAKO, NOON, STRANGER, TARO

NOBODY = "000000000000999"
OPEN_END = date(9999, 12, 31)
ITEMS = {"受給者区分": "1", "消滅年月日": None, "支払": [{"支払額": "20000"}]}


def copy(record_id, number=HANAKO, *, key="1", items=None):
    return Copy(
        record_id,
        number,
        CHILD_ALLOWANCE,
        "0001",
        key,
        "0001",
        date(2026, 4, 1),
        OPEN_END,
        items or ITEMS,
        NOON,
        ward_code="101",
    )


def key(record_id, number=HANAKO, *, name="1"):
    return CopyKey(record_id, number, CHILD_ALLOWANCE, "0001", name, "0001")


def held(platform):
    return platform.client.copy_summary(CHILD_ALLOWANCE)


@pytest.mark.speaks("IF_DBM_10111", "IF_DBM_30112")
def test_one_copy_goes_online_and_is_taken_away_online(platform):
    digest = platform.client.register_copy(copy("c1"))

    assert (held(platform).count, held(platform).digest) == (1, digest)
    assert [one.digest for one in platform.client.copies_held(CHILD_ALLOWANCE, HANAKO[-2:])] == [
        digest
    ]

    platform.client.delete_copy(key("d1"))

    assert held(platform).count == 0


@pytest.mark.speaks("IF_DBM_20113", "IF_DBM_20314")
def test_of_a_file_good_rows_go_and_bad_ones_come_back_with_their_reason(platform):
    client = platform.client
    client.register_copy(copy("c0"))

    upload = client.register_copies([copy("c1", TARO), copy("c2", NOBODY), copy("c0", STRANGER)])
    told = client.fetch_copy_results(upload.receipt)

    assert told.accepted == ("c1",)
    assert {one: reason.code for one, reason in told.refused.items()} == {
        "c2": ReasonCode.UNKNOWN_NUMBER,
        "c0": ReasonCode.DUPLICATE_RECORD,
    }
    assert held(platform).count == 2

    gone = client.fetch_copy_results(client.delete_copies([key("d1"), key("d2", TARO)]))

    assert set(gone.accepted) == {"d1", "d2"}
    assert held(platform).count == 0


@pytest.mark.speaks("IF_DBM_30212")
def test_the_content_of_a_copy_comes_back_with_the_digest_that_was_sent(platform):
    platform.client.register_copy(copy("c1"))

    found = platform.client.copy_detail(key("-"))

    assert found.items == ITEMS
    assert found.published_until == OPEN_END
    assert found.digest == what_is_sent("IF_DBM_10111", copy("c1")).digest
    assert platform.client.copy_detail(key("-", TARO)) is None


@pytest.mark.speaks("IF_DBM_30312")
def test_what_would_be_answered_depends_on_the_day_and_on_the_flag(platform):
    platform.client.register_copy(copy("c1"))

    today = platform.client.search_copies(HANAKO, CHILD_ALLOWANCE, as_of=date(2026, 11, 24))
    before = platform.client.search_copies(HANAKO, CHILD_ALLOWANCE, as_of=date(2026, 3, 31))
    platform.client.set_flag(Flag.NO_AUTOMATIC_ANSWER, [HANAKO], on=True)
    held_back = platform.client.search_copies(HANAKO, CHILD_ALLOWANCE, as_of=date(2026, 11, 24))

    assert (today.items, today.copy_count, today.is_automatic) == (ITEMS, 1, True)
    assert (before.items, before.copy_count) == ({}, 0)
    assert held_back.is_automatic is False


@pytest.mark.speaks("IF_DBM_60412", "IF_DBM_60423", "IF_DBM_60434")
def test_who_was_told_is_known_for_one_and_by_file_for_many(platform):
    client = platform.client
    client.register_copy(copy("c1"))
    client.register_copy(copy("c2", TARO))
    platform.control("ask", item=26, integrated_number=HANAKO)
    platform.control("ask", item=30, integrated_number=TARO)

    (one,) = client.recipients(HANAKO, CHILD_ALLOWANCE)
    receipt = client.upload_recipients_request([(HANAKO, CHILD_ALLOWANCE), (TARO, CHILD_ALLOWANCE)])
    many = client.fetch_recipients(receipt)

    assert (one.asker_code, one.items) == ("9900000000000026", tuple(ITEMS))
    assert {r.integrated_number: r.asker_code for r in many} == {
        HANAKO: "9900000000000026",
        TARO: "9900000000000030",
    }


def asked_automatically(platform, number=HANAKO, information=CHILD_ALLOWANCE):
    (told,) = platform.control(
        "ask", item=26, integrated_number=number, information_code=information
    )["asked"]
    return told["state"] == "sent"


class TestFlags:
    @pytest.mark.speaks("IF_DBM_40111", "IF_DBM_90212")
    def test_one_information_of_a_person_is_held_back_and_the_other_is_answered(self, platform):
        client = platform.client
        setting = FlagSetting("f1", HANAKO, on=True, information_code=CHILD_ALLOWANCE)

        client.set_information_flags(Flag.NO_AUTOMATIC_ANSWER, [setting])

        assert not asked_automatically(platform)
        assert asked_automatically(platform, information="TM99000000000001")
        people = [(HANAKO, CHILD_ALLOWANCE), (HANAKO, "TM99000000000001")]
        assert [one.no_automatic_answer for one in client.information_flags(people)] == [
            True,
            False,
        ]

    @pytest.mark.speaks("IF_DBM_70111")
    def test_what_is_recorded_of_it_is_marked_not_to_be_shown(self, platform):
        setting = FlagSetting("f1", HANAKO, on=True, information_code=CHILD_ALLOWANCE)
        platform.client.set_information_flags(Flag.WITHHELD, [setting])

        asked_automatically(platform)
        asked_automatically(platform, TARO)

        records = platform.client.fetch_exchange_records(platform.client.request_exchange_records())
        assert {one.integrated_number: one.withheld for one in records} == {
            HANAKO: True,
            TARO: False,
        }

    @pytest.mark.speaks("IF_DBM_40123", "IF_DBM_40134", "IF_DBM_70123", "IF_DBM_70134")
    @pytest.mark.parametrize("flag", list(Flag))
    def test_many_informations_are_flagged_by_file(self, platform, flag):
        # Both flags are spoken in each run: the mark of the test counts them together.
        for one in (flag, *(other for other in Flag if other is not flag)):
            told = self._by_file(platform, one, information_code=CHILD_ALLOWANCE)
            assert told.accepted == (f"{one.value[0]}1", f"{one.value[0]}2")

        assert not asked_automatically(platform)
        assert not asked_automatically(platform, TARO)

    @pytest.mark.speaks(
        "IF_DBM_50111",
        "IF_DBM_50123",
        "IF_DBM_50134",
        "IF_DBM_80111",
        "IF_DBM_80123",
        "IF_DBM_80134",
        "IF_DBM_90112",
        "IF_DBM_90123",
        "IF_DBM_90134",
    )
    def test_people_are_flagged_online_and_by_file_and_the_platform_tells_how_they_stand(
        self, platform
    ):
        client = platform.client
        for flag in Flag:
            client.set_flag(flag, [STRANGER], on=True)
            told = self._by_file(platform, flag)
            assert told.refused[f"{flag.value[0]}3"].code is ReasonCode.UNKNOWN_NUMBER

        by_file = client.fetch_flags(client.upload_flag_request([HANAKO, TARO, STRANGER]))

        assert by_file == client.flags([HANAKO, TARO, STRANGER])
        assert all(one.no_automatic_answer and one.withheld for one in by_file)

    def test_the_same_record_is_not_taken_twice(self, platform):
        setting = FlagSetting("f1", HANAKO, on=True, information_code=CHILD_ALLOWANCE)
        platform.client.set_information_flags(Flag.WITHHELD, [setting])

        again = platform.client.set_information_flags(Flag.WITHHELD, [setting])

        assert again.refused["f1"].code is ReasonCode.DUPLICATE_RECORD

    def _by_file(self, platform, flag, *, information_code=""):
        people = (HANAKO, TARO) if information_code else (HANAKO, TARO, NOBODY)
        settings = [
            FlagSetting(
                f"{flag.value[0]}{place}", number, on=True, information_code=information_code
            )
            for place, number in enumerate(people, start=1)
        ]
        by_information = bool(information_code)
        receipt = platform.client.upload_flags(flag, settings, by_information=by_information)
        return platform.client.fetch_flag_results(flag, receipt, by_information=by_information)


class TestPublicationEnds:
    @pytest.mark.speaks("IF_DBM_90311", "IF_DBM_90332")
    def test_all_copies_of_a_version_end_on_a_day(self, platform):
        client = platform.client
        client.register_copy(copy("c1"))
        client.register_copy(copy("c2", TARO))

        receipt = client.end_publication("e1", CHILD_ALLOWANCE, "0001", ends_on=date(2026, 12, 31))
        result = client.publication_end_result(receipt)

        assert (result.state, result.count) == (EndState.DONE, 2)
        assert client.copy_detail(key("-")).published_until == date(2026, 12, 31)

    @pytest.mark.speaks("IF_DBM_90321")
    def test_it_is_taken_back_as_long_as_it_was_not_carried_out(self, platform):
        client = platform.client
        client.register_copy(copy("c1"))
        platform.control("settings", end_delay=60)
        receipt = client.end_publication("e1", CHILD_ALLOWANCE, "0001", ends_on=date(2026, 12, 31))

        client.undo_publication_end(receipt)

        assert client.publication_end_result(receipt).state is EndState.CANCELLED
        assert client.copy_detail(key("-")).published_until == OPEN_END
        platform.control("settings", end_delay=0)
        done = client.end_publication("e2", CHILD_ALLOWANCE, "0001", ends_on=date(2026, 12, 31))
        assert client.publication_end_result(done).state is EndState.DONE
        with pytest.raises(PlatformRefused) as refused:
            client.undo_publication_end(done)
        assert refused.value.reason.code is ReasonCode.WRONG_STATE
