"""Who waits for whom: masses and 名寄せ for everybody, single acts for those alone."""

from collections.abc import Iterable

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


def lock_people(numbers: Iterable[str]) -> None:
    """
    Let whoever changes something that is known of these people end first; what they wrote is seen by the next
    question. Always before a row of theirs is locked, so that nobody waits in a ring.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM integrated_address_integratedaddressee WHERE integrated_number = ANY(%s)"
            " ORDER BY integrated_number FOR NO KEY UPDATE",
            [sorted(set(numbers))],
        )
