"""As of 0.1: 情報照会, 照会結果."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Inquiry",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="照会番号")),
            ("request_key", models.CharField(max_length=64, verbose_name="要求キー")),
            ("record_id", models.CharField(max_length=36, verbose_name="レコード識別番号")),
            (
                "lane",
                models.CharField(
                    choices=[
                        ("interactive", "即時"),
                        ("batch", "一括"),
                        ("copies", "副本"),
                        ("numbers", "符号"),
                        ("records", "記録・照合"),
                    ],
                    default="batch",
                    max_length=12,
                    verbose_name="レーン",
                ),
            ),
            (
                "state",
                models.CharField(
                    choices=[
                        ("waiting_code", "符号取得待"),
                        ("waiting", "送信待"),
                        ("sending", "送信中"),
                        ("asked", "照会中"),
                        ("held", "提供待(自動応答不可)"),
                        ("arrived", "結果取得待"),
                        ("answered", "完了"),
                        ("no_record", "該当なし"),
                        ("failed", "エラー"),
                        ("cancelled", "取りやめ"),
                        ("expired", "期限切れ"),
                        ("unclear", "要確認"),
                    ],
                    max_length=12,
                    verbose_name="状態",
                ),
            ),
            ("business_number", models.CharField(max_length=20, verbose_name="業務番号")),
            (
                "integrated_number",
                models.CharField(max_length=15, verbose_name="団体内統合宛名番号"),
            ),
            ("procedure_code", models.CharField(max_length=16, verbose_name="事務コード")),
            ("step_code", models.CharField(max_length=16, verbose_name="事務手続コード")),
            (
                "information_code",
                models.CharField(max_length=16, verbose_name="特定個人情報名コード"),
            ),
            ("provider_code", models.CharField(max_length=16, verbose_name="情報提供者機関コード")),
            ("fiscal_year", models.PositiveSmallIntegerField(null=True, verbose_name="課税年度")),
            ("period_from", models.DateField(null=True, verbose_name="照会開始日")),
            ("period_until", models.DateField(null=True, verbose_name="照会終了日")),
            ("not_disclosed", models.BooleanField(default=False, verbose_name="照会側不開示")),
            (
                "asked_by",
                models.CharField(blank=True, default="", max_length=40, verbose_name="依頼元職員"),
            ),
            ("due_at", models.DateTimeField(verbose_name="次回処理日時")),
            ("attempts", models.PositiveIntegerField(default=0, verbose_name="試行回数")),
            ("cancel_asked_at", models.DateTimeField(null=True, verbose_name="取りやめ要求日時")),
            (
                "detail_status",
                models.CharField(
                    blank=True, default="", max_length=2, verbose_name="照会ステータス(明細単位)"
                ),
            ),
            (
                "name_status",
                models.CharField(
                    blank=True,
                    default="",
                    max_length=2,
                    verbose_name="照会ステータス(特定個人情報名単位)",
                ),
            ),
            (
                "reason_code",
                models.CharField(blank=True, default="", max_length=40, verbose_name="理由コード"),
            ),
            (
                "reason",
                models.CharField(blank=True, default="", max_length=300, verbose_name="理由"),
            ),
            ("accepted_at", models.DateTimeField(verbose_name="受付日時")),
            ("code_ready_at", models.DateTimeField(null=True, verbose_name="符号確認日時")),
            ("sent_at", models.DateTimeField(null=True, verbose_name="送信日時")),
            ("registered_at", models.DateTimeField(null=True, verbose_name="登録確認日時")),
            ("arrived_at", models.DateTimeField(null=True, verbose_name="回答到着日時")),
            ("settled_at", models.DateTimeField(null=True, verbose_name="完了日時")),
            ("correlation_id", models.UUIDField(default=uuid.uuid4, verbose_name="相関ID")),
            (
                "exchange",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="inquiries",
                    to="gateway.exchange",
                    verbose_name="処理中の電文",
                ),
            ),
            (
                "legal_basis",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    to="sapporo_base.legalbasis",
                    verbose_name="法令上の根拠",
                ),
            ),
            (
                "system",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    to="sapporo_base.businesssystem",
                    verbose_name="庁内業務システム",
                ),
            ),
        ],
        options={
            "verbose_name": "情報照会",
            "verbose_name_plural": "情報照会",
            "permissions": [("cancel_inquiry", "情報照会を取りやめることができる")],
            "indexes": [
                models.Index(
                    models.F("lane"),
                    models.F("state"),
                    models.F("system"),
                    models.F("due_at"),
                    models.F("id"),
                    condition=models.Q(
                        ("exchange__isnull", True),
                        ("state__in", ["waiting", "sending", "asked", "held", "arrived"]),
                    ),
                    name="inquiry_with_work_to_do",
                ),
                models.Index(
                    models.F("integrated_number"),
                    condition=models.Q(("state", "waiting_code")),
                    name="inquiry_waiting_for_a_code",
                ),
                models.Index(
                    models.F("due_at"),
                    condition=models.Q(
                        ("cancel_asked_at__isnull", False), ("settled_at__isnull", True)
                    ),
                    name="inquiry_to_be_cancelled",
                ),
                models.Index(
                    condition=models.Q(("exchange__isnull", False)),
                    fields=["exchange"],
                    name="inquiry_by_exchange",
                ),
                models.Index(fields=["lane", "system", "sent_at"], name="inquiry_by_sending_time"),
                models.Index(fields=["state", "-accepted_at"], name="inquiry_by_state"),
                models.Index(fields=["system", "-accepted_at"], name="inquiry_by_system"),
            ],
            "constraints": [
                models.UniqueConstraint(
                    fields=("system", "request_key"), name="one_inquiry_per_request_key"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("period_from__isnull", True),
                        ("period_until__isnull", True),
                        ("period_until__gte", models.F("period_from")),
                        _connector="OR",
                    ),
                    name="inquiry_period_ends_after_it_begins",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            (
                                "state__in",
                                ["answered", "no_record", "failed", "cancelled", "expired"],
                            ),
                            _negated=True,
                        ),
                        ("settled_at__isnull", False),
                        _connector="OR",
                    ),
                    name="finished_inquiry_bears_its_time",
                ),
                models.UniqueConstraint(fields=("record_id",), name="one_inquiry_per_record_id"),
            ],
        },
    ),
    migrations.CreateModel(
        name="InquiryResult",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="結果番号")),
            (
                "state",
                models.CharField(
                    choices=[
                        ("waiting_code", "符号取得待"),
                        ("waiting", "送信待"),
                        ("sending", "送信中"),
                        ("asked", "照会中"),
                        ("held", "提供待(自動応答不可)"),
                        ("arrived", "結果取得待"),
                        ("answered", "完了"),
                        ("no_record", "該当なし"),
                        ("failed", "エラー"),
                        ("cancelled", "取りやめ"),
                        ("expired", "期限切れ"),
                        ("unclear", "要確認"),
                    ],
                    max_length=12,
                    verbose_name="状態",
                ),
            ),
            ("provider_code", models.CharField(max_length=16, verbose_name="情報提供者機関コード")),
            ("provided_at", models.DateTimeField(null=True, verbose_name="提供日時")),
            ("items", models.JSONField(default=dict, verbose_name="項目")),
            ("problems", models.JSONField(default=list, verbose_name="変換エラー")),
            (
                "reason_code",
                models.CharField(blank=True, default="", max_length=40, verbose_name="理由コード"),
            ),
            (
                "reason",
                models.CharField(blank=True, default="", max_length=300, verbose_name="理由"),
            ),
            ("arrived_at", models.DateTimeField(verbose_name="到着日時")),
            (
                "inquiry",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="result",
                    to="gateway.inquiry",
                    verbose_name="情報照会",
                ),
            ),
            (
                "system",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    to="sapporo_base.businesssystem",
                    verbose_name="庁内業務システム",
                ),
            ),
            ("disposed_at", models.DateTimeField(null=True, verbose_name="廃棄日時")),
        ],
        options={
            "verbose_name": "照会結果",
            "verbose_name_plural": "照会結果",
            "indexes": [
                models.Index(fields=["system", "id"], name="inquiry_result_by_system"),
                models.Index(
                    condition=models.Q(
                        ("disposed_at__isnull", True), models.Q(("items", {}), _negated=True)
                    ),
                    fields=["arrived_at"],
                    name="inquiry_result_with_values",
                ),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("disposed_at__isnull", True),
                        models.Q(("items", {}), ("problems", [])),
                        _connector="OR",
                    ),
                    name="disposed_inquiry_result_holds_no_values",
                )
            ],
        },
    ),
]
