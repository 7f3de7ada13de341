"""副本: what is laid down at the platform, what could not be, and the nightly comparison."""

import uuid

from django.db import models
from django.db.models import F, Q

from gateway.models.exchanges import Exchange


class Copy(models.Model):
    """
    One 副本 (番号法第22条): what the platform shall answer for the city about one person.

    `wanted_hash` is of what the business system wants there, `sent_hash` of what the message under
    way carries, `forwarded_hash` of what the platform confirmed; the three agree when all is well.
    """

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", "送信待"
        SENDING = "sending", "送信中"
        FORWARDED = "forwarded", "登録済"
        DELETED = "deleted", "削除済"
        REFUSED = "refused", "エラー"

    id = models.BigAutoField("副本番号", primary_key=True)
    system = models.ForeignKey(
        "sapporo_base.BusinessSystem", on_delete=models.PROTECT, verbose_name="庁内業務システム"
    )
    information_code = models.CharField("特定個人情報名コード", max_length=16)
    integrated_number = models.CharField("団体内統合宛名番号", max_length=15)
    business_number = models.CharField("業務番号", max_length=20)
    dataset = models.CharField("データセットの識別項目コード", max_length=20)
    key = models.CharField("データセットレコードのキー", max_length=60)
    layout_version = models.CharField("特定個人情報の版番号", max_length=4)
    ward_code = models.CharField("行政区コード", max_length=3, blank=True, default="")
    items = models.JSONField("項目")
    published_from = models.DateField("公開開始日")
    published_until = models.DateField("公開終了日", help_text="9999-12-31は終了日なし。")
    is_withdrawn = models.BooleanField("削除対象", default=False)
    wanted_hash = models.BinaryField("内容のハッシュ", max_length=32)
    sent_hash = models.BinaryField("送信中のハッシュ", max_length=32, null=True)
    forwarded_hash = models.BinaryField("登録済のハッシュ", max_length=32, null=True)
    digest = models.BinaryField("照合用ダイジェスト", max_length=32, null=True)
    record_id = models.CharField("レコード識別番号", max_length=36, blank=True, default="")
    state = models.CharField("状態", max_length=10, choices=State, default=State.WAITING)
    due_at = models.DateTimeField("次回処理日時")
    attempts = models.PositiveIntegerField("試行回数", default=0)
    exchange = models.ForeignKey(
        Exchange,
        on_delete=models.PROTECT,
        null=True,
        related_name="copies",
        verbose_name="処理中の電文",
    )
    reason_code = models.CharField("理由コード", max_length=40, blank=True, default="")
    reason = models.CharField("理由", max_length=300, blank=True, default="")
    changed_at = models.DateTimeField("更新日時")
    forwarded_at = models.DateTimeField("登録日時", null=True)
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "副本"
        verbose_name_plural = "副本"
        permissions = [("reconcile_copy", "副本を照合できる")]
        constraints = [
            models.UniqueConstraint(
                name="one_copy_per_number_dataset_and_key",
                fields=[
                    "information_code",
                    "integrated_number",
                    "dataset",
                    "key",
                    "layout_version",
                ],
            ),
            models.CheckConstraint(
                name="copy_is_published_before_it_ends",
                condition=Q(published_until__gte=F("published_from")),
            ),
            models.CheckConstraint(
                name="forwarded_copy_is_what_was_wanted",
                condition=~Q(state="forwarded") | Q(forwarded_hash=F("wanted_hash")),
            ),
        ]
        indexes = [
            models.Index(
                F("system"),
                F("due_at"),
                F("id"),
                name="copy_waiting_in_its_queue",
                condition=Q(state="waiting", exchange__isnull=True),
            ),
            models.Index(
                fields=["exchange"], name="copy_by_exchange", condition=Q(exchange__isnull=False)
            ),
            models.Index(
                fields=["information_code", "business_number"], name="copy_by_business_number"
            ),
            models.Index(
                fields=["state", "-changed_at"],
                name="copy_by_state",
                condition=~Q(state__in=["forwarded", "deleted"]),
            ),
        ]

    def __str__(self) -> str:
        return f"副本{self.pk} {self.get_state_display()}"


class CopyError(models.Model):
    """A copy that could not be converted (副本エラー): it waits here, the rest was sent."""

    system = models.ForeignKey(
        "sapporo_base.BusinessSystem", on_delete=models.PROTECT, verbose_name="庁内業務システム"
    )
    information_code = models.CharField("特定個人情報名コード", max_length=16)
    business_number = models.CharField("業務番号", max_length=20)
    key = models.CharField("データセットレコードのキー", max_length=60)
    item = models.CharField("項目", max_length=100)
    code = models.CharField("エラーコード", max_length=40)
    reason = models.CharField("理由", max_length=300)
    source = models.JSONField("受領内容")
    noted_at = models.DateTimeField("発生日時")
    mended_at = models.DateTimeField("解消日時", null=True, blank=True)
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "副本エラー"
        verbose_name_plural = "副本エラー"
        permissions = [("retry_copyerror", "副本エラーを再処理できる")]
        constraints = [
            models.UniqueConstraint(
                name="one_copy_error_per_record",
                fields=["system", "information_code", "business_number", "key"],
            )
        ]
        indexes = [
            models.Index(
                F("noted_at"), name="copy_error_not_mended", condition=Q(mended_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.reason}"


class Reconciliation(models.Model):
    """One comparison of copies here and at the platform (副本照合), by count and digest."""

    class State(models.TextChoices):
        """How it ended."""

        RUNNING = "running", "照合中"
        EQUAL = "equal", "一致"
        DIFFERENT = "different", "不一致"

    id = models.BigAutoField("照合番号", primary_key=True)
    information_code = models.CharField("特定個人情報名コード", max_length=16)
    started_at = models.DateTimeField("開始日時")
    ended_at = models.DateTimeField("終了日時", null=True)
    state = models.CharField("結果", max_length=10, choices=State, default=State.RUNNING)
    count_here = models.PositiveIntegerField("市の件数", default=0)
    count_there = models.PositiveIntegerField("プラットフォームの件数", default=0)
    in_flight = models.PositiveIntegerField("送信待・送信中の件数", default=0)
    digest_here = models.BinaryField("市のダイジェスト", max_length=32, null=True)
    digest_there = models.BinaryField("プラットフォームのダイジェスト", max_length=32, null=True)
    difference_count = models.PositiveIntegerField("相違件数", default=0)
    differences = models.JSONField("相違", default=list)

    class Meta:
        verbose_name = "副本照合"
        verbose_name_plural = "副本照合"
        indexes = [
            models.Index(fields=["information_code", "-started_at"], name="reconciliation_by_time")
        ]

    def __str__(self) -> str:
        return f"照合{self.pk} {self.get_state_display()}"
