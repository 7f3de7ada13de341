"""Messages (電文) to and from the platform, and the interfaces they go by."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Lane(models.TextChoices):
    """What kind of work a message is; each lane has its pace, and people who wait come first."""

    INTERACTIVE = "interactive", "即時"
    BATCH = "batch", "一括"
    COPIES = "copies", "副本"
    NUMBERS = "numbers", "符号"
    RECORDS = "records", "記録・照合"


class Work(models.TextChoices):
    """What a message is for."""

    REGISTER_NUMBERS = "register_numbers", "番号の登録"
    DELETE_NUMBERS = "delete_numbers", "番号の削除"
    REQUEST_CODES = "request_codes", "符号取得の依頼"
    CHECK_CODES = "check_codes", "符号取得状況の確認"
    SET_FLAGS = "set_flags", "自動応答不可・不開示の設定"
    REGISTER_COPIES = "register_copies", "副本の登録"
    DELETE_COPIES = "delete_copies", "副本の削除"
    ASK = "ask", "情報照会の登録"
    CHECK = "check", "照会状況の確認"
    FETCH = "fetch", "照会結果の取得"
    CANCEL = "cancel", "照会の取りやめ"
    CHECK_CANCEL = "check_cancel", "取りやめ結果の確認"
    COMPARE = "compare", "照会内容の照合"
    NOTIFY = "notify", "お知らせの送信"
    CHECK_NOTICES = "check_notices", "お知らせの状況確認"
    WITHDRAW_NOTICES = "withdraw_notices", "お知らせの取消"
    SHOW_DISCLOSED = "show_disclosed", "自己情報の内容確認"
    LIST_PROVISIONS = "list_provisions", "提供待の確認"
    ANSWER = "answer", "情報提供の回答"
    PERMIT = "permit", "情報提供の送信許可"
    FETCH_PROVIDED = "fetch_provided", "提供内容の確認"
    RECORDS = "records", "情報提供等記録の取得"
    UPDATE_RECORDS = "update_records", "情報提供等記録の更新"
    CHECK_FLAGS = "check_flags", "フラグ設定状況の確認"
    INFORMATION_FLAGS = "information_flags", "特定個人情報フラグの設定"
    DELETE_UNKNOWN = "delete_unknown", "市にない副本の削除"
    END_PUBLICATION = "end_publication", "公開終了日の一括設定"
    UNDO_PUBLICATION_END = "undo_publication_end", "公開終了日の一括設定の取消"
    INSPECT = "inspect", "副本の確認"


_KINDS = {
    "1": "登録・要求",
    "2": "取得",
    "3": "ファイルの登録",
    "4": "ファイルの取得",
    "5": "送信",
}


class PlatformInterface(models.Model):
    """
    One of the 83 interfaces of the platform (共通機能標準仕様書): its official id and name.

    The rows drive the client: what is switched off here is not spoken, whoever asks for it.
    """

    interface_id = models.CharField("IF番号", max_length=12, primary_key=True)
    name = models.CharField("名称", max_length=100)
    group = models.CharField("分類", max_length=3)
    purpose = models.CharField("使い道", max_length=200, blank=True, default="")
    in_use = models.BooleanField("利用する", default=True)
    stop_reason = models.CharField("利用しない理由", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "中間サーバインターフェイス"
        verbose_name_plural = "中間サーバインターフェイス"
        permissions = [("switch_platforminterface", "中間サーバの利用を止め、再開できる")]
        constraints = [
            models.CheckConstraint(
                name="interface_is_switched_off_with_a_reason",
                condition=Q(in_use=True) | ~Q(stop_reason=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.interface_id} {self.name}"

    @property
    def kind(self) -> str:
        """What is done by it, told by the last digit of its id."""
        return _KINDS.get(self.interface_id[-1:], "")


class Exchange(models.Model):
    """
    One message (電文) to the platform with its answer: what is leased, sent, resent and settled.

    What it carries (inquiries, copies, numbers) is fixed before it is first sent, so that sending
    it again after a crash sends the same records, which the platform takes for one.
    """

    class State(models.TextChoices):
        """Where it stands."""

        READY = "ready", "送信待"
        SENT = "sent", "結果待"
        DONE = "done", "完了"
        FAILED = "failed", "要対応"
        HELD = "held", "保留"
        DROPPED = "dropped", "取下げ"

    id = models.BigAutoField("電文番号", primary_key=True)
    work = models.CharField("内容", max_length=20, choices=Work)
    interface = models.ForeignKey(
        PlatformInterface, on_delete=models.PROTECT, verbose_name="インターフェイス"
    )
    state = models.CharField("状態", max_length=8, choices=State, default=State.READY)
    lane = models.CharField("レーン", max_length=12, choices=Lane)
    idempotency_key = models.UUIDField("二重送信防止キー", default=uuid.uuid4, unique=True)
    """Also the correlation id on the wire: the platform's journal shows the same."""
    payload = models.JSONField("依頼内容", default=dict)
    """What it asks for where no row stands for it; empty where rows are tied to it."""
    receipt = models.CharField("受付番号", max_length=64, blank=True, default="")
    system = models.ForeignKey(
        "sapporo_base.BusinessSystem",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name="庁内業務システム",
    )
    item_count = models.PositiveIntegerField("件数", default=0)
    item_ids = ArrayField(
        models.BigIntegerField(), verbose_name="中身の番号", default=list, editable=False
    )
    """照会番号 or 副本番号 of what it carries: its rows go on, the story of the message stays."""
    accepted_count = models.PositiveIntegerField("受理件数", default=0)
    refused_count = models.PositiveIntegerField("拒否件数", default=0)
    due_at = models.DateTimeField("次回処理日時")
    leased_until = models.DateTimeField("処理中期限", null=True, blank=True)
    lease = models.UUIDField("処理権", null=True, blank=True)
    attempts = models.PositiveIntegerField("試行回数", default=0)
    last_error = models.CharField("直近のエラー", max_length=300, blank=True, default="")
    created_at = models.DateTimeField("作成日時")
    first_sent_at = models.DateTimeField("初回送信日時", null=True, blank=True)
    received_at = models.DateTimeField("受付日時", null=True, blank=True)
    settled_at = models.DateTimeField("完了日時", null=True, blank=True)
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "電文"
        verbose_name_plural = "電文"
        permissions = [
            ("requeue_exchange", "電文を再送できる"),
            ("hold_exchange", "電文を保留・保留解除できる"),
            ("drop_exchange", "電文を取り下げ、中身を待ち行列に戻せる"),
        ]
        constraints = [
            models.CheckConstraint(
                name="exchange_awaits_a_result_only_with_a_receipt",
                condition=~Q(state="sent") | ~Q(receipt=""),
            ),
            models.CheckConstraint(
                name="exchange_is_settled_once_done",
                condition=~Q(state="done") | Q(settled_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                F("due_at"),
                F("id"),
                F("work"),
                F("lane"),
                name="exchange_by_due_time",
                condition=Q(state__in=["ready", "sent"]),
            ),
            models.Index(fields=["-created_at"], name="exchange_by_time"),
            models.Index(fields=["state", "-created_at"], name="exchange_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.interface_id} 電文{self.pk}"


class ExchangeStep(models.Model):
    """One thing that happened to a message (電文の経過): tried, put off, held, settled, and why."""

    class Kind(models.TextChoices):
        """What happened."""

        SENT = "sent", "送信"
        RECEIVED = "received", "受付"
        LOOKED = "looked", "結果を確認"
        PUT_OFF = "put_off", "延期"
        FAILED = "failed", "要対応"
        SETTLED = "settled", "完了"
        REQUEUED = "requeued", "再送"
        HELD = "held", "保留"
        RELEASED = "released", "保留解除"
        DROPPED = "dropped", "取下げ"

    exchange = models.ForeignKey(
        Exchange, on_delete=models.CASCADE, related_name="steps", verbose_name="電文"
    )
    at = models.DateTimeField("日時")
    kind = models.CharField("経過", max_length=10, choices=Kind)
    words = models.CharField("内容", max_length=300, blank=True, default="")
    seconds = models.FloatField("所要秒数", null=True)
    staff_number = models.CharField("職員番号", max_length=40, blank=True, default="")

    class Meta:
        verbose_name = "電文の経過"
        verbose_name_plural = "電文の経過"
        indexes = [models.Index(fields=["exchange", "id"], name="exchange_step_by_exchange")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.words}".strip()


class FeedReceipt(models.Model):
    """How far the gateway has read a feed, or the records of the platform (読取位置)."""

    feed = models.CharField("連携フィード", max_length=60, primary_key=True)
    receipt = models.BigIntegerField("読取位置", default=0)
    read_at = models.DateTimeField("読取日時", null=True)

    class Meta:
        verbose_name = "読取位置"
        verbose_name_plural = "読取位置"

    def __str__(self) -> str:
        return f"{self.feed} {self.receipt}"
