"""Every interface in use, from the city's side, against the far end."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gateway.platform.client import PlatformClient
from gateway.platform.failures import (
    CannotBeSent,
    PlatformClosed,
    PlatformRefused,
    ReasonCode,
)
from gateway.platform.line import PlainHttpRefused
from gateway.platform.messages import (
    CodeStatus,
    CopyKey,
    Flag,
    Mode,
)
from gateway.simulator.juki_net import BUSY, NOBODY
from sapporo_base.transport_sealing import seal_for_juki
from tests.gateway.far_end import (
    CHILD_ALLOWANCE,
    HANAKO,
    NOON,
    SAPPORO,
    TARO,
    WHO,
    FarEnd,
    InProcess,
    acquire_codes,
    child_allowance,
)


@pytest.fixture
def far_end(tmp_path: Path) -> Iterator[FarEnd]:
    end = FarEnd(tmp_path)
    yield end
    end.journal.close()


class TestOperatingState:
    def test_tells_when_it_closes(self, tmp_path):
        far_end = FarEnd(tmp_path, hours="mon-fri=07:00-23:00")

        state = far_end.client.operating_state()

        assert state.is_open
        assert state.closes_at == datetime(2026, 11, 24, 14, 0, tzinfo=UTC)

    def test_is_answered_when_the_platform_is_closed(self, far_end):
        far_end.control("close", until="2026-11-27T07:00:00+09:00")

        state = far_end.client.operating_state()

        assert not state.is_open
        assert state.reopens_at == datetime(2026, 11, 26, 22, 0, tzinfo=UTC)

    def test_a_closed_platform_tells_when_it_reopens(self, far_end):
        far_end.control("close", seconds=60)

        with pytest.raises(PlatformClosed) as closed:
            far_end.client.register_numbers([HANAKO])

        assert closed.value.reopens_at == NOON + timedelta(seconds=60)

    def test_work_goes_on_after_the_stop(self, far_end):
        far_end.control("close", seconds=60)
        far_end.clock.let_pass(seconds=61)

        assert far_end.client.register_numbers([HANAKO]).accepted == (HANAKO,)


class TestCodeAcquisition:
    def test_a_number_goes_from_not_requested_to_acquired(self, far_end):
        client = far_end.client
        far_end.control("settings", code_delay=10)
        client.register_numbers([HANAKO])

        def status() -> CodeStatus:
            states = client.fetch_code_states(client.request_code_states([HANAKO]))
            assert states
            return states[0].status

        assert status() == CodeStatus.NOT_REQUESTED
        acquire_codes(client, {HANAKO: WHO[HANAKO]})
        assert status() == CodeStatus.REQUESTED
        far_end.clock.let_pass(seconds=16)
        assert status() == CodeStatus.ACQUIRED

    def test_a_number_nobody_told_is_refused_and_the_rest_is_not(self, far_end):
        far_end.client.register_numbers([HANAKO])

        file = far_end.client.fetch_code_file(far_end.client.request_code_file([HANAKO, TARO]))

        assert [request.integrated_number for request in file.requests] == [HANAKO]
        assert file.refused[TARO].code == ReasonCode.UNKNOWN_NUMBER

    def test_a_code_that_is_had_is_not_requested_again(self, known_people):
        client = known_people.client

        file = client.fetch_code_file(client.request_code_file([HANAKO]))

        assert file.refused[HANAKO].code == ReasonCode.WRONG_STATE

    def test_the_same_request_sent_twice_is_a_duplicate(self, far_end):
        client = far_end.client
        client.register_numbers([HANAKO])
        file = client.fetch_code_file(client.request_code_file([HANAKO]))
        serial = file.requests[0].serial
        sealed = {serial: seal_for_juki(file.sealing_key, WHO[HANAKO])}
        client.send_code_requests(sealed)

        again = client.send_code_requests(sealed)

        assert again.refused[serial].code == ReasonCode.DUPLICATE_RECORD

    def test_something_sealed_to_another_key_is_refused(self, far_end):
        client = far_end.client
        client.register_numbers([HANAKO])
        file = client.fetch_code_file(client.request_code_file([HANAKO]))
        other = X25519PrivateKey.generate().public_key().public_bytes_raw()
        serial = file.requests[0].serial

        outcome = client.send_code_requests({serial: seal_for_juki(other, WHO[HANAKO])})

        assert outcome.refused[serial].code == ReasonCode.BAD_FIELD

    def test_an_open_individual_number_does_not_pass_for_a_sealed_one(self, far_end):
        with pytest.raises(CannotBeSent) as refused:
            far_end.client.send_code_requests({"00000000000000000001": WHO[HANAKO]})

        assert WHO[HANAKO] not in str(refused.value)

    def test_who_is_busy_is_found_the_second_time(self, far_end):
        client = far_end.client
        far_end.control("settings", codes_busy_one_in=1)
        acquire_codes(client, {HANAKO: WHO[HANAKO]})
        first = client.fetch_code_states(client.request_code_states([HANAKO]))[0]
        acquire_codes(client, {HANAKO: WHO[HANAKO]})
        second = client.fetch_code_states(client.request_code_states([HANAKO]))[0]

        assert (first.status, first.cause) == (CodeStatus.FAILED, BUSY)
        assert second.status == CodeStatus.ACQUIRED

    def test_who_is_unknown_stays_unknown(self, far_end):
        client = far_end.client
        far_end.control("settings", codes_nobody_one_in=1)
        for _ in range(2):
            acquire_codes(client, {HANAKO: WHO[HANAKO]})

        state = client.fetch_code_states(client.request_code_states([HANAKO]))[0]

        assert (state.status, state.cause) == (CodeStatus.FAILED, NOBODY)

    def test_a_file_that_is_not_made_yet_is_none(self, far_end):
        far_end.control("settings", file_delay=5)
        far_end.client.register_numbers([HANAKO])
        receipt = far_end.client.request_code_file([HANAKO])

        assert far_end.client.fetch_code_file(receipt) is None
        far_end.clock.let_pass(seconds=5)
        assert far_end.client.fetch_code_file(receipt) is not None

    def test_a_deleted_number_is_unknown_and_its_copies_are_gone(self, known_people):
        client = known_people.client
        client.register_copy(child_allowance("c1"))

        client.delete_numbers([HANAKO])

        states = client.fetch_code_states(client.request_code_states([HANAKO]))
        assert states[0].status == CodeStatus.UNKNOWN_NUMBER
        assert client.copy_summary(CHILD_ALLOWANCE).count == 0


class TestFlags:
    @pytest.mark.parametrize("flag", list(Flag))
    def test_is_set_and_cleared(self, known_people, flag):
        client = known_people.client
        client.set_flag(flag, [HANAKO], on=True)
        set_flags = client.flags([HANAKO, TARO])
        client.set_flag(flag, [HANAKO], on=False)

        assert [getattr(f, flag.value) for f in set_flags] == [True, False]
        assert not getattr(client.flags([HANAKO])[0], flag.value)

    def test_of_an_unknown_number_is_refused(self, far_end):
        outcome = far_end.client.set_flag(Flag.WITHHELD, [HANAKO], on=True)

        assert outcome.refused[HANAKO].code == ReasonCode.UNKNOWN_NUMBER


class TestCopies:
    def test_both_ends_agree_by_count_and_digest(self, known_people):
        client = known_people.client
        upload = client.register_copies([child_allowance("c1"), child_allowance("c2", TARO)])
        outcome = client.fetch_copy_results(upload.receipt)

        summary = client.copy_summary(CHILD_ALLOWANCE)

        assert set(outcome.accepted) == {"c1", "c2"}
        assert summary.count == 2
        assert summary.digest == xor(upload.digests.values())
        assert summary.buckets["01"][0] == 1
        assert [held.digest for held in client.copies_held(CHILD_ALLOWANCE, "02")] == [
            upload.digests["c2"]
        ]

    def test_a_copy_of_the_same_key_replaces_the_one_before(self, known_people):
        client = known_people.client
        client.register_copy(child_allowance("c1"))
        digest = client.register_copy(child_allowance("c2", items={"受給者区分": "2"}))

        summary = client.copy_summary(CHILD_ALLOWANCE)

        assert (summary.count, summary.digest) == (1, digest)

    def test_characters_outside_the_ordinary_keep_their_digest(self, known_people):
        client = known_people.client
        rare = {"氏名": "髙\U000e0100𠮷 <&>\"' ]]> \r\n終", "空": ""}

        digest = client.register_copy(child_allowance("c1", items=rare))

        assert client.copy_summary(CHILD_ALLOWANCE).digest == digest

    def test_a_record_id_is_taken_once(self, known_people):
        client = known_people.client
        client.register_copy(child_allowance("c1"))

        with pytest.raises(PlatformRefused) as refused:
            client.register_copy(child_allowance("c1", TARO))

        assert refused.value.reason.code == ReasonCode.DUPLICATE_RECORD
        assert refused.value.reason.text == "「レコード識別番号」が既に存在しています。"

    def test_an_unknown_number_is_refused_and_the_rest_is_kept(self, known_people):
        client = known_people.client
        upload = client.register_copies(
            [child_allowance("c1"), child_allowance("c2", "000000000000999")]
        )

        outcome = client.fetch_copy_results(upload.receipt)

        assert outcome.accepted == ("c1",)
        assert outcome.refused["c2"].code == ReasonCode.UNKNOWN_NUMBER

    def test_is_deleted_by_its_key(self, known_people):
        client = known_people.client
        client.register_copy(child_allowance("c1"))

        receipt = client.delete_copies(
            [CopyKey("d1", HANAKO, CHILD_ALLOWANCE, "0001", "1", "0001")]
        )

        assert client.fetch_copy_results(receipt).accepted == ("d1",)
        assert client.copy_summary(CHILD_ALLOWANCE).count == 0

    def test_an_end_before_the_beginning_is_refused(self, known_people):
        with pytest.raises(PlatformRefused) as refused:
            known_people.client.register_copy(
                child_allowance("c1", published_until=date(2025, 1, 1))
            )

        assert refused.value.reason.code == ReasonCode.BAD_FIELD


class TestTheLine:
    def test_a_production_message_is_refused_by_the_simulator(self, far_end):
        client = PlatformClient(
            "http://127.0.0.1",
            sender_code=SAPPORO,
            mode=Mode.PRODUCTION,
            transport=InProcess(far_end.app),
        )

        with pytest.raises(PlatformRefused):
            client.register_numbers([HANAKO])
        assert far_end.state()["numbers"] == 0

    def test_another_sender_is_refused(self, far_end):
        client = PlatformClient(
            "http://127.0.0.1", sender_code="0220101202501700", transport=InProcess(far_end.app)
        )

        with pytest.raises(PlatformRefused) as refused:
            client.register_numbers([HANAKO])

        assert refused.value.reason.code == ReasonCode.NOT_THIS_SENDER

    def test_plain_http_leaves_the_machine_under_no_setting(self):
        with pytest.raises(PlainHttpRefused):
            PlatformClient("http://platform.example/", sender_code=SAPPORO)

    def test_https_without_a_client_certificate_is_refused_too(self):
        with pytest.raises(PlainHttpRefused):
            PlatformClient("https://platform.example/", sender_code=SAPPORO)


def xor(digests) -> bytes:
    return reduce(lambda total, d: total ^ int.from_bytes(d), digests, 0).to_bytes(32)
