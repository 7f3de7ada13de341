"""副本: what is laid down at the platform, what could not be, its versions and its end."""

import uuid

from django.conf import settings
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
    data_hash = models.BinaryField("副本データのハッシュ", max_length=32, null=True)
    record_id = models.CharField("レコード識別番号", max_length=36, blank=True, default="")
    state = models.CharField("状態", max_length=10, choices=State, default=State.WAITING)
    due_at = models.DateTimeField("次回処理日時")
    attempts = models.PositiveIntegerField("試行回数", default=0)
    exchange = models.ForeignKey(
        Exchange,
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
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
        permissions = [
            ("reconcile_copy", "副本を照合できる"),
            ("mend_copy", "副本の相違を直せる"),
            ("inspect_copy", "プラットフォームの副本を確認できる"),
        ]
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
                F("is_withdrawn"),
                F("due_at"),
                F("id"),
                name="copy_waiting_in_its_queue",
                condition=Q(state="waiting", exchange__isnull=True),
            ),
            models.Index(
                fields=["exchange"], name="copy_by_exchange", condition=Q(exchange__isnull=False)
            ),
            models.Index(
                fields=["integrated_number"],
                name="copy_under_way_by_person",
                condition=Q(exchange__isnull=False),
            ),
            models.Index(
                fields=["information_code", "business_number"], name="copy_by_business_number"
            ),
            models.Index(
                fields=["integrated_number"],
                name="copy_by_person",
                condition=~Q(state="deleted"),
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


class CopyVersion(models.Model):
    """
    What a copy was before (副本履歴): a content that the platform held from one moment to another.

    It answers what the city would have told whoever asked on that day (番号法第22条, 第23条).
    """

    id = models.BigAutoField("履歴番号", primary_key=True)
    copy = models.ForeignKey(
        Copy, on_delete=models.PROTECT, related_name="versions", verbose_name="副本"
    )
    items = models.JSONField("項目")
    published_from = models.DateField("公開開始日")
    published_until = models.DateField("公開終了日")
    content_hash = models.BinaryField("内容のハッシュ", max_length=32)
    digest = models.BinaryField("照合用ダイジェスト", max_length=32, null=True)
    held_from = models.DateTimeField("登録日時", null=True)
    held_until = models.DateTimeField("更新・削除日時", null=True)
    superseded_at = models.DateTimeField("新しい内容の受領日時")
    correlation_id = models.UUIDField("相関ID")

    class Meta:
        verbose_name = "副本履歴"
        verbose_name_plural = "副本履歴"
        constraints = [
            models.CheckConstraint(
                name="copy_version_is_held_before_it_ends",
                condition=Q(held_until__isnull=True) | Q(held_until__gte=F("held_from")),
            ),
        ]
        indexes = [
            models.Index(fields=["copy", "-superseded_at"], name="copy_version_by_time"),
            models.Index(
                fields=["copy"],
                name="copy_version_still_held",
                condition=Q(held_until__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"副本{self.copy_id} 履歴{self.pk}"


class PublicationEnd(models.Model):
    """
    All copies of one 特定個人情報 and version end on a day (公開終了日一括設定); one drafts, one decides.
    """

    class State(models.TextChoices):
        """Where it stands."""

        DRAFTED = "drafted", "決裁待"
        WAITING = "waiting", "送信待"
        REGISTERED = "registered", "登録済(実行待)"
        DONE = "done", "実行済"
        CANCELLING = "cancelling", "取消中"
        CANCELLED = "cancelled", "取消"
        REFUSED = "refused", "エラー"

    id = models.BigAutoField("設定番号", primary_key=True)
    information_code = models.CharField("特定個人情報名コード", max_length=16)
    layout_version = models.CharField("特定個人情報の版番号", max_length=4)
    ends_on = models.DateField("公開終了日")
    draft_reason = models.CharField("理由", max_length=300)
    state = models.CharField("状態", max_length=12, choices=State, default=State.DRAFTED)
    copy_count = models.PositiveIntegerField("起案時の対象件数", default=0)
    ended_count = models.PositiveIntegerField("実行件数", null=True)
    receipt = models.CharField("受付番号", max_length=64, blank=True, default="")
    record_id = models.CharField("レコード識別番号", max_length=36, unique=True)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="起案者"
    )
    drafted_at = models.DateTimeField("起案日時")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="決裁者",
    )
    decided_at = models.DateTimeField("決裁日時", null=True)
    done_at = models.DateTimeField("実行日時", null=True)
    reason = models.CharField("エラー", max_length=300, blank=True, default="")
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "公開終了日一括設定"
        verbose_name_plural = "公開終了日一括設定"
        permissions = [
            ("draft_publicationend", "公開終了日一括設定を起案できる"),
            ("decide_publicationend", "公開終了日一括設定を決裁できる"),
        ]
        constraints = [
            models.CheckConstraint(
                name="who_decides_a_publication_end_did_not_draft_it",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("drafted_by")),
            ),
            models.CheckConstraint(
                name="publication_end_is_sent_only_when_decided",
                condition=Q(state__in=["drafted", "cancelled"]) | Q(decided_by__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_open_publication_end_per_version",
                fields=["information_code", "layout_version"],
                condition=Q(state__in=["drafted", "waiting", "registered", "cancelling"]),
            ),
        ]

    def __str__(self) -> str:
        return f"公開終了日一括設定{self.pk} {self.get_state_display()}"


class CopyInspection(models.Model):
    """
    One look of staff at what the platform holds (副本確認): asked with a reason, kept for a day.

    `answer` is what the platform told; it is dropped when `kept_until` has passed.
    """

    class Kind(models.TextChoices):
        """What is asked."""

        DETAIL = "detail", "副本の詳細"
        SEARCH = "search", "照会条件による検索"
        RECIPIENTS = "recipients", "提供先"
        FLAGS = "flags", "フラグの設定状況"

    class State(models.TextChoices):
        """Where it stands."""

        ASKED = "asked", "確認中"
        ANSWERED = "answered", "回答済"
        REFUSED = "refused", "エラー"
        DISCARDED = "discarded", "内容廃棄済"

    id = models.BigAutoField("確認番号", primary_key=True)
    kind = models.CharField("確認の種類", max_length=12, choices=Kind)
    copy = models.ForeignKey(Copy, on_delete=models.PROTECT, null=True, verbose_name="副本")
    integrated_number = models.CharField("団体内統合宛名番号", max_length=15)
    information_code = models.CharField("特定個人情報名コード", max_length=16)
    as_of = models.DateField("照会の基準日", null=True)
    state = models.CharField("状態", max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="確認者"
    )
    asked_at = models.DateTimeField("依頼日時")
    asked_because = models.CharField("確認の理由", max_length=300)
    answer = models.JSONField("回答", default=dict)
    answered_at = models.DateTimeField("回答日時", null=True)
    kept_until = models.DateTimeField("内容の保存期限")
    reason = models.CharField("エラー", max_length=300, blank=True, default="")
    exchange = models.ForeignKey(
        Exchange,
        on_delete=models.PROTECT,
        null=True,
        related_name="inspections",
        verbose_name="電文",
    )
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "副本確認"
        verbose_name_plural = "副本確認"
        constraints = [
            models.CheckConstraint(
                name="discarded_inspection_has_no_answer",
                condition=~Q(state="discarded") | Q(answer={}),
            ),
        ]
        indexes = [
            models.Index(
                F("kept_until"),
                name="inspection_to_discard",
                condition=Q(state="answered"),
            )
        ]

    def __str__(self) -> str:
        return f"副本確認{self.pk} {self.get_kind_display()}"
