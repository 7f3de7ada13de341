"""
An ordered feed over a table: no change is missed, none is read twice.

A number drawn inside a transaction is no order: whoever commits late would be skipped by readers
that are past it. So a row gets its position after its commit. A trigger puts the ids of new rows
into `<table>_pending`, those of two million rows that follow one another as one stretch; the
publisher, one at a time, moves what it can see (what is committed) from there into
`<table>_position`. Positions live in a table of their own and survive a restore. A long transaction
delays its own rows and nobody else's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, migrations, transaction

from sapporo_base.acts import InvalidRequest
from sapporo_base.bulk import indexes_last

_CREATE = """
CREATE TABLE {table}_pending (entry_id bigint NOT NULL, last_id bigint NOT NULL);
CREATE TABLE {table}_position (
    position bigint PRIMARY KEY,
    entry_id bigint NOT NULL UNIQUE
);
CREATE FUNCTION {table}_enters_the_feed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    first bigint;
    last bigint;
    rows bigint;
BEGIN
    SELECT min(id), max(id), count(*) INTO first, last, rows FROM entered;
    IF last - first + 1 = rows THEN
        INSERT INTO {table}_pending (entry_id, last_id) VALUES (first, last);
    ELSE
        INSERT INTO {table}_pending (entry_id, last_id) SELECT id, id FROM entered;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER enters_the_feed AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS entered
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_enters_the_feed();
"""
_DROP = """
DROP TRIGGER enters_the_feed ON {table};
DROP FUNCTION {table}_enters_the_feed();
DROP TABLE {table}_position;
DROP TABLE {table}_pending;
"""
_PUBLISH = """
WITH taken AS (DELETE FROM {table}_pending RETURNING entry_id, last_id),
head AS (SELECT coalesce(max(position), 0) AS position FROM {table}_position)
INSERT INTO {table}_position (position, entry_id)
SELECT head.position + row_number() OVER (ORDER BY one.entry_id), one.entry_id
FROM taken, head, generate_series(taken.entry_id, taken.last_id) AS one (entry_id)
"""

_NOTHING_PENDING = "SELECT NOT EXISTS (SELECT FROM {table}_pending)"
# Between publishing and standing still a commit may slip in; each try is a moment of its own.
_TRIES: Final = 100
# JSON has no control characters, so nothing is ever quoted: a line is what the query returned.
_LINES: Final = "COPY ({query}) TO STDOUT WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')"


def create_feed(table: str) -> migrations.RunSQL:
    """Return the migration operation that makes a feed of `table`, whose key is `id bigint`."""
    return migrations.RunSQL(_CREATE.format(table=table), _DROP.format(table=table))


@dataclass(frozen=True, slots=True)
class Place:
    """One row of a feed: its receipt and the id of the row."""

    receipt: int
    entry_id: int


class ReceiptUnknown(InvalidRequest):
    """A receipt that was never given: one of the two sides was restored from an older state."""

    code = "receipt_unknown"
    message = (
        "まだ発行していない受領番号です。どちらかのシステムが過去の状態に復元された可能性があります。"
        "全件を受け取り直してください。"
    )


class NeverStill(Exception):
    """The feed could not be caught between two commits; whoever asked may ask again."""


class Standstill:
    """
    The database as it stood at one receipt, on a connection of its own (REPEATABLE READ).

    Whoever goes on reading the feed after `receipt` misses nothing and reads nothing twice. Holds
    back no writer; `close` it, for what it sees can't be cleaned away meanwhile. Whoever reads too
    slowly is cut off by the server after `longest`.
    """

    longest = "2h"

    def __init__(self, feed: "Feed") -> None:
        """:raises NeverStill: there was no moment without an unpublished row."""
        self._connection = connection.copy()
        try:
            self.receipt = self._stand(feed)
        except BaseException:
            self.close()
            raise

    def _stand(self, feed: "Feed") -> int:
        for _ in range(_TRIES):
            feed.publish(wait=True)
            with self._connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('transaction_timeout', %s, false)", [self.longest]
                )
                cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                cursor.execute(_NOTHING_PENDING.format(table=feed.table))
                if cursor.fetchone()[0]:
                    cursor.execute(f"SELECT coalesce(max(position), 0) FROM {feed.position_table}")
                    return int(cursor.fetchone()[0])
                cursor.execute("ROLLBACK")
        raise NeverStill

    def claim(self, name: str) -> bool:
        """Take a name for as long as this stands; False where another standstill has it."""
        return bool(self.value("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name]))

    def value(self, query: str, parameters: Sequence[Any] = ()) -> Any:
        """Return the one value of a query."""
        with self._connection.cursor() as cursor:
            cursor.execute(query, parameters)
            return cursor.fetchone()[0]

    def json_lines(self, query: str) -> Iterator[bytes]:
        """Yield what a query of one column of JSON returns, a line each; memory stays flat."""
        with self._connection.cursor() as cursor, cursor.copy(_LINES.format(query=query)) as copy:
            while line := copy.read():
                yield bytes(line)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()


class Feed:
    """
    The feed of one table. A receipt is the position up to which a reader has read; 0 is the start.
    """

    def __init__(self, table: str) -> None:
        self.table = table
        self.position_table = f"{table}_position"

    def publish(self, *, wait: bool = False, many: int = 0) -> int:
        """
        Give positions to all committed rows that have none; return how many.

        Where another publisher is at work, nothing is done: its result serves us too. Who must see
        the result at once may `wait` for it.

        :param many: about how many wait; of masses in a feed without a row the indexes are built last.
        """
        with transaction.atomic(), connection.cursor() as cursor:
            # In a statement of its own: the next one must see what the last publisher committed.
            if wait:
                cursor.execute(
                    "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [self.table]
                )
            else:
                cursor.execute(
                    "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [self.table]
                )
                if not cursor.fetchone()[0]:
                    return 0
            with indexes_last(self.position_table, added=many):
                cursor.execute(_PUBLISH.format(table=self.table))
                return int(cursor.rowcount)

    def after(self, receipt: int, *, limit: int) -> Sequence[Place]:
        """Return up to `limit` places after the receipt, in order; publishes first."""
        self.publish()
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT position, entry_id FROM {self.position_table}"
                " WHERE position > %s ORDER BY position LIMIT %s",
                [receipt, limit],
            )
            return [Place(*row) for row in cursor.fetchall()]

    def refuse_ahead(self, receipt: int) -> None:
        """:raises ReceiptUnknown: the receipt lies beyond the newest."""
        if receipt > self.head():
            raise ReceiptUnknown

    def head(self) -> int:
        """Return the receipt of the newest published row; publishes first."""
        self.publish()
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT coalesce(max(position), 0) FROM {self.position_table}")
            return int(cursor.fetchone()[0])
