"""As of 0.1: 情報連携記録, 情報連携記録の対象者, 記録ダイジェスト, 記録封緘."""

import uuid

import django.contrib.postgres.fields
from django.db import migrations, models

from sapporo_base.migrations.sql.records import PARTITIONED_TABLES

TABLES = [
    migrations.CreateModel(
        name="RecordLeaf",
        fields=[
            (
                "position",
                models.BigIntegerField(primary_key=True, serialize=False, verbose_name="順番"),
            ),
            ("record_id", models.BigIntegerField(unique=True, verbose_name="記録番号")),
            ("at", models.DateTimeField(verbose_name="日時")),
            ("digest", models.BinaryField(max_length=32, verbose_name="ダイジェスト")),
            ("seal_number", models.BigIntegerField(verbose_name="封緘番号")),
        ],
        options={
            "verbose_name": "記録ダイジェスト",
            "verbose_name_plural": "記録ダイジェスト",
            "indexes": [models.Index(fields=["seal_number"], name="record_leaf_by_seal")],
        },
    ),
    migrations.CreateModel(
        name="RecordSeal",
        fields=[
            (
                "number",
                models.BigIntegerField(primary_key=True, serialize=False, verbose_name="封緘番号"),
            ),
            ("first_position", models.BigIntegerField(verbose_name="最初の順番")),
            ("last_position", models.BigIntegerField(verbose_name="最後の順番")),
            ("root", models.BinaryField(max_length=32, verbose_name="ルート")),
            ("previous_chain", models.BinaryField(max_length=32, verbose_name="前の連鎖値")),
            ("chain", models.BinaryField(max_length=32, verbose_name="連鎖値")),
            ("sealed_at", models.DateTimeField(verbose_name="封緘日時")),
            ("key_fingerprint", models.CharField(max_length=64, verbose_name="署名鍵の指紋")),
            ("signature", models.BinaryField(max_length=64, verbose_name="署名")),
        ],
        options={
            "verbose_name": "記録封緘",
            "verbose_name_plural": "記録封緘",
        },
    ),
    migrations.SeparateDatabaseAndState(
        database_operations=[
            PARTITIONED_TABLES,
        ],
        state_operations=[
            migrations.CreateModel(
                name="LinkageRecord",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            primary_key=True, serialize=False, verbose_name="記録番号"
                        ),
                    ),
                    ("at", models.DateTimeField(verbose_name="日時")),
                    ("kind", models.CharField(max_length=40, verbose_name="種別")),
                    (
                        "path",
                        models.CharField(
                            choices=[
                                ("api", "API"),
                                ("admin", "管理画面"),
                                ("file", "ファイル連携"),
                                ("command", "コマンド"),
                                ("task", "自動処理"),
                            ],
                            max_length=10,
                            verbose_name="経路",
                        ),
                    ),
                    (
                        "result",
                        models.CharField(
                            choices=[
                                ("done", "完了"),
                                ("partly", "一部完了"),
                                ("refused", "拒否"),
                                ("failed", "失敗"),
                            ],
                            default="done",
                            max_length=10,
                            verbose_name="結果",
                        ),
                    ),
                    (
                        "detail",
                        models.CharField(
                            blank=True, default="", max_length=300, verbose_name="結果の詳細"
                        ),
                    ),
                    (
                        "staff_number",
                        models.CharField(
                            blank=True, default="", max_length=20, verbose_name="職員番号"
                        ),
                    ),
                    (
                        "staff_name",
                        models.CharField(
                            blank=True, default="", max_length=100, verbose_name="職員氏名"
                        ),
                    ),
                    (
                        "system_code",
                        models.CharField(
                            blank=True, default="", max_length=7, verbose_name="庁内業務システム"
                        ),
                    ),
                    (
                        "receiver_code",
                        models.CharField(
                            blank=True,
                            default="",
                            max_length=7,
                            verbose_name="移転先・相手方システム",
                        ),
                    ),
                    (
                        "on_behalf_of",
                        models.CharField(
                            blank=True, default="", max_length=40, verbose_name="代行元職員"
                        ),
                    ),
                    (
                        "procedure",
                        models.CharField(
                            blank=True, default="", max_length=300, verbose_name="事務"
                        ),
                    ),
                    (
                        "legal_basis",
                        models.CharField(
                            blank=True, default="", max_length=320, verbose_name="法令上の根拠"
                        ),
                    ),
                    (
                        "legal_basis_code",
                        models.CharField(
                            blank=True, default="", max_length=40, verbose_name="根拠コード"
                        ),
                    ),
                    (
                        "reason",
                        models.CharField(
                            blank=True, default="", max_length=300, verbose_name="理由"
                        ),
                    ),
                    (
                        "information",
                        models.CharField(
                            blank=True, default="", max_length=300, verbose_name="特定個人情報"
                        ),
                    ),
                    (
                        "information_code",
                        models.CharField(
                            blank=True,
                            default="",
                            max_length=16,
                            verbose_name="特定個人情報名コード",
                        ),
                    ),
                    (
                        "items",
                        django.contrib.postgres.fields.ArrayField(
                            base_field=models.CharField(max_length=100),
                            default=list,
                            size=None,
                            verbose_name="項目",
                        ),
                    ),
                    (
                        "withheld",
                        django.contrib.postgres.fields.ArrayField(
                            base_field=models.CharField(max_length=100),
                            default=list,
                            size=None,
                            verbose_name="提供しなかった項目",
                        ),
                    ),
                    (
                        "inquirer",
                        models.CharField(
                            blank=True, default="", max_length=200, verbose_name="情報照会者"
                        ),
                    ),
                    (
                        "provider",
                        models.CharField(
                            blank=True, default="", max_length=200, verbose_name="情報提供者"
                        ),
                    ),
                    (
                        "requested_at",
                        models.DateTimeField(null=True, verbose_name="提供の求めの日時"),
                    ),
                    ("provided_at", models.DateTimeField(null=True, verbose_name="提供の日時")),
                    ("not_disclosed", models.BooleanField(default=False, verbose_name="不開示")),
                    (
                        "opened_individual_number",
                        models.BooleanField(default=False, verbose_name="個人番号の取扱い"),
                    ),
                    (
                        "subject_count",
                        models.PositiveIntegerField(default=0, verbose_name="対象者数"),
                    ),
                    (
                        "feed",
                        models.CharField(
                            blank=True, default="", max_length=60, verbose_name="連携フィード"
                        ),
                    ),
                    (
                        "feed_after",
                        models.BigIntegerField(null=True, verbose_name="フィード開始位置"),
                    ),
                    (
                        "feed_until",
                        models.BigIntegerField(null=True, verbose_name="フィード終了位置"),
                    ),
                    (
                        "terminal",
                        models.CharField(
                            blank=True, default="", max_length=60, verbose_name="端末"
                        ),
                    ),
                    ("correlation_id", models.UUIDField(default=uuid.uuid4, verbose_name="相関ID")),
                ],
                options={
                    "verbose_name": "情報連携記録",
                    "verbose_name_plural": "情報連携記録",
                    "indexes": [
                        models.Index(fields=["correlation_id"], name="linkage_record_by_trip"),
                        models.Index(fields=["at", "id"], name="linkage_record_by_time"),
                        models.Index(fields=["staff_number", "at"], name="linkage_record_by_staff"),
                        models.Index(fields=["system_code", "at"], name="linkage_record_by_system"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="LinkageRecordSubject",
                fields=[
                    ("id", models.BigAutoField(primary_key=True, serialize=False)),
                    ("record_id", models.BigIntegerField(verbose_name="記録番号")),
                    ("at", models.DateTimeField(verbose_name="日時")),
                    (
                        "number_kind",
                        models.CharField(
                            choices=[
                                ("integrated", "団体内統合宛名番号"),
                                ("resident", "住民宛名番号"),
                                ("social", "社会保障宛名番号"),
                                ("business", "業務番号"),
                            ],
                            max_length=12,
                            verbose_name="番号の種類",
                        ),
                    ),
                    ("number", models.CharField(max_length=20, verbose_name="番号")),
                ],
                options={
                    "verbose_name": "情報連携記録の対象者",
                    "verbose_name_plural": "情報連携記録の対象者",
                    "indexes": [
                        models.Index(
                            fields=["number", "number_kind", "at"], name="record_subject_by_number"
                        ),
                        models.Index(fields=["record_id"], name="record_subject_by_record"),
                    ],
                },
            ),
        ],
    ),
]
