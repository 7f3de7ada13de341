"""Each bad day of the line becomes the right failure, against the simulator as it is run."""

import time
from collections.abc import Iterator

import pytest

from gateway.platform.client import PlatformClient
from gateway.platform.failures import (
    BadAnswer,
    PlatformBusy,
    PlatformClosed,
    PlatformUnreachable,
    ReasonCode,
    WhyBad,
)
from gateway.platform.messages import InquiryState
from tests.gateway.far_end import HANAKO, STRANGER, WHO, FarEndProcess, acquire_codes, inquiry


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FarEndProcess]:
    running = FarEndProcess(tmp_path_factory.mktemp("far_end")).start()
    with running.client() as client:
        acquire_codes(client, WHO)
        client.register_inquiries([inquiry("ready1"), inquiry("ready2", STRANGER)])
    yield running
    running.kill()


@pytest.fixture
def far_end(process: FarEndProcess) -> Iterator[FarEndProcess]:
    yield process
    process.control("faults", clear=True)


@pytest.fixture
def client(far_end: FarEndProcess) -> Iterator[PlatformClient]:
    with far_end.client(timeout=15.0) as client:
        yield client


@pytest.fixture
def hurried(far_end: FarEndProcess) -> Iterator[PlatformClient]:
    """A client that gives up after a second."""
    with far_end.client(timeout=1.0) as client:
        yield client


class TestNoAnswer:
    def test_a_refused_connection_was_not_received(self, far_end, client):
        far_end.control("faults", kind="refuse", seconds=1)
        time.sleep(0.2)

        with pytest.raises(PlatformUnreachable) as failed:
            client.operating_state()
        with pytest.raises(PlatformUnreachable) as failed:
            client.operating_state()

        assert not failed.value.maybe_received
        back_by = time.monotonic() + 10
        while time.monotonic() < back_by:
            try:
                assert client.operating_state().is_open
                break
            except PlatformUnreachable:
                time.sleep(0.1)
        else:
            pytest.fail("the door stayed shut")

    @pytest.mark.parametrize("kind", ["hang", "slow"])
    def test_no_answer_in_time_may_have_been_received(self, far_end, hurried, kind):
        far_end.control("faults", kind=kind, count=1, seconds=3)

        with pytest.raises(PlatformUnreachable) as failed:
            hurried.register_numbers([HANAKO])

        assert failed.value.maybe_received

    def test_half_an_answer_may_have_been_received(self, far_end, client):
        far_end.control("faults", kind="half", count=1)

        with pytest.raises(PlatformUnreachable) as failed:
            client.register_inquiries([inquiry("half1")])

        assert failed.value.maybe_received
        again = client.register_inquiries([inquiry("half1")])
        assert again.refused["half1"].code == ReasonCode.DUPLICATE_RECORD

    def test_a_lost_answer_is_found_by_sending_again(self, far_end, client):
        far_end.control("faults", kind="lost", count=1)
        with pytest.raises(PlatformUnreachable) as failed:
            client.upload_inquiries([inquiry("lost1")])

        receipt = client.upload_inquiries([inquiry("lost1")])

        assert failed.value.maybe_received
        outcome = client.fetch_inquiry_registration(receipt)
        assert outcome.refused["lost1"].code == ReasonCode.DUPLICATE_RECORD

    def test_a_server_error_may_have_been_received(self, far_end, client):
        far_end.control("faults", kind="server_error", count=1)

        with pytest.raises(PlatformUnreachable, match="500") as failed:
            client.register_numbers([HANAKO])

        assert failed.value.maybe_received

    def test_a_rate_limit_is_told_apart(self, far_end, client):
        far_end.control("faults", kind="rate_limit", rate=0.001)
        client.register_numbers([HANAKO])  # the one that the bucket holds

        with pytest.raises(PlatformBusy) as failed:
            client.register_numbers([HANAKO])

        assert not failed.value.maybe_received
        assert failed.value.retry_after == 1.0

    def test_a_fault_is_for_the_interfaces_it_names(self, far_end, client):
        far_end.control("faults", kind="server_error", interfaces="IF_DBM_*")

        assert client.register_numbers([HANAKO]).accepted

    def test_a_closed_platform_is_no_fault(self, far_end, client):
        far_end.control("close", seconds=60)
        try:
            with pytest.raises(PlatformClosed) as closed:
                client.register_numbers([HANAKO])
        finally:
            far_end.control("open", by_hours=True)

        assert closed.value.reopens_at is not None


