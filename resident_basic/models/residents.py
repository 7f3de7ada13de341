"""Residents (住民), their versions on two axes of time, and their feed."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from resident_basic.models.items import RegisteredItems


class Resident(models.Model):
    """
    One person (住民) who is or was in the 住民基本台帳, by 宛名番号; all else is in versions.

    The row is what two receptions of the same person wait for each other at.
    """

    resident_number = models.CharField("宛名番号", max_length=15, primary_key=True)
    first_received_at = models.DateTimeField("最初の受領日時")

    class Meta:
        verbose_name = "住民"
        verbose_name_plural = "住民"
        permissions = [
            ("search_residents", "住民を検索できる"),
        ]

    def __str__(self) -> str:
        return self.resident_number


class ResidentVersion(RegisteredItems):
    """
    One 履歴 of a 住民: all items after one 異動 (key in 既存住基: 宛名番号 and 履歴番号).

    Two axes of time. True: `valid_from` until `valid_until`, half-open; the end is derived from the
    later versions, so a version that a 取消し undid has an empty span. Known: `recorded_at` until
    `superseded_at`; what 既存住基 sends anew for a 履歴番号 with other content is a correction, and
    the old row stays as what was known. `is_latest` marks 最新, the highest 履歴番号.
    """

    valid_from = models.DateField("有効開始日")
    valid_until = models.DateField("有効終了日", null=True, blank=True)
    recorded_at = models.DateTimeField("記録日時")
    superseded_at = models.DateTimeField("訂正日時", null=True, blank=True)
    is_latest = models.BooleanField("最新", default=False)
    kana_key = models.TextField("検索用カナ", blank=True, default="")
    name_key = models.TextField("検索用氏名", blank=True, default="")
    fingerprint = models.BinaryField("内容の指紋", max_length=16)
    batch_number = models.BigIntegerField("一括処理番号", null=True, blank=True)

    class Meta:
        verbose_name = "住民履歴"
        verbose_name_plural = "住民履歴"
        constraints = [
            models.UniqueConstraint(
                name="one_known_version_per_history_number",
                fields=["resident_number", "history_number"],
                condition=Q(superseded_at__isnull=True),
            ),
            models.CheckConstraint(
                name="a_version_does_not_end_before_it_begins",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="a_version_is_superseded_after_it_was_known",
                condition=Q(superseded_at__isnull=True) | Q(superseded_at__gte=F("recorded_at")),
            ),
            models.CheckConstraint(
                name="the_latest_version_is_a_known_one",
                condition=Q(is_latest=False) | Q(superseded_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                name="latest_version_by_kana",
                fields=["kana_key", "resident_number"],
                opclasses=["text_pattern_ops", "text_ops"],
                condition=Q(is_latest=True),
            ),
            models.Index(
                name="latest_version_by_birth",
                fields=["born_on", "resident_number"],
                condition=Q(is_latest=True),
            ),
            models.Index(
                name="latest_version_by_ward",
                fields=["municipality_code", "resident_number"],
                condition=Q(is_latest=True),
            ),
            # Trigrams find a word by its beginning even where it has two characters (" 佐藤").
            GinIndex(
                name="latest_version_by_words",
                fields=["name_key"],
                opclasses=["gin_trgm_ops"],
                condition=Q(is_latest=True),
            ),
            models.Index(
                name="latest_version_by_place",
                fields=["postal_code", "town"],
                condition=Q(is_latest=True),
            ),
            models.Index(
                name="latest_version_by_building",
                fields=["building"],
                opclasses=["text_pattern_ops"],
                condition=Q(is_latest=True) & ~Q(building=""),
            ),
            # What someone was called and where someone lived before: few rows, searched when asked.
            GinIndex(
                name="former_version_by_words",
                fields=["name_key"],
                opclasses=["gin_trgm_ops"],
                condition=Q(is_latest=False),
            ),
            models.Index(
                name="former_version_by_place",
                fields=["postal_code", "town"],
                condition=Q(is_latest=False),
            ),
            models.Index(
                name="version_by_day_processed",
                fields=["processed_on", "processed_time", "id"],
            ),
            models.Index(
                name="latest_version_by_household",
                fields=["household_number"],
                condition=Q(is_latest=True),
            ),
            models.Index(
                name="superseded_version_by_resident",
                fields=["resident_number", "superseded_at"],
                condition=Q(superseded_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resident_number} 履歴{self.history_number}"


class ResidentChange(models.Model):
    """
    One 異動情報: a version became known, or the 支援措置 of a person changed. The feed of this app.

    Written in the transaction that makes it so; its place in the order is given after the commit.
    """

    class Kind(models.TextChoices):
        """What happened."""

        RECEIVED = "received", "異動"
        CORRECTED = "corrected", "訂正"
        PROTECTION = "protection", "支援措置の変更"

    id = models.BigAutoField("異動情報番号", primary_key=True)
    kind = models.CharField("種別", max_length=10, choices=Kind)
    resident_number = models.CharField("宛名番号", max_length=15)
    version_id = models.BigIntegerField("住民履歴ID")
    recorded_at = models.DateTimeField("記録日時")

    class Meta:
        verbose_name = "異動情報"
        verbose_name_plural = "異動情報"
        indexes = [models.Index(name="change_by_resident", fields=["resident_number", "id"])]

    def __str__(self) -> str:
        return f"{self.pk} {self.get_kind_display()}"


class ReceivedEvent(models.Model):
    """One 異動 that came singly (リアルタイム), by its 異動ID: the same again changes nothing."""

    event_id = models.CharField("異動ID", max_length=20, unique=True)
    resident_number = models.CharField("宛名番号", max_length=15, db_index=True)
    history_number = models.PositiveSmallIntegerField("履歴番号")
    content_digest = models.CharField("内容のダイジェスト", max_length=32)
    received_at = models.DateTimeField("受領日時")

    class Meta:
        verbose_name = "受領異動"
        verbose_name_plural = "受領異動"

    def __str__(self) -> str:
        return self.event_id
