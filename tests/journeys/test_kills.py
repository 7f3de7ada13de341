"""`kill -9` in the middle of a reception, then again: nothing is lost, nothing is done twice."""

import sys

import psycopg
import pytest

pytestmark = pytest.mark.slow

SOME_REJECTED = 1
# Where the reception is killed: at its first write, while it numbers, and at its last write.
POINTS_OF_A_RECEPTION = [
    "resident_basic_residentversion",
    "integrated_address_individualnumber",
    "integrated_address_coderequest",
]


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
    installation.manage("receive_residents", installation.full, code=SOME_REJECTED)

    assert installation.outcome() == installation.outcome(database="undisturbed")
    good = installation.expected["files"][installation.full.name]["good"]
    assert installation.outcome()["addressees"] == [(good,)]
    installation.manage("verify_records")
