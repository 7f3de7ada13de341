"""
Layouts (レイアウト) and code tables (コード表): how neighbours write their files, as dated data.
"""

from django.db import models
from django.db.models import F, Q


class Layout(models.Model):
    """
    One version of a file or message layout; `definition` is what `sapporo_base.layouts` reads.
    """

    code = models.SlugField("レイアウトコード", max_length=60)
    version = models.PositiveSmallIntegerField("版")
    name = models.CharField("名称", max_length=100)
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日", null=True, blank=True)
    definition = models.JSONField("定義")

    class Meta:
        verbose_name = "レイアウト"
        verbose_name_plural = "レイアウト"
        constraints = [
            models.UniqueConstraint(
                name="one_layout_per_code_and_version", fields=["code", "version"]
            ),
            models.CheckConstraint(
                name="layout_ends_after_it_begins",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} 第{self.version}版"


class CodeTable(models.Model):
    """One list of codes (コード表), ours or a neighbour's."""

    code = models.SlugField("コード表ID", max_length=60, unique=True)
    name = models.CharField("名称", max_length=100)
    source = models.CharField("出典", max_length=200, blank=True)

    class Meta:
        verbose_name = "コード表"
        verbose_name_plural = "コード表"

    def __str__(self) -> str:
        return self.name


class CodeEntry(models.Model):
    """One code (コード) of a table with its words, valid for a time."""

    table = models.ForeignKey(
        CodeTable, on_delete=models.CASCADE, related_name="entries", verbose_name="コード表"
    )
    code = models.CharField("コード", max_length=20)
    name = models.CharField("名称", max_length=200)
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日", null=True, blank=True)

    class Meta:
        verbose_name = "コード"
        verbose_name_plural = "コード"
        constraints = [
            models.UniqueConstraint(
                name="one_code_entry_per_start", fields=["table", "code", "valid_from"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
