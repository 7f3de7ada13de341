"""As of 0.1: 情報提供, 情報提供等記録."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Provision",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="提供番号")),
            (
                "provision_id",
                models.CharField(max_length=64, unique=True, verbose_name="情報提供の識別番号"),
            ),
            (
                "integrated_number",
                models.CharField(max_length=15, verbose_name="団体内統合宛名番号"),
            ),
            ("asker_code", models.CharField(max_length=16, verbose_name="情報照会者機関コード")),
            (
                "asker_name",
                models.CharField(blank=True, default="", max_length=200, verbose_name="情報照会者"),
            ),
            (
                "procedure_code",
                models.CharField(blank=True, default="", max_length=16, verbose_name="事務コード"),
            ),
            (
                "step_code",
                models.CharField(
                    blank=True, default="", max_length=16, verbose_name="事務手続コード"
                ),
            ),
            (
                "information_code",
                models.CharField(max_length=16, verbose_name="特定個人情報名コード"),
            ),
            ("asked_at", models.DateTimeField(verbose_name="照会日時")),
            ("not_disclosed", models.BooleanField(default=False, verbose_name="不開示該当")),
            ("copy_items", models.JSONField(default=dict, verbose_name="副本の内容")),
            ("noted_at", models.DateTimeField(verbose_name="受付日時")),
            ("content_at", models.DateTimeField(null=True, verbose_name="照会内容取得日時")),
            (
                "state",
                models.CharField(
                    choices=[
                        ("waiting", "回答待"),
                        ("answered", "送信許可待"),
                        ("permitted", "送信待"),
                        ("sent", "送信済"),
                        ("withdrawn", "取下げ"),
                    ],
                    default="waiting",
                    max_length=10,
                    verbose_name="状態",
                ),
            ),
            (
                "answer",
                models.CharField(
                    blank=True,
                    choices=[
                        ("provide", "提供する"),
                        ("no_record", "該当なし"),
                        ("refuse", "提供しない"),
                    ],
                    default="",
                    max_length=10,
                    verbose_name="回答",
                ),
            ),
            ("answer_items", models.JSONField(default=dict, verbose_name="回答内容")),
            (
                "answer_reason",
                models.CharField(blank=True, default="", max_length=300, verbose_name="回答の理由"),
            ),
            ("answered_at", models.DateTimeField(null=True, verbose_name="回答登録日時")),
            ("permitted_at", models.DateTimeField(null=True, verbose_name="送信許可日時")),
            ("sent_at", models.DateTimeField(null=True, verbose_name="送信日時")),
            ("due_at", models.DateTimeField(verbose_name="次回処理日時")),
            (
                "reason",
                models.CharField(blank=True, default="", max_length=300, verbose_name="理由"),
            ),
            ("correlation_id", models.UUIDField(default=uuid.uuid4, verbose_name="相関ID")),
            (
                "answered_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="回答者",
                ),
            ),
            (
                "exchange",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="provisions",
                    to="gateway.exchange",
                    verbose_name="処理中の電文",
                ),
            ),
            (
                "permitted_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="送信許可者",
                ),
            ),
            ("answer_due_at", models.DateTimeField(null=True, verbose_name="回答期限")),
            (
                "return_reason",
                models.CharField(
                    blank=True, default="", max_length=300, verbose_name="差戻しの理由"
                ),
            ),
            ("returned_at", models.DateTimeField(null=True, verbose_name="差戻し日時")),
            (
                "returned_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="差戻し者",
                ),
            ),
            ("sent_differs", models.BooleanField(default=False, verbose_name="提供内容の相違")),
            ("sent_items", models.JSONField(null=True, verbose_name="提供内容(プラットフォーム)")),
        ],
        options={
            "verbose_name": "情報提供",
            "verbose_name_plural": "情報提供",
            "permissions": [
                ("answer_provision", "情報提供の回答を登録できる"),
                ("permit_provision", "情報提供の送信を許可できる"),
            ],
            "indexes": [
                models.Index(
                    models.F("asked_at"),
                    condition=models.Q(("state__in", ["waiting", "answered", "permitted"])),
                    name="provision_not_yet_sent",
                )
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("permitted_by__isnull", True),
                        models.Q(("permitted_by", models.F("answered_by")), _negated=True),
                        _connector="OR",
                    ),
                    name="who_permits_a_provision_did_not_answer_it",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state__in", ["permitted", "sent"]), _negated=True),
                        models.Q(
                            ("permitted_by__isnull", False), models.Q(("answer", ""), _negated=True)
                        ),
                        _connector="OR",
                    ),
                    name="provision_is_sent_only_when_permitted",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("permitted_by__isnull", True),
                        ("answered_by__isnull", False),
                        _connector="OR",
                    ),
                    name="provision_is_permitted_only_once_answered",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("returned_by__isnull", True),
                        models.Q(("return_reason", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="provision_is_returned_with_a_reason",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ExchangeRecord",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="番号")),
            (
                "sequence",
                models.BigIntegerField(
                    null=True, unique=True, verbose_name="プラットフォームの記録番号"
                ),
            ),
            (
                "side",
                models.CharField(
                    choices=[("inquirer", "市が照会"), ("provider", "市が提供")],
                    max_length=8,
                    verbose_name="区分",
                ),
            ),
            (
                "integrated_number",
                models.CharField(max_length=15, verbose_name="団体内統合宛名番号"),
            ),
            ("inquirer_code", models.CharField(max_length=16, verbose_name="情報照会者機関コード")),
            ("provider_code", models.CharField(max_length=16, verbose_name="情報提供者機関コード")),
            (
                "procedure_code",
                models.CharField(blank=True, default="", max_length=16, verbose_name="事務コード"),
            ),
            (
                "step_code",
                models.CharField(
                    blank=True, default="", max_length=16, verbose_name="事務手続コード"
                ),
            ),
            (
                "information_code",
                models.CharField(max_length=16, verbose_name="特定個人情報名コード"),
            ),
            ("requested_at", models.DateTimeField(verbose_name="提供の求めの日時")),
            ("provided_at", models.DateTimeField(null=True, verbose_name="提供の日時")),
            ("outcome", models.CharField(max_length=16, verbose_name="結果")),
            ("items", models.JSONField(default=list, verbose_name="項目")),
            ("not_disclosed", models.BooleanField(default=False, verbose_name="不開示")),
            (
                "wanted_not_disclosed",
                models.BooleanField(default=False, verbose_name="不開示(市の設定)"),
            ),
            (
                "our_record_id",
                models.CharField(
                    blank=True, default="", max_length=64, verbose_name="レコード識別番号"
                ),
            ),
            (
                "comparison",
                models.CharField(
                    choices=[
                        ("equal", "一致"),
                        ("only_there", "市の記録なし"),
                        ("differs", "内容が異なる"),
                        ("missing_there", "プラットフォームの記録なし"),
                        ("not_allowed", "根拠のない提供"),
                        ("confirmed", "確認済"),
                    ],
                    max_length=16,
                    verbose_name="照合",
                ),
            ),
            (
                "difference",
                models.CharField(blank=True, default="", max_length=300, verbose_name="相違の内容"),
            ),
            ("confirmed_at", models.DateTimeField(null=True, verbose_name="確認日時")),
            (
                "confirmed_because",
                models.CharField(blank=True, default="", max_length=300, verbose_name="確認の内容"),
            ),
            (
                "linkage_record",
                models.BigIntegerField(null=True, verbose_name="情報連携記録の番号"),
            ),
            (
                "update_error",
                models.CharField(
                    blank=True, default="", max_length=300, verbose_name="更新のエラー"
                ),
            ),
            ("fetched_at", models.DateTimeField(verbose_name="取得日時")),
            (
                "confirmed_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="確認者",
                ),
            ),
        ],
        options={
            "verbose_name": "情報提供等記録",
            "verbose_name_plural": "情報提供等記録",
            "permissions": [
                ("confirm_exchangerecord", "情報提供等記録の相違を確認できる"),
                ("withhold_exchangerecord", "情報提供等記録の不開示を設定できる"),
            ],
            "indexes": [
                models.Index(fields=["our_record_id"], name="exchange_record_by_our_id"),
                models.Index(
                    fields=["integrated_number", "-requested_at"], name="exchange_record_by_person"
                ),
                models.Index(
                    condition=models.Q(("comparison__in", ["equal", "confirmed"]), _negated=True),
                    fields=["-requested_at"],
                    name="exchange_record_that_differs",
                ),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("comparison", "confirmed"), _negated=True),
                        models.Q(
                            ("confirmed_by__isnull", False),
                            models.Q(("confirmed_because", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="exchange_record_is_confirmed_with_a_reason",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("sequence__isnull", False),
                        ("comparison__in", ["missing_there", "confirmed"]),
                        _connector="OR",
                    ),
                    name="exchange_record_without_a_number_is_missing_there",
                ),
            ],
        },
    ),
]
