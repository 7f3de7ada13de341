"""Who waits for whom: masses and 名寄せ for everybody, single acts for those alone."""

from django.db import connection

LOCK = "integrated_address numbering"
"""What masses hold alone and single acts together."""


def lock_everyone() -> None:
    """Let every numbering and linking that is under way end first, and no other begin before this ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [LOCK])


def wait_for_masses() -> None:
    """Let a bulk job or a 名寄せ that is under way end first; single acts don't wait for one another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [LOCK])
