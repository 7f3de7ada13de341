"""How far each consumer is: changes not delivered, not acknowledged, skipped, and how old they are."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import BigIntegerField, Case, DateTimeField, F, QuerySet, Value, When
from django.db.models.expressions import CombinedExpression, RawSQL

from resident_basic.models import Delivery
from resident_basic.selectors.deliveries import FORMS
from resident_basic.selectors.disclosure import CHANGES
from sapporo_base.models import LinkageRecord

LATE_AFTER: Final = timedelta(days=1)
"""A change that is older than this and was not delivered or acknowledged needs someone's eyes."""

_RECORDED_AT: Final = f"""(
    SELECT c.recorded_at FROM {CHANGES.position_table} p
    JOIN resident_basic_residentchange c ON c.id = p.entry_id
    WHERE p.position = resident_basic_delivery.{{column}} + 1 AND resident_basic_delivery.reads_feed
)"""


def consumers() -> QuerySet[Delivery]:
    """
    Return the 配信状況 of every consumer with its lag.

    `behind` and `unconfirmed` count changes, `waiting_since` is the moment of the oldest change
    that was not delivered, `unconfirmed_since` of the oldest that was not acknowledged (None where
    there is none). A system that was approved and never asked for anything is behind by all of them,
    unless it is one that reads no feed.
    """
    head = Value(CHANGES.head(), output_field=BigIntegerField())
    return Delivery.objects.select_related("system").annotate(
        head=head,
        behind=_where_read(head - F("read_until")),
        unconfirmed=_where_read(F("read_until") - F("acknowledged_until")),
        waiting_since=_recorded_at("read_until"),
        unconfirmed_since=_recorded_at("acknowledged_until"),
    )


def _where_read(count: CombinedExpression) -> Case:
    # Who reads no feed has nothing open in it.
    return Case(When(reads_feed=True, then=count), default=0, output_field=BigIntegerField())


def _recorded_at(column: str) -> RawSQL:
    # The column is named by this module alone.
    return RawSQL(  # noqa: S611
        _RECORDED_AT.format(column=column), [], output_field=DateTimeField(null=True)
    )


def is_late(delivery: Any, *, at: datetime) -> bool:
    """Say of one of `consumers` whether it keeps changes waiting, unread or unacknowledged."""
    since = delivery.unconfirmed_since
    return since is not None and at - since > LATE_AFTER


def deliveries_to(system_code: str) -> QuerySet[LinkageRecord]:
    """Return the deliveries to a system in every form, refusals among them, newest first."""
    return LinkageRecord.objects.filter(receiver_code=system_code, kind__in=FORMS).order_by(
        "-at", "-pk"
    )
