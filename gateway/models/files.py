"""ファイル連携: inquiries and copies that business systems hand over as files, and results that they fetch."""

import uuid

from django.db import models
from django.db.models import F, Q


class FileExchangeSetting(models.Model):
    """
    What files one system may leave in its folder (ファイル連携設定): by their prefix, in which layout.

    Inquiries come with a layout for their results; copies are of one 特定個人情報.
    """

    class Kind(models.TextChoices):
        """What the files hold."""

        INQUIRIES = "inquiries", "情報照会"
        COPIES = "copies", "副本"

    system = models.ForeignKey(
        "sapporo_base.BusinessSystem", on_delete=models.PROTECT, verbose_name="庁内業務システム"
    )
    kind = models.CharField("内容", max_length=10, choices=Kind)
    prefix = models.CharField(
        "ファイル名の先頭",
        max_length=20,
        help_text="半角英数字。この文字で始まるファイルを受け取ります。",
    )
    layout_code = models.CharField("レイアウト", max_length=60)
    encoding = models.CharField("文字コード", max_length=20)
    information_code = models.CharField(
        "特定個人情報名コード", max_length=16, blank=True, default=""
    )
    result_layout_code = models.CharField("結果のレイアウト", max_length=60, blank=True, default="")
    results_after = models.BigIntegerField("結果の開始位置", default=0)
    """Up to which receipt of the result feed its files have come."""
    days_kept = models.PositiveSmallIntegerField("ファイルの保存日数", default=30)
    is_active = models.BooleanField("利用中", default=True)
    set_up_by = models.CharField("設定者", max_length=20)
    set_up_at = models.DateTimeField("設定日時")

    class Meta:
        verbose_name = "ファイル連携設定"
        verbose_name_plural = "ファイル連携設定"
        permissions = [("set_up_fileexchangesetting", "ファイル連携を設定・停止できる")]
        constraints = [
            models.UniqueConstraint(
                name="one_file_exchange_setting_per_prefix", fields=["system", "prefix"]
            ),
            models.UniqueConstraint(
                name="one_file_exchange_setting_per_content",
                fields=["system", "kind", "information_code"],
            ),
            models.CheckConstraint(
                name="file_exchange_of_copies_names_what_and_of_inquiries_a_result",
                condition=Q(kind="copies", result_layout_code="") & ~Q(information_code="")
                | Q(kind="inquiries", information_code="") & ~Q(result_layout_code=""),
            ),
            models.CheckConstraint(
                name="file_exchange_prefix_is_plain",
                condition=Q(prefix__regex=r"^[0-9A-Za-z]{1,20}$"),
            ),
            models.CheckConstraint(
                name="exchanged_files_are_kept_for_a_day_at_least", condition=Q(days_kept__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system.name} {self.get_kind_display()}({self.prefix})"


class ExchangedFile(models.Model):
    """
    One file that came in or went out (連携ファイル): what became of its rows, and when it was disposed of.

    The row is written with what the file made happen, in one transaction; receipts, error files and
    results are written from it afterwards, and again after a stop in between.
    """

    class Direction(models.TextChoices):
        """Which way."""

        IN = "in", "受領"
        OUT = "out", "結果"

    class State(models.TextChoices):
        """Where it stands."""

        DONE = "done", "完了"
        PARTLY = "partly", "完了(エラー行あり)"
        REFUSED = "refused", "受け付けられません"
        REPEATED = "repeated", "同じ内容を受領済"
        WRITING = "writing", "作成中"

    id = models.BigAutoField("ファイル番号", primary_key=True)
    setting = models.ForeignKey(
        FileExchangeSetting, on_delete=models.PROTECT, verbose_name="ファイル連携設定"
    )
    system = models.ForeignKey(
        "sapporo_base.BusinessSystem", on_delete=models.PROTECT, verbose_name="庁内業務システム"
    )
    direction = models.CharField("方向", max_length=3, choices=Direction)
    name = models.CharField("ファイル名", max_length=120)
    state = models.CharField("状態", max_length=8, choices=State)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, default="")
    size = models.BigIntegerField("大きさ", default=0)
    rows = models.PositiveIntegerField("行数", default=0)
    accepted = models.PositiveIntegerField("受付行数", default=0)
    unchanged = models.PositiveIntegerField("変更なし", default=0)
    rejected = models.PositiveIntegerField("エラー行数", default=0)
    findings = models.JSONField("エラー行", default=list)
    """Row, item and reason of each row that was not taken or not written; never a value."""
    why = models.CharField("受け付けない理由", max_length=300, blank=True, default="")
    first = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="先に受領したファイル",
    )
    after_receipt = models.BigIntegerField("結果の開始位置", default=0)
    until_receipt = models.BigIntegerField("結果の終了位置", default=0)
    at = models.DateTimeField("受領・作成日時")
    answered_at = models.DateTimeField("回答日時", null=True)
    disposed_at = models.DateTimeField("廃棄日時", null=True)
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "連携ファイル"
        verbose_name_plural = "連携ファイル"
        constraints = [
            models.UniqueConstraint(
                name="a_file_of_one_content_takes_effect_once",
                fields=["setting", "sha256"],
                condition=Q(direction="in", state__in=["done", "partly"]),
            ),
            models.UniqueConstraint(
                name="one_result_file_is_written_at_a_time",
                fields=["setting"],
                condition=Q(direction="out", state="writing"),
            ),
            models.CheckConstraint(
                name="result_file_holds_a_stretch_of_the_feed",
                condition=~Q(direction="out") | Q(until_receipt__gt=F("after_receipt")),
            ),
        ]
        indexes = [
            models.Index(fields=["-at"], name="exchanged_file_by_time"),
            models.Index(
                fields=["system", "name"],
                name="exchanged_file_not_answered",
                condition=Q(answered_at__isnull=True),
            ),
            models.Index(
                fields=["at"],
                name="exchanged_file_to_dispose_of",
                condition=Q(disposed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_direction_display()} {self.name}"

    @property
    def sent_name(self) -> str:
        """The name under which its sender left it; ours has the moment before it."""
        return self.name.partition("_")[2] if self.direction == self.Direction.IN else self.name
