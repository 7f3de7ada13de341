"""The feed: no change is missed, none is read twice, however commits fall."""

import threading

import psycopg
import pytest
from django.db import connection

from sapporo_base.feed import Feed, create_feed

TABLE = "tests_feed"


@pytest.fixture
def feed(transactional_db):
    """A feed over a table of its own, gone after the test."""
    operation = create_feed(TABLE)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {TABLE} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, word text)"
        )
        cursor.execute(operation.sql)
    yield Feed(TABLE)
    with connection.cursor() as cursor:
        cursor.execute(operation.reverse_sql)
        cursor.execute(f"DROP TABLE {TABLE}")


@pytest.fixture
def other_connection():
    """Return a maker of real connections beside Django's."""
    opened = []

    def connect():
        parameters = connection.get_connection_params()
        for unwanted in ("cursor_factory", "context", "server_side_binding", "prepare_threshold"):
            parameters.pop(unwanted, None)
        opened.append(psycopg.connect(**parameters))
        return opened[-1]

    yield connect
    for one in opened:
        one.close()


def write(one, *words):
    for word in words:
        one.execute(f"INSERT INTO {TABLE} (word) VALUES (%s)", [word])


def words(places):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, word FROM {TABLE}")
        known = dict(cursor.fetchall())
    return [known[place.entry_id] for place in places]


@pytest.mark.django_db(transaction=True)
class TestFeed:
    def test_who_commits_late_comes_later_and_is_not_missed(self, feed, other_connection):
        """Two writers commit out of order while a third holds a long transaction open."""
        early, late, long = other_connection(), other_connection(), other_connection()
        write(long, "long")
        write(late, "late 1")
        write(early, "early 1", "early 2")
        early.commit()

        first = feed.after(0, limit=10)
        assert words(first) == ["early 1", "early 2"]

        write(late, "late 2")
        late.commit()
        second = feed.after(first[-1].receipt, limit=10)
        assert words(second) == ["late 1", "late 2"]

        long.commit()
        third = feed.after(second[-1].receipt, limit=10)
        assert words(third) == ["long"]
        assert words(feed.after(0, limit=10)) == ["early 1", "early 2", "late 1", "late 2", "long"]

    def test_a_change_rolled_back_leaves_no_gap(self, feed, other_connection):
        one = other_connection()
        write(one, "regretted")
        one.rollback()
        write(one, "kept")
        one.commit()
        assert [
            (place.receipt, word)
            for place, word in zip(feed.after(0, limit=5), ["kept"], strict=True)
        ] == [(1, "kept")]

    def test_reads_in_pages_by_receipt(self, feed, other_connection):
        one = other_connection()
        write(one, *"abcdefg")
        one.commit()
        page = feed.after(0, limit=3)
        assert words(page) == ["a", "b", "c"]
        assert words(feed.after(page[-1].receipt, limit=3)) == ["d", "e", "f"]
        assert feed.head() == 7

    def test_two_publishers_at_once_give_each_row_one_place(self, feed, other_connection):
        def publish_often():
            for _ in range(20):
                feed.publish()
            connection.close()

        def write_often(name):
            one = other_connection()
            for number in range(25):
                write(one, f"{name}{number}")
                one.commit()

        workers = [threading.Thread(target=publish_often) for _ in range(2)]
        workers += [threading.Thread(target=write_often, args=(name,)) for name in "xyz"]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        read = words(feed.after(0, limit=1000))
        assert len(read) == len(set(read)) == 75
        for name in "xyz":
            own = [word for word in read if word[0] == name]
            assert own == [f"{name}{number}" for number in range(25)]

    @pytest.mark.parametrize("deleted", [(), (3,)], ids=["in_a_row", "with_a_gap"])
    def test_masses_wait_as_one_stretch_and_get_a_place_each(self, feed, other_connection, deleted):
        """Where another writer drew an id between theirs, they wait one by one."""
        one = other_connection()
        ids = [number for number in range(1, 6) if number not in deleted]
        one.execute(
            f"INSERT INTO {TABLE} (id, word) OVERRIDING SYSTEM VALUE"
            " SELECT id, 'word ' || id FROM unnest(%s::bigint[]) AS id",
            [ids],
        )
        waiting = one.execute(f"SELECT count(*) FROM {TABLE}_pending").fetchone()[0]
        one.commit()
        assert waiting == (len(ids) if deleted else 1)
        assert [(place.receipt, place.entry_id) for place in feed.after(0, limit=10)] == list(
            enumerate(ids, 1)
        )
        assert feed.publish() == 0
