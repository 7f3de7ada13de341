"""Operating state, 符号, masters, お知らせ and 自己情報提供 over HTTP."""

from datetime import date, timedelta

import pytest

from gateway.platform.client import PlatformClient
from gateway.platform.failures import CannotBeSent, ReasonCode
from gateway.platform.messages import (
    CodeStatus,
    Copy,
    DisclosureResult,
    Flag,
    MasterChange,
    MasterKind,
    Notice,
    NoticeState,
)
from tests.gateway.far_end import CHILD_ALLOWANCE, HANAKO, NOON, TARO, WHO, acquire_codes

NOBODY = "000000000000999"


def test_no_two_groups_of_interfaces_have_a_call_of_the_same_name():
    from collections import Counter

    groups = PlatformClient.__mro__[1:-2]
    names = Counter(name for group in groups for name in vars(group) if not name.startswith("__"))
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.speaks("IF_SYM_20212")
def test_the_platform_tells_that_it_is_closed_and_when_it_reopens(platform):
    platform.control("close", seconds=3600)

    state = platform.client.operating_state()

    assert not state.is_open
    assert state.reopens_at == NOON + timedelta(hours=1)


@pytest.mark.speaks("IF_FGU_20221", "IF_FGU_20234", "IF_FGU_20215")
def test_a_person_gets_a_linkage_code_in_three_messages(platform):
    person = {"000000000000104": WHO[HANAKO][:-1] + WHO[HANAKO][-1]}

    acquire_codes(platform.client, person)

    states = platform.client.fetch_code_states(platform.client.request_code_states(list(person)))
    assert [state.status for state in states] == [CodeStatus.ACQUIRED]


@pytest.mark.speaks("IF_SCM_30112")
class TestMasterUpdates:
    def test_the_whole_masters_come_first_and_every_change_after_them(self, platform):
        first = platform.client.master_updates()
        platform.control(
            "master",
            MasterType="2",
            ChangeType="3",
            ValidFrom="2027-04-01",
            AffairCode="JM99000000000075",
            ProcedureCode="JT99000000000075",
            SpecificPersonalInformationCode="TM99000000000075",
            InquirerOrganizationCode="0220101100201700",
            ProviderOrganizationCode="9900000000000075",
        )

        news = platform.client.master_updates(first[-1].sequence)

        assert {update.kind for update in first} == {MasterKind.CODE, MasterKind.COMBINATION}
        assert [(n.change, n.valid_from) for n in news] == [
            (MasterChange.ABOLISHED, date(2027, 4, 1))
        ]

    def test_nothing_new_is_an_empty_answer(self, platform):
        assert platform.client.master_updates(10_000) == []


@pytest.mark.speaks("IF_OSR_10111", "IF_OSR_20111", "IF_OSR_30111")
def test_a_notice_is_shown_read_and_another_taken_back_in_time(platform):
    client = platform.client

    taken = client.send_notices([_notice("N1"), _notice("N2"), _notice("N3", NOBODY)])
    platform.control("read", record_ids=["N1"])
    withdrawn = client.withdraw_notices(["N1", "N2"])
    states = client.notice_states(["N1", "N2"])

    assert [fate.reason and fate.reason.code for fate in taken] == [
        None,
        None,
        ReasonCode.UNKNOWN_NUMBER,
    ]
    assert withdrawn[0].reason.code is ReasonCode.WRONG_STATE, "what was read stays read"
    assert withdrawn[1].reason is None
    assert [state.state for state in states] == [NoticeState.READ, NoticeState.WITHDRAWN]
    assert states[0].read_at == NOON


@pytest.mark.speaks("IF_OSR_10123", "IF_OSR_20123", "IF_OSR_30123", "IF_OSR_40134")
def test_notices_to_many_people_go_by_file(platform):
    client = platform.client
    many = [_notice(f"M{n}") for n in range(250)]
    ids = [notice.record_id for notice in many]

    taken = client.fetch_notice_fates(client.upload_notices(many))
    taken_back = client.fetch_notice_fates(client.upload_notice_withdrawals(ids[:10]))
    states = client.fetch_notice_fates(client.upload_notice_state_request(ids))

    assert len(taken) == 250
    assert all(fate.reason is None for fate in taken + taken_back)
    assert sum(state.state is NoticeState.WITHDRAWN for state in states) == 10
    assert sum(state.state is NoticeState.DELIVERED for state in states) == 240


@pytest.mark.parametrize("changes", [{"title": ""}, {"title": "あ" * 61}, {"text": "あ" * 1001}])
def test_a_notice_that_is_too_long_or_empty_is_not_sent(platform, changes):
    with pytest.raises(CannotBeSent):
        platform.client.send_notices([_notice("N9", **changes)])


@pytest.mark.speaks("IF_JTK_10112", "IF_JTK_10212")
def test_the_city_learns_who_looked_at_their_own_data_and_what_was_shown(platform):
    _copy_of(platform, HANAKO)
    platform.control("look", integrated_number=HANAKO)

    one = platform.client.disclosures()[0]
    content = platform.client.disclosed_contents([one.disclosure_id])[0]

    assert (one.integrated_number, one.result) == (HANAKO, DisclosureResult.PROVIDED)
    assert content.items["支給月額"] == "10000"


@pytest.mark.speaks("IF_JTK_10121", "IF_JTK_10134", "IF_JTK_10223", "IF_JTK_10234")
def test_a_day_of_looks_comes_by_file_and_what_is_withheld_is_not_shown(platform):
    client = platform.client
    _copy_of(platform, HANAKO)
    client.set_flag(Flag.WITHHELD, [TARO], on=True)
    for _ in range(120):
        platform.control("look", integrated_number=HANAKO)
    platform.control("look", integrated_number=TARO)

    looks = client.fetch_disclosures(client.request_disclosure_file())
    contents = client.fetch_disclosed_contents(
        client.upload_disclosed_request([one.disclosure_id for one in looks])
    )

    assert len(looks) == 121
    assert looks[-1].result is DisclosureResult.WITHHELD
    shown = {one.disclosure_id: one.items for one in contents}
    assert shown[looks[-1].disclosure_id] == {}
    assert shown[looks[0].disclosure_id]["支給月額"] == "10000"


def _notice(record_id, number=HANAKO, **changes):
    ordinary = {
        "title": "児童手当の現況届について",
        "text": "現況届の提出期限は6月30日です。",
        "shown_from": NOON,
        "shown_until": NOON + timedelta(days=60),
    }
    return Notice(record_id, number, **(ordinary | changes))


def _copy_of(platform, number):
    platform.client.register_copy(
        Copy(
            record_id=f"COPY{number}",
            integrated_number=number,
            information_code=CHILD_ALLOWANCE,
            dataset="0001",
            key="1",
            layout_version="1",
            published_from=date(2020, 1, 1),
            published_until=date(9999, 12, 31),
            items={"支給月額": "10000"},
            updated_at=NOON,
        )
    )
