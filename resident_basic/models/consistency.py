"""整合性の指摘: what contradicts in the register, from its first finding until it is gone."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class ConsistencyFinding(models.Model):
    """
    One contradiction in the register (整合性の指摘), found by the 整合性確認.

    It is about a household (世帯番号) or a person (宛名番号), `number`; `resident_numbers` are all whom it
    concerns. What is found again stays one row with what staff said about it; what is found no more is
    closed, and begins anew if it comes back.
    """

    class Kind(models.TextChoices):
        """What contradicts."""

        NO_HEAD = "no_head", "世帯主のいない世帯"
        TWO_HEADS = "two_heads", "世帯主が複数いる世帯"
        DEAD_IN_HOUSEHOLD = "dead_in_household", "死亡者が世帯主のままの世帯"
        RELATIONSHIP = "relationship_contradiction", "続柄の矛盾"
        DUPLICATE = "duplicate_four_items", "基本4情報の重複"

    class State(models.TextChoices):
        """What staff said about it."""

        OPEN = "open", "未確認"
        CONFIRMED = "confirmed", "確認済(訂正待ち)"
        NOT_NEEDED = "not_needed", "対応不要"

    kind = models.CharField("種別", max_length=30, choices=Kind)
    number = models.CharField("対象番号", max_length=15)
    resident_numbers = ArrayField(models.CharField(max_length=15), verbose_name="関係する住民")
    municipality_code = models.CharField("区", max_length=6, blank=True, default="")
    detail = models.CharField("内容", max_length=200)
    found_at = models.DateTimeField("最初の確認日時")
    seen_at = models.DateTimeField("最後の確認日時")
    closed_at = models.DateTimeField("解消日時", null=True, blank=True)
    state = models.CharField("対応", max_length=10, choices=State, default=State.OPEN)
    reason = models.CharField("対応の理由", max_length=300, blank=True, default="")
    judged_by = models.CharField("対応者", max_length=120, blank=True, default="")
    judged_at = models.DateTimeField("対応日時", null=True, blank=True)

    class Meta:
        verbose_name = "整合性の指摘"
        verbose_name_plural = "整合性の指摘"
        constraints = [
            models.UniqueConstraint(
                name="one_open_finding_of_a_kind_per_number",
                fields=["kind", "number"],
                condition=Q(closed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="a_finding_is_closed_after_it_was_found",
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("found_at")),
            ),
            models.CheckConstraint(
                name="a_judged_finding_says_by_whom_and_why",
                condition=Q(state="open")
                | (Q(judged_at__isnull=False) & ~Q(judged_by="") & ~Q(reason="")),
            ),
        ]
        indexes = [
            models.Index(
                name="open_finding_by_kind",
                fields=["kind", "id"],
                condition=Q(closed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        # Nothing about the person: this text appears in lists and messages.
        return f"{self.get_kind_display()} {self.pk}"
