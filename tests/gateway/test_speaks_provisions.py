"""情報提供 and 情報提供等記録 over HTTP."""

from datetime import timedelta

import pytest

from gateway.platform.failures import PlatformRefused, ReasonCode
from gateway.platform.messages import (
    Answer,
    Flag,
    ProvisionAnswer,
    ProvisionState,
    RecordUpdate,
)
from tests.gateway.far_end import HANAKO, NOON, TARO


@pytest.fixture
def waiting(platform):
    """Two inquiries of others that wait for the city, in the order they were asked."""
    platform.client.set_flag(Flag.NO_AUTOMATIC_ANSWER, [HANAKO, TARO], on=True)
    return [ask(platform, 26, HANAKO), ask(platform, 106, TARO)]


def ask(platform, item, number):
    (told,) = platform.control("ask", item=item, integrated_number=number)["asked"]
    return told["provision_id"]


@pytest.mark.speaks("IF_TKY_11312", "IF_TKY_11512")
def test_who_waits_is_listed_and_each_tells_who_asks_what_until_when(platform, waiting):
    listed = platform.client.waiting_provisions()
    content = platform.client.provision_content(waiting[1])

    assert [one.provision_id for one in listed.waiting] == waiting
    assert listed.is_whole
    assert content.asker_code == "9900000000000106"
    assert content.affair_code == "JM99000000000106"
    assert content.answer_due_at == NOON + timedelta(days=3)
    assert content.state is ProvisionState.WAITING


@pytest.mark.speaks("IF_TKY_11321", "IF_TKY_11334", "IF_TKY_11523", "IF_TKY_11534")
def test_more_than_a_message_holds_come_by_file(platform, waiting):
    client = platform.client
    for _ in range(99):
        ask(platform, 30, HANAKO)

    listed = client.waiting_provisions()
    everybody = client.fetch_waiting_file(client.request_waiting_file())
    ids = [one.provision_id for one in everybody]
    contents = client.fetch_contents(client.upload_content_request(ids))

    assert (len(listed.waiting), listed.count, listed.is_whole) == (100, 101, False)
    assert len(ids) == 101
    assert [one.provision_id for one in contents] == ids


@pytest.mark.speaks("IF_TKY_20311", "IF_TKY_20511", "IF_TKY_11912")
def test_nothing_is_sent_before_it_is_permitted_and_then_it_is_what_was_answered(platform, waiting):
    client = platform.client
    with pytest.raises(PlatformRefused) as refused:
        client.permit_sending(waiting[0])
    assert refused.value.reason.code is ReasonCode.WRONG_STATE

    client.register_answer(waiting[0], ProvisionAnswer.PROVIDE, {"支給月額": "10000"})
    before = client.provided(waiting[0])
    client.permit_sending(waiting[0])
    after = client.provided(waiting[0])

    assert (before.state, before.provided_at) == (ProvisionState.ANSWER_REGISTERED, None)
    assert (after.state, after.result) == (ProvisionState.SENT, "provided")
    assert after.items == {"支給月額": "10000"}
    assert after.provided_at == NOON


@pytest.mark.speaks(
    "IF_TKY_20323",
    "IF_TKY_20334",
    "IF_TKY_20523",
    "IF_TKY_20534",
    "IF_TKY_11923",
    "IF_TKY_11934",
)
def test_several_are_answered_permitted_and_looked_at_by_file(platform, waiting):
    client = platform.client
    platform.control("withdraw", provision_id=waiting[1])
    answers = [
        Answer("a1", waiting[0], ProvisionAnswer.REFUSE, {}),
        Answer("a2", waiting[1], ProvisionAnswer.NO_RECORD, {}),
    ]

    told = client.fetch_answer_results(client.upload_answers(answers))
    permitted = client.fetch_permission_results(client.upload_permissions({"p1": waiting[0]}))
    provided = client.fetch_provided(client.upload_provided_request(waiting))

    assert told.accepted == ("a1",)
    assert told.refused["a2"].code is ReasonCode.WRONG_STATE
    assert permitted.accepted == ("p1",)
    assert [(one.state, one.result) for one in provided] == [
        (ProvisionState.SENT, "refused"),
        (ProvisionState.WITHDRAWN, ""),
    ]


@pytest.mark.speaks("IF_TKM_40113", "IF_TKM_40124", "IF_TKM_40133", "IF_TKM_40144")
def test_a_record_is_fetched_and_marked_not_to_be_shown(platform):
    client = platform.client
    ask(platform, 26, HANAKO)
    (record,) = client.fetch_exchange_records(client.request_exchange_records())

    updates = [
        RecordUpdate("u1", record.sequence, withheld=True),
        RecordUpdate("u2", 999, withheld=True),
    ]
    told = client.fetch_record_update_results(client.upload_record_updates(updates))

    (again,) = client.fetch_exchange_records(client.request_exchange_records())
    assert told.accepted == ("u1",)
    assert told.refused["u2"].code is ReasonCode.UNKNOWN_RECORD
    assert (record.withheld, again.withheld) == (False, True)
