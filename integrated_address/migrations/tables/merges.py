"""As of 0.1: 名寄せ, 名寄せの移動行, 名寄せ通知."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Merge",
        fields=[
            (
                "id",
                models.BigAutoField(primary_key=True, serialize=False, verbose_name="名寄せ番号"),
            ),
            (
                "state",
                models.CharField(
                    choices=[
                        ("proposed", "提案中"),
                        ("merged", "名寄せ済"),
                        ("undone", "解除済"),
                        ("rejected", "却下"),
                    ],
                    default="proposed",
                    max_length=10,
                    verbose_name="状態",
                ),
            ),
            (
                "cause",
                models.CharField(
                    choices=[("judged", "同一人の判定"), ("individual_number", "個人番号の判明")],
                    max_length=20,
                    verbose_name="提案の理由",
                ),
            ),
            (
                "reason",
                models.CharField(blank=True, default="", max_length=300, verbose_name="提案の説明"),
            ),
            ("image", models.JSONField(default=dict, verbose_name="名寄せ前の姿")),
            ("proposed_at", models.DateTimeField(verbose_name="提案日時")),
            (
                "proposed_by",
                models.CharField(
                    blank=True, default="", max_length=20, verbose_name="提案した職員"
                ),
            ),
            ("decided_at", models.DateTimeField(null=True, verbose_name="承認・却下日時")),
            (
                "decided_by",
                models.CharField(
                    blank=True, default="", max_length=20, verbose_name="承認・却下した職員"
                ),
            ),
            (
                "decided_reason",
                models.CharField(
                    blank=True, default="", max_length=300, verbose_name="承認・却下の理由"
                ),
            ),
            ("undone_at", models.DateTimeField(null=True, verbose_name="解除日時")),
            (
                "undone_by",
                models.CharField(
                    blank=True, default="", max_length=20, verbose_name="解除した職員"
                ),
            ),
            (
                "undone_reason",
                models.CharField(blank=True, default="", max_length=300, verbose_name="解除の理由"),
            ),
            ("correlation_id", models.UUIDField(default=uuid.uuid4, verbose_name="相関ID")),
            (
                "candidate",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="merges",
                    to="integrated_address.matchcandidate",
                    verbose_name="同一人候補",
                ),
            ),
            (
                "retired",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="merges_away",
                    to="integrated_address.integratedaddressee",
                    verbose_name="統合される番号",
                ),
            ),
            (
                "survivor",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="merges_in",
                    to="integrated_address.integratedaddressee",
                    verbose_name="残る番号",
                ),
            ),
        ],
        options={
            "verbose_name": "名寄せ",
            "verbose_name_plural": "名寄せ",
            "permissions": [
                ("approve_merge", "名寄せを承認・却下できる"),
                ("undo_merge", "名寄せを解除できる"),
            ],
            "indexes": [models.Index(fields=["state", "proposed_at"], name="merge_by_state")],
            "constraints": [
                models.UniqueConstraint(
                    django.db.models.functions.comparison.Least("retired", "survivor"),
                    django.db.models.functions.comparison.Greatest("retired", "survivor"),
                    condition=models.Q(("state", "proposed")),
                    name="one_open_proposal_per_pair",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("state", "merged")),
                    fields=("retired",),
                    name="a_number_is_merged_once_at_a_time",
                ),
                models.CheckConstraint(
                    condition=models.Q(("retired", models.F("survivor")), _negated=True),
                    name="nobody_is_merged_with_themselves",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("proposed_by", ""),
                        ("decided_by", ""),
                        models.Q(("proposed_by", models.F("decided_by")), _negated=True),
                        ("state", "rejected"),
                        _connector="OR",
                    ),
                    name="a_merge_is_approved_by_another",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("state", "proposed"),
                        models.Q(
                            ("decided_at__isnull", False),
                            models.Q(("decided_by", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="a_decided_merge_says_when_and_by_whom",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "undone"), _negated=True),
                        models.Q(
                            ("undone_at__isnull", False),
                            models.Q(("undone_by", ""), _negated=True),
                            models.Q(("undone_reason", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="an_undone_merge_says_when_by_whom_and_why",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="MergeRow",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "table",
                models.CharField(
                    choices=[
                        ("businessnumber", "業務番号"),
                        ("basicitems", "基本4情報"),
                        ("individualnumber", "個人番号"),
                    ],
                    max_length=20,
                    verbose_name="種類",
                ),
            ),
            ("row_before", models.BigIntegerField(verbose_name="名寄せ前の行")),
            ("row_after", models.BigIntegerField(verbose_name="名寄せ後の行")),
            (
                "merge",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="rows",
                    to="integrated_address.merge",
                    verbose_name="名寄せ",
                ),
            ),
        ],
        options={
            "verbose_name": "名寄せの移動行",
            "verbose_name_plural": "名寄せの移動行",
        },
    ),
    migrations.CreateModel(
        name="MergeNotice",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="通知番号")),
            (
                "kind",
                models.CharField(
                    choices=[("merged", "名寄せ"), ("unmerged", "名寄せ解除")],
                    max_length=10,
                    verbose_name="種別",
                ),
            ),
            (
                "moved_numbers",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=20),
                    default=list,
                    size=None,
                    verbose_name="移った業務番号",
                ),
            ),
            (
                "kept_numbers",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=20),
                    default=list,
                    size=None,
                    verbose_name="残る方の業務番号",
                ),
            ),
            ("at", models.DateTimeField(verbose_name="通知日時")),
            ("acknowledged_at", models.DateTimeField(null=True, verbose_name="受領確認日時")),
            ("correlation_id", models.UUIDField(default=uuid.uuid4, verbose_name="相関ID")),
            (
                "merge",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="notices",
                    to="integrated_address.merge",
                    verbose_name="名寄せ",
                ),
            ),
            (
                "system",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="sapporo_base.businesssystem",
                    verbose_name="庁内業務システム",
                ),
            ),
        ],
        options={
            "verbose_name": "名寄せ通知",
            "verbose_name_plural": "名寄せ通知",
            "indexes": [
                models.Index(fields=["system", "id"], name="merge_notice_of_system"),
                models.Index(
                    condition=models.Q(("acknowledged_at__isnull", True)),
                    fields=["at"],
                    name="merge_notice_not_acknowledged",
                ),
            ],
            "constraints": [
                models.UniqueConstraint(
                    fields=("merge", "kind", "system"), name="one_notice_per_merge_kind_and_system"
                )
            ],
        },
    ),
]