class TestBadAnswers:
    @pytest.mark.parametrize(
        ("kind", "why"),
        [
            ("wrong_encoding", WhyBad.WRONG_ENCODING),
            ("not_xml", WhyBad.NOT_XML),
            ("entity", WhyBad.FORBIDDEN_XML),
            ("oversized", WhyBad.TOO_LARGE),
        ],
    )
    def test_online(self, far_end, client, kind, why):
        far_end.control("faults", kind=kind, count=1)

        with pytest.raises(BadAnswer) as failed:
            client.inquiry_results(["ready1"])

        assert failed.value.why == why
        assert client.inquiry_results(["ready1"])[0].state == InquiryState.ANSWERED

    @pytest.mark.parametrize(
        ("kind", "why"),
        [
            ("wrong_encoding", WhyBad.WRONG_ENCODING),
            ("not_xml", WhyBad.NOT_XML),
            ("entity", WhyBad.FORBIDDEN_XML),
            ("oversized", WhyBad.TOO_LARGE),
            ("zip_bomb", WhyBad.ZIP_BOMB),
        ],
    )
    def test_in_files(self, far_end, client, kind, why):
        receipt = client.upload_result_request(["ready1"])
        far_end.control("faults", kind=kind, count=1)

        with far_end.client(timeout=10) as patient, pytest.raises(BadAnswer) as failed:
            patient.fetch_results(receipt)

        assert failed.value.why == why
        assert client.fetch_results(receipt)[0].state == InquiryState.ANSWERED

    @pytest.mark.parametrize("kind", ["duplicate", "out_of_order"])
    def test_the_same_in_another_order_is_no_harm(self, far_end, client, kind):
        ordinary = client.inquiry_results(["ready1", "ready2"])
        far_end.control("faults", kind=kind, count=1)

        assert client.inquiry_results(["ready1", "ready2"]) == ordinary

    @pytest.mark.parametrize(
        ("kind", "why"), [("contradict", WhyBad.CONTRADICTION), ("foreign", WhyBad.NOT_ASKED)]
    )
    def test_what_cannot_be_believed_is_refused_whole(self, far_end, client, kind, why):
        far_end.control("faults", kind=kind, count=1)

        with pytest.raises(BadAnswer) as failed:
            client.inquiry_results(["ready1", "ready2"])

        assert failed.value.why == why

    def test_nothing_of_the_answer_is_in_the_failure(self, far_end, client):
        far_end.control("faults", kind="not_xml", count=1)

        with pytest.raises(BadAnswer) as failed:
            client.inquiry_results(["ready1"])

        told = f"{failed.value!r} {failed.value.__cause__!r} {failed.value.__context__!r}"
        assert "総所得金額等" not in told
        assert HANAKO not in told


class TestKilled:
    def test_what_was_acknowledged_survives_a_kill(self, tmp_path):
        running = FarEndProcess(tmp_path).start()
        with running.client() as client:
            acquire_codes(client, WHO)
            client.register_inquiries([inquiry("i1", tax_year=2024)])
            receipt = client.upload_result_request(["i1"])
            running.control("close", until="2099-01-01T00:00:00+09:00")
            before = running.state()
        running.kill()

        running.start()
        after = running.state()
        running.control("open", by_hours=True)
        with running.client() as client:
            results = client.fetch_results(receipt)
            again = client.register_inquiries([inquiry("i1", tax_year=2024)])
            records = client.fetch_exchange_records(client.request_exchange_records())
        running.kill()

        told = ("numbers", "codes", "copies", "inquiries", "open", "reopens_at")
        assert {name: after[name] for name in told} == {name: before[name] for name in told}
        assert results
        assert records
        assert results[0].items["総所得金額等"] == "5200000"
        assert again.refused["i1"].code == ReasonCode.DUPLICATE_RECORD
        assert [record.our_record_id for record in records] == ["i1"]

    def test_no_individual_number_is_in_what_it_keeps(self, tmp_path):
        running = FarEndProcess(tmp_path).start()
        with running.client() as client:
            acquire_codes(client, WHO)
        running.kill()

        kept = (tmp_path / "state" / "journal.jsonl").read_text("utf-8")

        assert HANAKO in kept
        assert not [number for number in WHO.values() if number in kept]
