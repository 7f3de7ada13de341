"""What conversion leaves behind: examples that must stay as they are, codes nobody maps, characters lost."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class GoldenExample(models.Model):
    """
    One example of a layout (変換見本): these values, and the bytes that they must become.

    Values are made up: an example outlives every retention period, so nobody real may be in it.
    """

    layout_code = models.SlugField("レイアウト", max_length=60)
    name = models.CharField("見本の名称", max_length=100)
    rows = models.JSONField("値")
    expected = models.BinaryField("書き出される内容")
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日", null=True, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="登録者",
    )
    added_at = models.DateTimeField("登録日時")

    class Meta:
        verbose_name = "変換見本"
        verbose_name_plural = "変換見本"
        constraints = [
            models.UniqueConstraint(
                name="one_open_golden_example_per_name",
                fields=["layout_code", "name"],
                condition=Q(valid_until__isnull=True),
            ),
            models.CheckConstraint(
                name="golden_example_ends_after_it_begins",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UnmappedCode(models.Model):
    """A code that was met and that its table does not have (未対応コード): how often, where first and last."""

    class Direction(models.TextChoices):
        """Which way it was to be converted."""

        INWARD = "inward", "受領"
        OUTWARD = "outward", "送付"

    table_code = models.SlugField("コード表ID", max_length=60)
    direction = models.CharField("方向", max_length=7, choices=Direction)
    code = models.CharField("コード", max_length=20)
    count = models.PositiveBigIntegerField("件数")
    first_met_at = models.DateTimeField("最初に現れた日時")
    last_met_at = models.DateTimeField("最後に現れた日時")
    layout_code = models.SlugField("レイアウト", max_length=60)
    item = models.CharField("項目", max_length=100)
    place = models.CharField("現れた場所", max_length=200)
    settled_at = models.DateTimeField("登録日時", null=True, blank=True)

    class Meta:
        verbose_name = "未対応コード"
        verbose_name_plural = "未対応コード"
        constraints = [
            models.UniqueConstraint(
                name="one_unmapped_code_per_table_and_direction",
                fields=["table_code", "direction", "code"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table_code} {self.code}"


class ConversionLoss(models.Model):
    """
    One character that a receiver could not hold (縮退記録): in which record and item, what, by which rule.

    The original stands in the register, under the record's number; position and original lead back to it.
    """

    class Origin(models.TextChoices):
        """On which way it was lost."""

        FILE = "file", "日次ファイル"
        COPY = "copy", "副本"
        RESULT = "result", "照会結果"

    id = models.BigAutoField("縮退記録番号", primary_key=True)
    at = models.DateTimeField("変換日時")
    origin = models.CharField("経路", max_length=6, choices=Origin)
    system = models.ForeignKey(
        "sapporo_base.BusinessSystem",
        on_delete=models.PROTECT,
        null=True,
        verbose_name="庁内業務システム",
    )
    layout_code = models.SlugField("レイアウト", max_length=60)
    layout_version = models.PositiveSmallIntegerField("版")
    record = models.CharField("レコード", max_length=120)
    item = models.CharField("項目", max_length=100)
    position = models.PositiveIntegerField("文字の位置")
    original = models.CharField("元の文字", max_length=20)
    replacement = models.CharField("置き換えた文字", max_length=20)
    rule = models.CharField("規則", max_length=30)
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "縮退記録"
        verbose_name_plural = "縮退記録"
        indexes = [
            models.Index(fields=["layout_code", "-at"], name="loss_by_layout"),
            models.Index(fields=["origin", "record"], name="loss_by_record"),
        ]

    def __str__(self) -> str:
        return f"{self.original}→{self.replacement}"
