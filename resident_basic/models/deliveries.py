"""How far each receiver is, and who waits for what can't go out yet."""

from django.db import models
from django.db.models import F, Q


class Delivery(models.Model):
    """
    配信状況: how far one system has read the feed, and how far it says it has taken it over.

    A system that never reads it, because it is handed its data at the reception or only looks people up,
    is not behind (`reads_feed`).

    Where it jumped over a stretch that it was never given, `skipped_after` and `skipped_until` tell
    which, until it reads that or takes a snapshot that stands later.
    """

    system = models.OneToOneField(
        "sapporo_base.BusinessSystem",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="庁内業務システム",
    )
    reads_feed = models.BooleanField(
        "異動情報を順に受け取る",
        default=True,
        help_text="受領と同時に引き渡す、または都度の照会だけを行うシステムは、いいえ。",
    )
    read_until = models.BigIntegerField("配信済みの位置", default=0)
    read_at = models.DateTimeField("最終配信日時", null=True, blank=True)
    acknowledged_until = models.BigIntegerField("受領確認済みの位置", default=0)
    acknowledged_at = models.DateTimeField("最終受領確認日時", null=True, blank=True)
    snapshot_until = models.BigIntegerField("全件配信の位置", null=True, blank=True)
    snapshot_at = models.DateTimeField("最終全件配信日時", null=True, blank=True)
    skipped_after = models.BigIntegerField("読み飛ばしの始め", null=True, blank=True)
    skipped_until = models.BigIntegerField("読み飛ばしの終わり", null=True, blank=True)

    class Meta:
        verbose_name = "配信状況"
        verbose_name_plural = "配信状況"
        constraints = [
            models.CheckConstraint(
                name="nothing_is_acknowledged_before_it_was_read",
                condition=Q(acknowledged_until__lte=F("read_until")),
            ),
            models.CheckConstraint(
                name="a_skipped_stretch_has_two_ends",
                condition=Q(skipped_after__isnull=True, skipped_until__isnull=True)
                | Q(skipped_after__lt=F("skipped_until")),
            ),
        ]

    def __str__(self) -> str:
        return self.system.name


class WaitingForwarding(models.Model):
    """転送待ち: 世帯情報 of a person that can't go to 市中間サーバ yet, and why."""

    resident_number = models.CharField("宛名番号", max_length=15, primary_key=True)
    reason = models.CharField("理由", max_length=100)
    waiting_since = models.DateTimeField("待ち始めた日時")

    class Meta:
        verbose_name = "転送待ち"
        verbose_name_plural = "転送待ち"

    def __str__(self) -> str:
        return self.resident_number


class WaitingNumbering(models.Model):
    """
    付番待ち: a resident received while 団体内統合宛名 (032-000) had no 利用申請 in force.

    Their 個人番号 is not kept here; the next file that holds them brings it again and numbers them.
    """

    resident_number = models.CharField("宛名番号", max_length=15, primary_key=True)
    reason = models.CharField("理由", max_length=100)
    waiting_since = models.DateTimeField("待ち始めた日時")

    class Meta:
        verbose_name = "付番待ち"
        verbose_name_plural = "付番待ち"

    def __str__(self) -> str:
        return self.resident_number
