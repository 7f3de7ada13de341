"""情報提供 that the platform may not answer by itself."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from gateway.models.exchanges import Exchange


class Provision(models.Model):
    """
    One inquiry of others about a person under 自動応答不可 (情報提供): one answers, one permits.

    番号法第19条第8号; the two who act are never the same person.
    """

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", "回答待"
        ANSWERED = "answered", "送信許可待"
        PERMITTED = "permitted", "送信待"
        SENT = "sent", "送信済"
        WITHDRAWN = "withdrawn", "取下げ"

    class Answer(models.TextChoices):
        """What is answered."""

        PROVIDE = "provide", "提供する"
        NO_RECORD = "no_record", "該当なし"
        REFUSE = "refuse", "提供しない"

    id = models.BigAutoField("提供番号", primary_key=True)
    provision_id = models.CharField("情報提供の識別番号", max_length=64, unique=True)
    integrated_number = models.CharField("団体内統合宛名番号", max_length=15)
    asker_code = models.CharField("情報照会者機関コード", max_length=16)
    asker_name = models.CharField("情報照会者", max_length=200, blank=True, default="")
    procedure_code = models.CharField("事務コード", max_length=16, blank=True, default="")
    step_code = models.CharField("事務手続コード", max_length=16, blank=True, default="")
    information_code = models.CharField("特定個人情報名コード", max_length=16)
    asked_at = models.DateTimeField("照会日時")
    not_disclosed = models.BooleanField("不開示該当", default=False)
    copy_items = models.JSONField("副本の内容", default=dict)
    noted_at = models.DateTimeField("受付日時")
    content_at = models.DateTimeField("照会内容取得日時", null=True)
    state = models.CharField("状態", max_length=10, choices=State, default=State.WAITING)
    answer = models.CharField("回答", max_length=10, choices=Answer, blank=True, default="")
    answer_items = models.JSONField("回答内容", default=dict)
    answer_reason = models.CharField("回答の理由", max_length=300, blank=True, default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="回答者",
    )
    answered_at = models.DateTimeField("回答登録日時", null=True)
    permitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="送信許可者",
    )
    permitted_at = models.DateTimeField("送信許可日時", null=True)
    answer_due_at = models.DateTimeField("回答期限", null=True)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="差戻し者",
    )
    returned_at = models.DateTimeField("差戻し日時", null=True)
    return_reason = models.CharField("差戻しの理由", max_length=300, blank=True, default="")
    sent_at = models.DateTimeField("送信日時", null=True)
    sent_items = models.JSONField("提供内容(プラットフォーム)", null=True)
    sent_differs = models.BooleanField("提供内容の相違", default=False)
    due_at = models.DateTimeField("次回処理日時")
    exchange = models.ForeignKey(
        Exchange,
        on_delete=models.PROTECT,
        null=True,
        related_name="provisions",
        verbose_name="処理中の電文",
    )
    reason = models.CharField("理由", max_length=300, blank=True, default="")
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "情報提供"
        verbose_name_plural = "情報提供"
        permissions = [
            ("answer_provision", "情報提供の回答を登録できる"),
            ("permit_provision", "情報提供の送信を許可できる"),
        ]
        constraints = [
            models.CheckConstraint(
                name="who_permits_a_provision_did_not_answer_it",
                condition=Q(permitted_by__isnull=True) | ~Q(permitted_by=F("answered_by")),
            ),
            models.CheckConstraint(
                name="provision_is_permitted_only_once_answered",
                condition=Q(permitted_by__isnull=True) | Q(answered_by__isnull=False),
            ),
            models.CheckConstraint(
                name="provision_is_returned_with_a_reason",
                condition=Q(returned_by__isnull=True) | ~Q(return_reason=""),
            ),
            models.CheckConstraint(
                name="provision_is_sent_only_when_permitted",
                condition=~Q(state__in=["permitted", "sent"])
                | (Q(permitted_by__isnull=False) & ~Q(answer="")),
            ),
        ]
        indexes = [
            models.Index(
                F("asked_at"),
                name="provision_not_yet_sent",
                condition=Q(state__in=["waiting", "answered", "permitted"]),
            )
        ]

    def __str__(self) -> str:
        return f"情報提供{self.pk} {self.get_state_display()}"


class ExchangeRecord(models.Model):
    """
    One 情報提供等記録 as the platform keeps it (番号法第23条), beside our own where we have one.

    The record in the law's terms is a `LinkageRecord`; this row says how the two compare.
    """

    class Side(models.TextChoices):
        """Which side the city was on."""

        INQUIRER = "inquirer", "市が照会"
        PROVIDER = "provider", "市が提供"

    class Comparison(models.TextChoices):
        """How it compares with what we have."""

        EQUAL = "equal", "一致"
        ONLY_THERE = "only_there", "市の記録なし"
        DIFFERS = "differs", "内容が異なる"
        MISSING_THERE = "missing_there", "プラットフォームの記録なし"
        NOT_ALLOWED = "not_allowed", "根拠のない提供"
        CONFIRMED = "confirmed", "確認済"

    id = models.BigAutoField("番号", primary_key=True)
    sequence = models.BigIntegerField("プラットフォームの記録番号", null=True, unique=True)
    side = models.CharField("区分", max_length=8, choices=Side)
    integrated_number = models.CharField("団体内統合宛名番号", max_length=15)
    inquirer_code = models.CharField("情報照会者機関コード", max_length=16)
    provider_code = models.CharField("情報提供者機関コード", max_length=16)
    procedure_code = models.CharField("事務コード", max_length=16, blank=True, default="")
    step_code = models.CharField("事務手続コード", max_length=16, blank=True, default="")
    information_code = models.CharField("特定個人情報名コード", max_length=16)
    requested_at = models.DateTimeField("提供の求めの日時")
    provided_at = models.DateTimeField("提供の日時", null=True)
    outcome = models.CharField("結果", max_length=16)
    items = models.JSONField("項目", default=list)
    not_disclosed = models.BooleanField("不開示", default=False)
    wanted_not_disclosed = models.BooleanField("不開示(市の設定)", default=False)
    our_record_id = models.CharField("レコード識別番号", max_length=64, blank=True, default="")
    comparison = models.CharField("照合", max_length=16, choices=Comparison)
    difference = models.CharField("相違の内容", max_length=300, blank=True, default="")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="確認者",
    )
    confirmed_at = models.DateTimeField("確認日時", null=True)
    confirmed_because = models.CharField("確認の内容", max_length=300, blank=True, default="")
    linkage_record = models.BigIntegerField("情報連携記録の番号", null=True)
    update_error = models.CharField("更新のエラー", max_length=300, blank=True, default="")
    fetched_at = models.DateTimeField("取得日時")

    class Meta:
        verbose_name = "情報提供等記録"
        verbose_name_plural = "情報提供等記録"
        permissions = [
            ("confirm_exchangerecord", "情報提供等記録の相違を確認できる"),
            ("withhold_exchangerecord", "情報提供等記録の不開示を設定できる"),
        ]
        constraints = [
            models.CheckConstraint(
                name="exchange_record_is_confirmed_with_a_reason",
                condition=~Q(comparison="confirmed")
                | (Q(confirmed_by__isnull=False) & ~Q(confirmed_because="")),
            ),
            models.CheckConstraint(
                name="exchange_record_without_a_number_is_missing_there",
                condition=Q(sequence__isnull=False)
                | Q(comparison__in=["missing_there", "confirmed"]),
            ),
        ]
        indexes = [
            models.Index(fields=["our_record_id"], name="exchange_record_by_our_id"),
            models.Index(
                fields=["integrated_number", "-requested_at"], name="exchange_record_by_person"
            ),
            models.Index(
                fields=["-requested_at"],
                name="exchange_record_that_differs",
                condition=~Q(comparison__in=["equal", "confirmed"]),
            ),
        ]

    def __str__(self) -> str:
        return f"情報提供等記録{self.sequence or '-'}"
