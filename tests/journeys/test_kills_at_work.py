"""`kill -9` of worker, database and web while the city works: nothing is lost, nothing done twice."""

import threading
from collections.abc import Callable, Mapping

import pytest

from sapporo_base.rehearsal import wait_until
from tests.journeys.installation import Installation
from tests.journeys.outside import BusinessSystem, FarEnd, Person, residents

pytestmark = pytest.mark.slow

SOME_REJECTED = 1
HOUSEHOLD = "TM99000000000001"
# Leases short enough to be taken over while the test looks on.
HURRY = {"EXCHANGE_LEASE_SECONDS": "4", "PLATFORM_TIMEOUT_SECONDS": "3"}
# Nobody's 符号 is busy or unknown, and answers come soon.
KIND = {"codes_busy_one_in": 0, "codes_nobody_one_in": 0, "code_delay": 0.3, "answer_delay": 0.1}
OPEN_CODES = "SELECT 1 FROM gateway_platformnumber WHERE code_state <> 'acquired'"
OPEN_COPIES = "SELECT 1 FROM gateway_copy WHERE state <> 'forwarded'"
OPEN_INQUIRIES = "SELECT 1 FROM gateway_inquiry WHERE settled_at IS NULL"


def test_a_city_at_work_survives_kills_of_worker_database_and_web(installation: Installation):
    installation.environment |= HURRY
    installation.start("platform")
    installation.manage("receive_residents", installation.full, code=SOME_REJECTED)
    for name in ("web", "worker-interactive", "scheduler"):
        installation.start(name)
    with FarEnd(installation) as platform, BusinessSystem(installation) as allowance:
        wait_until("the platform is up", platform.is_up, seconds=30)
        platform.tell("settings", **KIND)
        wait_until("the web server answers", allowance.is_served, seconds=30)
        allowance.sign_in()
        people = residents(installation, 20)
        allowance.number(people)

        the_worker_is_killed(installation, platform, allowance, people)
        the_database_is_killed(installation, allowance, people)
        the_web_server_is_killed(installation, allowance, people)

        everything_is_done_once(installation, platform, allowance)


def the_worker_is_killed(
    installation: Installation, platform: FarEnd, allowance: BusinessSystem, people: list[Person]
) -> None:
    """In the middle of 符号取得, of copies, of inquiries: before the message arrived, or after it."""
    platform.tell("faults", kind="slow", interfaces="IF_FGU_20215", count=1, seconds=2.0)
    platform.tell("faults", kind="hang", interfaces="IF_DBM_20113", count=1)
    installation.start("worker-bulk")
    killed = kill_when_hit(installation, platform, "worker-bulk", faults_left=1)
    killed += kill_when_hit(installation, platform, "worker-bulk")
    wait_until("all 符号 are acquired", nothing(installation, OPEN_CODES), seconds=40)
    wait_until("all copies are forwarded", nothing(installation, OPEN_COPIES), seconds=40)

    platform.tell("faults", kind="slow", interfaces="IF_SKI_10111", count=1, seconds=2.0)
    allowance.inquire({f"counter-{n}": people[n] for n in range(20)}, lane="interactive")
    killed += kill_when_hit(installation, platform, "worker-interactive")
    platform.tell("faults", kind="slow", interfaces="IF_SKI_10123", count=1, seconds=2.0)
    allowance.inquire({f"by file-{n}": people[n] for n in range(20)})
    killed += kill_when_hit(installation, platform, "worker-bulk")
    wait_until("all inquiries are answered", nothing(installation, OPEN_INQUIRIES), seconds=40)

    works = installation.ask(
        f"SELECT work, state FROM gateway_exchange WHERE id IN {tuple(killed)}"
    )
    assert {state for _, state in works} == {"done"}
    assert {"request_codes", "register_copies", "ask"} <= {work for work, _ in works}


