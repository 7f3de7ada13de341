"""As of 0.1: 特定個人情報フラグ."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="InformationFlag",
        fields=[
            (
                "id",
                models.BigAutoField(primary_key=True, serialize=False, verbose_name="フラグ番号"),
            ),
            (
                "integrated_number",
                models.CharField(max_length=15, verbose_name="団体内統合宛名番号"),
            ),
            (
                "information_code",
                models.CharField(max_length=16, verbose_name="特定個人情報名コード"),
            ),
            (
                "no_automatic_answer",
                models.BooleanField(default=False, verbose_name="自動応答不可"),
            ),
            ("not_disclosed", models.BooleanField(default=False, verbose_name="不開示該当")),
            (
                "sent_no_automatic_answer",
                models.BooleanField(default=False, verbose_name="自動応答不可(送信済)"),
            ),
            (
                "sent_not_disclosed",
                models.BooleanField(default=False, verbose_name="不開示該当(送信済)"),
            ),
            ("due_at", models.DateTimeField(null=True, verbose_name="次回処理日時")),
            ("attempts", models.PositiveIntegerField(default=0, verbose_name="試行回数")),
            (
                "error",
                models.CharField(
                    blank=True, default="", max_length=300, verbose_name="直近のエラー"
                ),
            ),
            ("set_at", models.DateTimeField(null=True, verbose_name="設定日時")),
            ("checked_at", models.DateTimeField(null=True, verbose_name="最終確認日時")),
            ("differed_at", models.DateTimeField(null=True, verbose_name="相違の発見日時")),
            ("changed_at", models.DateTimeField(verbose_name="更新日時")),
            ("correlation_id", models.UUIDField(default=uuid.uuid4, verbose_name="相関ID")),
            (
                "system",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    to="sapporo_base.businesssystem",
                    verbose_name="依頼した庁内業務システム",
                ),
            ),
            (
                "before_merges",
                models.JSONField(default=list, editable=False, verbose_name="名寄せ前の設定"),
            ),
        ],
        options={
            "verbose_name": "特定個人情報フラグ",
            "verbose_name_plural": "特定個人情報フラグ",
            "permissions": [("set_informationflag", "特定個人情報フラグを設定できる")],
            "indexes": [
                models.Index(
                    models.F("due_at"),
                    condition=models.Q(("due_at__isnull", False)),
                    name="information_flag_to_send",
                )
            ],
            "constraints": [
                models.UniqueConstraint(
                    fields=("integrated_number", "information_code"),
                    name="one_flag_per_person_and_information",
                )
            ],
        },
    ),
]
