"""The two axes of time that facts about people have."""

from django.db import models
from django.db.models import Q

OPEN = Q(valid_until__isnull=True, superseded_at__isnull=True)
KNOWN = Q(superseded_at__isnull=True)
CLOSED = Q(superseded_at__isnull=True, valid_until__isnull=False)
SUPERSEDED = Q(superseded_at__isnull=False)
PAST = Q(superseded_at__isnull=False) | Q(valid_until__isnull=False)


class TwoAxes(models.Model):
    """
    A fact with two axes of time: when it was true, and when the city knew it.

    Nothing is overwritten: a fact that ends, or was wrong, is superseded, and what is known now
    is a new row. The open row (no end, not superseded) is what holds today.
    """

    valid_from = models.DateField("有効開始日")
    valid_until = models.DateField("有効終了日", null=True, blank=True)
    recorded_at = models.DateTimeField("記録日時")
    superseded_at = models.DateTimeField("更新日時", null=True, blank=True)

    class Meta:
        abstract = True
