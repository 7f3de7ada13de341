"""`kill -9` in the middle of a reception, then again: nothing is lost, nothing is done twice."""

import sys

import psycopg
import pytest

pytestmark = pytest.mark.slow

SOME_REJECTED = 1
NOTHING_STORED = 2
# Where the reception is killed: while it stages, at each table of its one transaction in the order in
# which it comes to them, and at the record of what it did.
POINTS_OF_A_RECEPTION = [
    "sapporo_base_rejectedrow",
    "resident_basic_resident",
    "resident_basic_residentversion",
    "resident_basic_residentchange",
    "resident_basic_supportmeasure",
    "integrated_address_integratedaddressee",
    "integrated_address_individualnumber",
    "integrated_address_businessnumber",
    "integrated_address_coderequest",
    "sapporo_base_linkagerecord",
]
RUNS = "SELECT state, count(*) FROM sapporo_base_batchrun GROUP BY 1"
REJECTS = "SELECT row_number, item, code FROM sapporo_base_rejectedrow ORDER BY 1, 2"


def test_a_reception_killed_at_any_point_ends_like_one_that_nobody_disturbed(installation):
    with psycopg.connect(installation.cluster.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE undisturbed TEMPLATE sapporo")
    installation.manage(
        *("receive_residents", installation.full),
        code=SOME_REJECTED,
        url=installation.cluster.url("undisturbed"),
    )
    nothing = installation.outcome()
    receive = [sys.executable, "manage.py", "receive_residents", str(installation.full)]

    for table in POINTS_OF_A_RECEPTION:
        installation.stop_at(
            table,
            lambda: installation.start("reception", receive),
            lambda: installation.kill("reception"),
        )
        assert installation.outcome() == nothing, table
        assert installation.ask(RUNS) == [("running", 1)]
    installation.manage("receive_residents", installation.full, code=SOME_REJECTED)

    assert installation.outcome() == installation.outcome(database="undisturbed")
    assert installation.ask(RUNS) == [("rejected", 1)]
    assert installation.ask(REJECTS) == installation.ask(REJECTS, database="undisturbed")
    good = installation.expected["files"][installation.full.name]["good"]
    assert installation.outcome()["addressees"] == [(good,)]

    # The database dies under the next one, a day's 異動: the command says so, and is run again.
    day = installation.city / installation.days[0]
    before = installation.outcome()
    installation.stop_at(
        "resident_basic_residentchange",
        lambda: installation.start("reception", [*receive[:-1], str(day)]),
        installation.kill_database,
    )
    assert installation.running.pop("reception").wait(30) == NOTHING_STORED
    assert "データベースを利用できない" in installation.log("reception")
    installation.manage("database", "start")
    assert installation.outcome() == before
    installation.manage("receive_residents", day, code=SOME_REJECTED)
    rows = installation.expected["files"][day.name]["good"]
    assert len(installation.outcome()["versions"]) == len(before["versions"]) + rows
    installation.manage("verify_records")
