"""自己情報提供: what people asked of their own data through マイナポータル, and were shown."""

from django.db import models
from django.db.models import Q

from gateway.models.exchanges import Exchange


class SelfDisclosure(models.Model):
    """
    One 自己情報の開示: a person looked at their own 副本 by マイナポータル, the platform answered.

    The city learns of it afterwards. What was shown is kept by the names of its items only; their
    values are had from the platform for one look of a member of staff, and forgotten again.
    """

    class Result(models.TextChoices):
        """What the platform answered."""

        PROVIDED = "provided", "提供済"
        NO_RECORD = "no_record", "該当なし"
        WITHHELD = "withheld", "不開示"
        WAITING = "waiting", "自動応答不可"
        UNKNOWN = "unknown", "要確認"

    disclosure_id = models.CharField("自己情報提供の識別番号", max_length=36, primary_key=True)
    sequence = models.BigIntegerField("通番", unique=True)
    integrated_number = models.CharField("団体内統合宛名番号", max_length=15)
    information_code = models.CharField("特定個人情報名コード", max_length=16)
    requested_at = models.DateTimeField("請求日時")
    provided_at = models.DateTimeField("提供日時", null=True)
    result = models.CharField("結果", max_length=10, choices=Result)
    result_code = models.CharField("結果コード", max_length=2)
    noted_at = models.DateTimeField("受領日時")
    item_names = models.JSONField("示された項目", null=True)
    is_doubtful = models.BooleanField("不開示該当なのに提供済", default=False)
    exchange = models.ForeignKey(
        Exchange,
        on_delete=models.PROTECT,
        null=True,
        related_name="disclosures",
        verbose_name="処理中の電文",
    )
    shown_items = models.JSONField("確認中の内容", null=True)
    shown_until = models.DateTimeField("確認できる期限", null=True)

    class Meta:
        verbose_name = "自己情報提供"
        verbose_name_plural = "自己情報提供"
        permissions = [("show_selfdisclosure", "本人に示された自己情報の内容を確認できる")]
        constraints = [
            models.CheckConstraint(
                name="shown_content_is_forgotten_at_a_time",
                condition=Q(shown_items__isnull=True) | Q(shown_until__isnull=False),
            )
        ]
        indexes = [
            models.Index(fields=["-requested_at"], name="disclosure_by_time"),
            models.Index(
                fields=["shown_until"],
                name="disclosure_shown_just_now",
                condition=Q(shown_items__isnull=False),
            ),
            models.Index(
                fields=["sequence"],
                name="disclosure_without_item_names",
                condition=Q(item_names__isnull=True, result="provided"),
            ),
        ]

    def __str__(self) -> str:
        return f"自己情報提供{self.sequence} {self.get_result_display()}"
