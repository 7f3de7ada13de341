"""
Layouts (レイアウト), code tables (コード表) and character maps (文字対応表): how neighbours write, as dated
data in versions. A version that staff drafted is activated by another person, from a day.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class DraftedVersion(models.Model):
    """
    One version of a definition, from a day on. A version without a drafter came with the product.

    What staff have activated is never changed again (a trigger sees to it): the next is a new version.
    """

    class State(models.TextChoices):
        """Where it stands."""

        DRAFT = "draft", "改訂案"
        ACTIVE = "active", "承認済み"

    code = models.SlugField("識別名", max_length=60)
    version = models.PositiveSmallIntegerField("版")
    name = models.CharField("名称", max_length=100)
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日", null=True, blank=True)
    definition = models.JSONField("定義")
    state = models.CharField("状態", max_length=6, choices=State, default=State.ACTIVE)
    remark = models.CharField("改訂の理由", max_length=300, blank=True, default="")
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="起案者",
    )
    drafted_at = models.DateTimeField("起案日時", null=True)
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="承認者",
    )
    activated_at = models.DateTimeField("承認日時", null=True)
    broken_examples = models.PositiveSmallIntegerField("見本と異なる数", default=0)
    broken_reason = models.CharField("見本と異なる理由", max_length=300, blank=True, default="")

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_%(class)s_per_code_and_version", fields=["code", "version"]
            ),
            models.UniqueConstraint(
                name="one_%(class)s_draft_at_a_time",
                fields=["code"],
                condition=Q(state="draft"),
            ),
            models.UniqueConstraint(
                name="one_open_%(class)s_per_code",
                fields=["code"],
                condition=Q(state="active", valid_until__isnull=True),
            ),
            models.CheckConstraint(
                name="%(class)s_ends_after_it_begins",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
            models.CheckConstraint(
                name="%(class)s_is_activated_by_another_than_drafted_it",
                condition=Q(state="draft", drafted_by__isnull=False, activated_by__isnull=True)
                | Q(state="active", drafted_by__isnull=True, activated_by__isnull=True)
                | (
                    Q(
                        state="active",
                        drafted_by__isnull=False,
                        activated_by__isnull=False,
                        activated_at__isnull=False,
                    )
                    & ~Q(activated_by=F("drafted_by"))
                ),
            ),
            models.CheckConstraint(
                name="%(class)s_breaks_examples_for_a_reason",
                condition=Q(broken_examples=0) | ~Q(broken_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} 第{self.version}版"


class Layout(DraftedVersion):
    """
    One version of a file or message layout; `definition` is what `sapporo_base.layouts` reads.
    """

    class Meta(DraftedVersion.Meta):
        verbose_name = "レイアウト"
        verbose_name_plural = "レイアウト"
        permissions = [
            ("draft_layout", "レイアウトの改訂案を作成できる"),
            ("activate_layout", "レイアウトの改訂を承認できる"),
            ("add_golden_example", "変換見本を登録できる"),
        ]


class CharacterMap(DraftedVersion):
    """
    One version of the replacements that a receiver (or a sender's 外字) needs beside the general rules.

    `definition`: `target`, the character set, and `entries` with from, to, direction and note.
    """

    class Meta(DraftedVersion.Meta):
        verbose_name = "文字対応表"
        verbose_name_plural = "文字対応表"
        permissions = [
            ("draft_charactermap", "文字対応表の改訂案を作成できる"),
            ("activate_charactermap", "文字対応表の改訂を承認できる"),
        ]


class CodeTable(models.Model):
    """One list of codes (コード表), ours or a neighbour's; a neighbour's stands for one of ours."""

    code = models.SlugField("コード表ID", max_length=60, unique=True)
    name = models.CharField("名称", max_length=100)
    source = models.CharField("出典", max_length=200, blank=True)
    stands_for = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="counterparts",
        verbose_name="対応する市のコード表",
    )

    class Meta:
        verbose_name = "コード表"
        verbose_name_plural = "コード表"

    def __str__(self) -> str:
        return self.name


class CodeEntry(models.Model):
    """
    One code (コード) of a table with its words, valid for a time.

    In a neighbour's table `counterpart` is our code that it stands for, `direction` whether on the
    way in, on the way out, or both: two of theirs may become one of ours, and only one goes back.
    """

    class Direction(models.TextChoices):
        """Which way the code is converted."""

        BOTH = "both", "双方向"
        INWARD = "inward", "受領のみ"
        OUTWARD = "outward", "送付のみ"

    table = models.ForeignKey(
        CodeTable, on_delete=models.CASCADE, related_name="entries", verbose_name="コード表"
    )
    code = models.CharField("コード", max_length=20)
    name = models.CharField("名称", max_length=200)
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日", null=True, blank=True)
    counterpart = models.CharField("市のコード", max_length=20, blank=True, default="")
    direction = models.CharField(
        "変換の方向", max_length=7, choices=Direction, default=Direction.BOTH
    )

    class Meta:
        verbose_name = "コード"
        verbose_name_plural = "コード"
        constraints = [
            models.UniqueConstraint(
                name="one_code_entry_per_start",
                fields=["table", "code", "counterpart", "valid_from"],
            ),
            models.UniqueConstraint(
                name="one_open_meaning_of_a_neighbours_code",
                fields=["table", "code"],
                condition=Q(valid_until__isnull=True, direction__in=["both", "inward"])
                & ~Q(counterpart=""),
            ),
            models.UniqueConstraint(
                name="one_open_code_of_a_neighbour_for_ours",
                fields=["table", "counterpart"],
                condition=Q(valid_until__isnull=True, direction__in=["both", "outward"])
                & ~Q(counterpart=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class CodeTableRevision(DraftedVersion):
    """
    One revision of a code table: the whole list as it shall be from a day on.

    `definition`: `source`, `stands_for` and `entries`. Its activation ends and begins `CodeEntry` rows.
    """

    class Meta(DraftedVersion.Meta):
        verbose_name = "コード表改訂"
        verbose_name_plural = "コード表改訂"
        permissions = [
            ("draft_codetablerevision", "コード表の改訂案を作成できる"),
            ("activate_codetablerevision", "コード表の改訂を承認できる"),
        ]