def kill_when_hit(
    installation: Installation, platform: FarEnd, worker: str, *, faults_left: int = 0
) -> list[int]:
    """Kill a worker while it waits for the platform, start another; return what the first leased."""
    wait_until("a worker waits", lambda: len(platform.state()["faults"]) == faults_left, seconds=40)
    installation.kill(worker)
    leased = installation.ask("SELECT id FROM gateway_exchange WHERE leased_until > now()")
    assert leased
    installation.start(worker)
    return [number for (number,) in leased]


def the_database_is_killed(
    installation: Installation, allowance: BusinessSystem, people: list[Person]
) -> None:
    """While web and workers are busy; they find it again by themselves."""
    with allowance.asking_all_the_time("database", people):
        enough = len(allowance.acknowledged) + 12
        wait_until("the city works", lambda: len(allowance.acknowledged) > enough, seconds=30)
        installation.kill_database()
        wait_until("a call fails", lambda: allowance.in_vain > 0, seconds=30)
        installation.manage("database", "start")
        enough = len(allowance.acknowledged) + 12
        wait_until("the city works again", lambda: len(allowance.acknowledged) > enough, seconds=30)

    wait_until("all inquiries are answered", nothing(installation, OPEN_INQUIRIES), seconds=40)
    assert {name for name, one in installation.running.items() if one.poll() is not None} == set()


def the_web_server_is_killed(
    installation: Installation, allowance: BusinessSystem, people: list[Person]
) -> None:
    """While it writes inquiries, and at any moment; what was not acknowledged is sent again."""
    asked = {f"counter-2-{n}": people[n] for n in range(10)}
    ask = threading.Thread(target=allowance.inquire, args=(asked,))
    installation.stop_at("gateway_inquiry", ask.start, lambda: installation.kill("web"))
    ask.join()
    assert allowance.acknowledged.isdisjoint(asked)
    ask_again(installation, allowance, asked)

    with allowance.asking_all_the_time("web", people):
        enough = len(allowance.acknowledged) + 6
        wait_until("the city works", lambda: len(allowance.acknowledged) > enough, seconds=30)
        installation.kill("web")
    ask_again(installation, allowance, allowance.sent)


def ask_again(
    installation: Installation, allowance: BusinessSystem, asked: Mapping[str, Person]
) -> None:
    """Start the web server and send under the same keys again."""
    installation.start("web")
    wait_until("the web server answers", allowance.is_served, seconds=30)
    keys = list(asked)
    for start in range(0, len(keys), 500):
        assert allowance.inquire({key: asked[key] for key in keys[start : start + 500]})


def everything_is_done_once(
    installation: Installation, platform: FarEnd, allowance: BusinessSystem
) -> None:
    """What both sides hold adds up, and the records are whole."""
    wait_until("all inquiries are answered", nothing(installation, OPEN_INQUIRIES), seconds=40)
    for kind in ("codes", "copies", "inquiries"):
        ids = [record[0] for record in platform.told(kind)]
        assert len(set(ids)) == len(ids), kind
    state = platform.state()
    held = installation.ask("SELECT count(*) FROM integrated_address_individualnumber")
    assert [(state["codes"]["acquired"],)] == held == [(state["numbers"],)]
    assert set(allowance.sent) == allowance.acknowledged
    asked = installation.ask("SELECT request_key FROM gateway_inquiry")
    assert sorted(key for (key,) in asked) == sorted(allowance.sent)
    assert state["inquiries"]["total"] == state["inquiries"]["answered"] == len(allowance.sent)
    results = "SELECT count(*), count(DISTINCT inquiry_id) FROM gateway_inquiryresult"
    assert installation.ask(results) == [(len(allowance.sent),) * 2]
    accepted = (
        "SELECT sum(subject_count) FROM sapporo_base_linkagerecord WHERE kind = 'inquiry_accepted'"
    )
    assert installation.ask(accepted) == [(len(allowance.sent),)]
    installation.manage("reconcile_copies", HOUSEHOLD)
    installation.manage("verify_records")


def nothing(installation: Installation, query: str) -> Callable[[], bool]:
    """Return a question: is there no such row?"""
    return lambda: not installation.ask(f"{query} LIMIT 1")
