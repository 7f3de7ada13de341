"""日次ファイル: which systems get one, in which layout; the ledger of what was made; what did not fit."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class FileSubscription(models.Model):
    """
    日次ファイル配信: one system gets the day's 異動情報 as a file, in its own layout and character set.

    What may stand in the file is decided by the 利用申請 alone (form 日次ファイル).
    """

    class Encoding(models.TextChoices):
        """Character sets of the receivers."""

        UTF_8 = "utf-8", "UTF-8"
        UTF_8_BOM = "utf-8-sig", "UTF-8(BOM付き)"
        CP932 = "cp932", "シフトJIS(CP932)"

    system = models.OneToOneField(
        "sapporo_base.BusinessSystem",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="庁内業務システム",
    )
    layout_code = models.SlugField("レイアウトコード", max_length=60)
    encoding = models.CharField("文字コード", max_length=12, choices=Encoding)
    starts_after = models.BigIntegerField(
        "開始位置", help_text="この受領番号より後の異動から始めます。"
    )
    is_active = models.BooleanField("配信中", default=True)
    registered_at = models.DateTimeField("登録日時")

    class Meta:
        verbose_name = "日次ファイル配信"
        verbose_name_plural = "日次ファイル配信"

    def __str__(self) -> str:
        return self.system.name


class DeliveryFile(models.Model):
    """
    One 配信ファイル: the 異動情報 of one stretch of the feed for one system and day.

    It can be made again from this row, byte by byte; only an approval or a 支援措置 that changed
    meanwhile makes it another (`sha256`, `remade_at`). A file with 個人番号 is sealed on the disk.
    """

    system = models.ForeignKey(
        "sapporo_base.BusinessSystem",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="庁内業務システム",
    )
    day = models.DateField("対象日")
    layout_code = models.SlugField("レイアウトコード", max_length=60)
    layout_version = models.PositiveSmallIntegerField("レイアウトの版")
    encoding = models.CharField(
        "文字コード", max_length=12, choices=FileSubscription.Encoding.choices
    )
    name = models.CharField("ファイル名", max_length=100)
    after_receipt = models.BigIntegerField("受領番号(この後から)")
    until_receipt = models.BigIntegerField("受領番号(ここまで)")
    rows = models.PositiveIntegerField("行数")
    lost = models.PositiveIntegerField("縮退した項目数")
    unwritten = models.PositiveIntegerField("出力できない行数")
    items = ArrayField(models.CharField(max_length=40), verbose_name="移転した項目", default=list)
    empty_columns = ArrayField(
        models.CharField(max_length=60), verbose_name="承認がなく空欄の項目", default=list
    )
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.BigIntegerField("バイト数")
    is_sealed = models.BooleanField("封緘", default=False)
    made_at = models.DateTimeField("作成日時")
    remade_at = models.DateTimeField("内容が変わった再作成の日時", null=True, blank=True)
    fetched_at = models.DateTimeField("最終取得日時", null=True, blank=True)

    class Meta:
        verbose_name = "配信ファイル"
        verbose_name_plural = "配信ファイル"
        constraints = [
            models.UniqueConstraint(
                name="one_delivery_file_per_system_and_day", fields=["system", "day"]
            ),
            models.CheckConstraint(
                name="a_delivery_file_does_not_end_before_it_begins",
                condition=Q(until_receipt__gte=F("after_receipt")),
            ),
        ]
        indexes = [
            models.Index(name="delivery_file_by_stretch", fields=["system", "-until_receipt"])
        ]

    def __str__(self) -> str:
        return self.name


class FileFinding(models.Model):
    """
    One 変換結果 of a 配信ファイル: a row that could not be written, or characters that were replaced.

    Never the whole value: which 異動情報, which item, which characters, by which rule.
    """

    class Kind(models.TextChoices):
        """What became of it."""

        UNWRITTEN = "unwritten", "出力できない"
        LOST = "lost", "縮退"

    file = models.ForeignKey(
        DeliveryFile,
        on_delete=models.CASCADE,
        related_name="findings",
        verbose_name="配信ファイル",
    )
    kind = models.CharField("種別", max_length=10, choices=Kind)
    receipt = models.BigIntegerField("受領番号")
    resident_number = models.CharField("宛名番号", max_length=15)
    item = models.CharField("項目", max_length=60)
    words = models.CharField("内容", max_length=300)

    class Meta:
        verbose_name = "変換結果"
        verbose_name_plural = "変換結果"
        indexes = [models.Index(name="file_finding_in_order", fields=["file", "kind", "receipt"])]

    def __str__(self) -> str:
        return f"{self.receipt} {self.item}"
