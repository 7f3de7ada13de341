"""As of 0.1: 配信状況, 転送待ち, 付番待ち."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Delivery",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("read_until", models.BigIntegerField(default=0, verbose_name="配信済みの位置")),
            ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="最終配信日時")),
            (
                "acknowledged_until",
                models.BigIntegerField(default=0, verbose_name="受領確認済みの位置"),
            ),
            (
                "acknowledged_at",
                models.DateTimeField(blank=True, null=True, verbose_name="最終受領確認日時"),
            ),
            (
                "system",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="sapporo_base.businesssystem",
                    verbose_name="庁内業務システム",
                ),
            ),
            (
                "snapshot_at",
                models.DateTimeField(blank=True, null=True, verbose_name="最終全件配信日時"),
            ),
            (
                "snapshot_until",
                models.BigIntegerField(blank=True, null=True, verbose_name="全件配信の位置"),
            ),
            (
                "skipped_after",
                models.BigIntegerField(blank=True, null=True, verbose_name="読み飛ばしの始め"),
            ),
            (
                "skipped_until",
                models.BigIntegerField(blank=True, null=True, verbose_name="読み飛ばしの終わり"),
            ),
            (
                "reads_feed",
                models.BooleanField(
                    default=True,
                    help_text="受領と同時に引き渡す、または都度の照会だけを行うシステムは、いいえ。",
                    verbose_name="異動情報を順に受け取る",
                ),
            ),
        ],
        options={
            "verbose_name": "配信状況",
            "verbose_name_plural": "配信状況",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("acknowledged_until__lte", models.F("read_until"))),
                    name="nothing_is_acknowledged_before_it_was_read",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("skipped_after__isnull", True), ("skipped_until__isnull", True)),
                        ("skipped_after__lt", models.F("skipped_until")),
                        _connector="OR",
                    ),
                    name="a_skipped_stretch_has_two_ends",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="WaitingForwarding",
        fields=[
            (
                "resident_number",
                models.CharField(
                    max_length=15, primary_key=True, serialize=False, verbose_name="宛名番号"
                ),
            ),
            ("reason", models.CharField(max_length=100, verbose_name="理由")),
            ("waiting_since", models.DateTimeField(verbose_name="待ち始めた日時")),
        ],
        options={
            "verbose_name": "転送待ち",
            "verbose_name_plural": "転送待ち",
        },
    ),
    migrations.CreateModel(
        name="WaitingNumbering",
        fields=[
            (
                "resident_number",
                models.CharField(
                    max_length=15, primary_key=True, serialize=False, verbose_name="宛名番号"
                ),
            ),
            ("reason", models.CharField(max_length=100, verbose_name="理由")),
            ("waiting_since", models.DateTimeField(verbose_name="待ち始めた日時")),
        ],
        options={
            "verbose_name": "付番待ち",
            "verbose_name_plural": "付番待ち",
        },
    ),
]
