"""情報連携記録 and its seal. Nothing here is ever changed: triggers refuse it."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models


class LinkageRecord(models.Model):
    """
    One 情報連携記録: a look, a disclosure, a transfer, an inquiry, a provision or a refusal.

    Holds what 番号法第23条 wants (who asked, who provided, when asked and when provided, which
    items,
    不開示 or not) and the city's own: by which door, for which 事務, on which ground, with what
    result. Partitioned by month on `at`; kept seven years (番号法施行令). `(id, at)` is the key in
    the
    database, `id` is unique by its sequence.
    """

    class Path(models.TextChoices):
        """By which door it came."""

        API = "api", "API"
        ADMIN = "admin", "管理画面"
        FILE = "file", "ファイル連携"
        COMMAND = "command", "コマンド"
        TASK = "task", "自動処理"

    class Result(models.TextChoices):
        """How it ended."""

        DONE = "done", "完了"
        PARTLY = "partly", "一部完了"
        REFUSED = "refused", "拒否"
        FAILED = "failed", "失敗"

    id = models.BigAutoField("記録番号", primary_key=True)
    at = models.DateTimeField("日時")
    kind = models.CharField("種別", max_length=40)
    path = models.CharField("経路", max_length=10, choices=Path)
    result = models.CharField("結果", max_length=10, choices=Result, default=Result.DONE)
    detail = models.CharField("結果の詳細", max_length=300, blank=True, default="")
    staff_number = models.CharField("職員番号", max_length=20, blank=True, default="")
    staff_name = models.CharField("職員氏名", max_length=100, blank=True, default="")
    system_code = models.CharField("庁内業務システム", max_length=7, blank=True, default="")
    receiver_code = models.CharField("移転先・相手方システム", max_length=7, blank=True, default="")
    on_behalf_of = models.CharField("代行元職員", max_length=40, blank=True, default="")
    procedure = models.CharField("事務", max_length=300, blank=True, default="")
    legal_basis = models.CharField("法令上の根拠", max_length=320, blank=True, default="")
    legal_basis_code = models.CharField("根拠コード", max_length=40, blank=True, default="")
    reason = models.CharField("理由", max_length=300, blank=True, default="")
    information = models.CharField("特定個人情報", max_length=300, blank=True, default="")
    information_code = models.CharField(
        "特定個人情報名コード", max_length=16, blank=True, default=""
    )
    items = ArrayField(models.CharField(max_length=100), verbose_name="項目", default=list)
    withheld = ArrayField(
        models.CharField(max_length=100), verbose_name="提供しなかった項目", default=list
    )
    inquirer = models.CharField("情報照会者", max_length=200, blank=True, default="")
    provider = models.CharField("情報提供者", max_length=200, blank=True, default="")
    requested_at = models.DateTimeField("提供の求めの日時", null=True)
    provided_at = models.DateTimeField("提供の日時", null=True)
    not_disclosed = models.BooleanField("不開示", default=False)
    opened_individual_number = models.BooleanField("個人番号の取扱い", default=False)
    subject_count = models.PositiveIntegerField("対象者数", default=0)
    feed = models.CharField("連携フィード", max_length=60, blank=True, default="")
    feed_after = models.BigIntegerField("フィード開始位置", null=True)
    feed_until = models.BigIntegerField("フィード終了位置", null=True)
    terminal = models.CharField("端末", max_length=60, blank=True, default="")
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "情報連携記録"
        verbose_name_plural = "情報連携記録"
        indexes = [
            models.Index(fields=["correlation_id"], name="linkage_record_by_trip"),
            models.Index(fields=["at", "id"], name="linkage_record_by_time"),
            models.Index(fields=["staff_number", "at"], name="linkage_record_by_staff"),
            models.Index(fields=["system_code", "at"], name="linkage_record_by_system"),
        ]

    def __str__(self) -> str:
        return f"情報連携記録 第{self.pk}号"


class LinkageRecordSubject(models.Model):
    """
    One person whom a 情報連携記録 is about, by a number that is not the 個人番号. Partitioned like
    it.
    """

    class Kind(models.TextChoices):
        """Whose number it is."""

        INTEGRATED = "integrated", "団体内統合宛名番号"
        RESIDENT = "resident", "住民宛名番号"
        SOCIAL = "social", "社会保障宛名番号"
        BUSINESS = "business", "業務番号"

    id = models.BigAutoField(primary_key=True)
    record_id = models.BigIntegerField("記録番号")
    at = models.DateTimeField("日時")
    number_kind = models.CharField("番号の種類", max_length=12, choices=Kind)
    number = models.CharField("番号", max_length=20)

    class Meta:
        verbose_name = "情報連携記録の対象者"
        verbose_name_plural = "情報連携記録の対象者"
        indexes = [
            models.Index(fields=["number", "number_kind", "at"], name="record_subject_by_number"),
            models.Index(fields=["record_id"], name="record_subject_by_record"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.number_kind}"


class RecordLeaf(models.Model):
    """
    The digest of one 情報連携記録 at its place in the order, a leaf of the tree that a seal closes.
    """

    position = models.BigIntegerField("順番", primary_key=True)
    record_id = models.BigIntegerField("記録番号", unique=True)
    at = models.DateTimeField("日時")
    digest = models.BinaryField("ダイジェスト", max_length=32)
    seal_number = models.BigIntegerField("封緘番号")

    class Meta:
        verbose_name = "記録ダイジェスト"
        verbose_name_plural = "記録ダイジェスト"
        indexes = [models.Index(fields=["seal_number"], name="record_leaf_by_seal")]

    def __str__(self) -> str:
        return f"{self.position} → {self.record_id}"


class RecordSeal(models.Model):
    """A signed root over the leaves since the seal before it, chained to that seal."""

    number = models.BigIntegerField("封緘番号", primary_key=True)
    first_position = models.BigIntegerField("最初の順番")
    last_position = models.BigIntegerField("最後の順番")
    root = models.BinaryField("ルート", max_length=32)
    previous_chain = models.BinaryField("前の連鎖値", max_length=32)
    chain = models.BinaryField("連鎖値", max_length=32)
    sealed_at = models.DateTimeField("封緘日時")
    key_fingerprint = models.CharField("署名鍵の指紋", max_length=64)
    signature = models.BinaryField("署名", max_length=64)

    class Meta:
        verbose_name = "記録封緘"
        verbose_name_plural = "記録封緘"

    def __str__(self) -> str:
        return f"第{self.number}号"
