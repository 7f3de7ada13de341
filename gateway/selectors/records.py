"""情報提供等記録 that differ from ours and that nobody has looked into yet."""

from django.db.models import QuerySet

from gateway.models import ExchangeRecord

_SETTLED = (ExchangeRecord.Comparison.EQUAL, ExchangeRecord.Comparison.CONFIRMED)


def different_records() -> QuerySet[ExchangeRecord]:
    """Return the records that differ and wait for a person."""
    return ExchangeRecord.objects.exclude(comparison__in=_SETTLED)


def is_different_record(record_id: int | str) -> bool:
    """Say whether one of them waits for a person."""
    return different_records().filter(pk=record_id).exists()
