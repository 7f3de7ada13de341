"""As of 0.1: 異動提案, 受領位置, 通知書."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Proposal",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("revision", "額改定"),
                        ("end", "消滅"),
                        ("age", "年齢到達"),
                        ("difference", "支給済額との差異"),
                    ],
                    max_length=10,
                    verbose_name="種別",
                ),
            ),
            ("month", models.DateField(verbose_name="適用年月")),
            ("reason", models.CharField(max_length=100, verbose_name="事由")),
            ("source", models.CharField(max_length=80, verbose_name="契機")),
            (
                "state",
                models.CharField(
                    choices=[("open", "未処理"), ("taken_up", "処理済"), ("set_aside", "対応不要")],
                    default="open",
                    max_length=10,
                    verbose_name="状態",
                ),
            ),
            ("raised_at", models.DateTimeField(verbose_name="提案日時")),
            ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="処理日時")),
            (
                "settled_because",
                models.CharField(blank=True, max_length=200, verbose_name="処理の理由"),
            ),
            (
                "settled_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="処理者",
                ),
            ),
            (
                "recipient",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="proposals",
                    to="child_allowance.recipient",
                    verbose_name="受給者",
                ),
            ),
            (
                "child",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="proposals",
                    to="child_allowance.supportedchild",
                    verbose_name="算定児童",
                ),
            ),
        ],
        options={
            "verbose_name": "異動提案",
            "verbose_name_plural": "異動提案",
            "indexes": [
                models.Index(
                    condition=models.Q(("state", "open")),
                    fields=["raised_at"],
                    name="proposal_open_by_age",
                )
            ],
            "constraints": [
                models.UniqueConstraint(
                    fields=("recipient", "child", "kind", "month", "source"),
                    name="a_change_is_proposed_once",
                    nulls_distinct=False,
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("state", "open"), ("settled_at__isnull", False), _connector="OR"
                    ),
                    name="a_settled_proposal_says_when",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="FeedPosition",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("feed", models.CharField(max_length=40, unique=True, verbose_name="連携元")),
            ("receipt", models.BigIntegerField(default=0, verbose_name="受領番号")),
        ],
        options={
            "verbose_name": "受領位置",
            "verbose_name_plural": "受領位置",
        },
    ),
    migrations.CreateModel(
        name="Letter",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "letter_number",
                models.CharField(max_length=30, unique=True, verbose_name="文書番号"),
            ),
            ("title", models.CharField(max_length=60, verbose_name="表題")),
            ("body", models.TextField(verbose_name="本文")),
            ("dated_on", models.DateField(verbose_name="発出日")),
            (
                "decision",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="letter",
                    to="child_allowance.decision",
                    verbose_name="決定",
                ),
            ),
        ],
        options={
            "verbose_name": "通知書",
            "verbose_name_plural": "通知書",
            "permissions": (("print_letter", "通知書を印刷できる"),),
        },
    ),
]
