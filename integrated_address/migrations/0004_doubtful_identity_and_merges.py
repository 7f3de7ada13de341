"""Doubtful identity, its judgement, and 名寄せ with what it moved and whom it told."""

import uuid

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("integrated_address", "0003_kana_keys_come_with_their_people"),
        ("sapporo_base", "0005_sections_apply_for_their_systems"),
    ]

    operations = [
        migrations.CreateModel(
            name="MatchCandidate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "score",
                    models.FloatField(
                        help_text="2を底とする対数。1増えるごとに確からしさが2倍。",
                        verbose_name="得点",
                    ),
                ),
                ("probability", models.FloatField(verbose_name="同一人の確率")),
                ("levels", models.JSONField(default=dict, verbose_name="項目ごとの一致の程度")),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("bulk", "一括照合"),
                            ("registration", "登録時の照合"),
                            ("individual_number", "個人番号の判明"),
                        ],
                        max_length=20,
                        verbose_name="発見の経緯",
                    ),
                ),
                ("fingerprint", models.CharField(max_length=32, verbose_name="比較した内容の指紋")),
                ("found_at", models.DateTimeField(verbose_name="発見日時")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "判定待ち"),
                            ("put_off", "保留"),
                            ("different", "別人"),
                            ("proposed", "名寄せ提案中"),
                            ("merged", "名寄せ済"),
                            ("lapsed", "解消"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                ("since", models.DateTimeField(verbose_name="状態の開始日時")),
                (
                    "reason",
                    models.CharField(blank=True, default="", max_length=300, verbose_name="理由"),
                ),
                (
                    "decided_by",
                    models.CharField(
                        blank=True, default="", max_length=20, verbose_name="判定した職員"
                    ),
                ),
            ],
            options={
                "verbose_name": "同一人候補",
                "verbose_name_plural": "同一人候補",
                "permissions": [("decide_matchcandidate", "同一人かどうかを判定できる")],
            },
        ),
        migrations.CreateModel(
            name="MatchDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state_before",
                    models.CharField(
                        choices=[
                            ("waiting", "判定待ち"),
                            ("put_off", "保留"),
                            ("different", "別人"),
                            ("proposed", "名寄せ提案中"),
                            ("merged", "名寄せ済"),
                            ("lapsed", "解消"),
                        ],
                        max_length=10,
                        verbose_name="前の状態",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "判定待ち"),
                            ("put_off", "保留"),
                            ("different", "別人"),
                            ("proposed", "名寄せ提案中"),
                            ("merged", "名寄せ済"),
                            ("lapsed", "解消"),
                        ],
                        max_length=10,
                        verbose_name="判定",
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, default="", max_length=300, verbose_name="理由"),
                ),
                (
                    "staff_number",
                    models.CharField(
                        blank=True, default="", max_length=20, verbose_name="職員番号"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="日時")),
                ("correlation_id", models.UUIDField(default=uuid.uuid4, verbose_name="相関ID")),
            ],
            options={
                "verbose_name": "同一人判定",
                "verbose_name_plural": "同一人判定",
            },
        ),
        migrations.CreateModel(
            name="MatchKey",
            fields=[
                (
                    "addressee",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="match_key",
                        serialize=False,
                        to="integrated_address.integratedaddressee",
                        verbose_name="団体内統合宛名",
                    ),
                ),
                ("basics", models.BigIntegerField(verbose_name="基本4情報の版")),
                (
                    "name",
                    models.CharField(
                        blank=True, default="", max_length=300, verbose_name="照合用氏名"
                    ),
                ),
                (
                    "kana",
                    models.CharField(
                        blank=True, default="", max_length=300, verbose_name="照合用フリガナ"
                    ),
                ),
                (
                    "given",
                    models.CharField(
                        blank=True, default="", max_length=300, verbose_name="照合用フリガナ(名)"
                    ),
                ),
                ("birth_on", models.DateField(null=True, verbose_name="生年月日")),
                (
                    "sex",
                    models.CharField(blank=True, default="", max_length=1, verbose_name="性別"),
                ),
                (
                    "residence",
                    models.CharField(
                        blank=True, default="", max_length=600, verbose_name="照合用住所"
                    ),
                ),
                (
                    "town",
                    models.CharField(
                        blank=True, default="", max_length=600, verbose_name="照合用町字"
                    ),
                ),
                (
                    "residences",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=600),
                        default=list,
                        size=None,
                        verbose_name="照合用住所(過去を含む)",
                    ),
                ),
                ("has_number", models.BooleanField(default=False, verbose_name="個人番号の登録")),
            ],
            options={
                "verbose_name": "照合キー",
                "verbose_name_plural": "照合キー",
            },
        ),
        migrations.CreateModel(
            name="MatchModel",
            fields=[
                (
                    "version",
                    models.PositiveIntegerField(
                        primary_key=True, serialize=False, verbose_name="版"
                    ),
                ),
                ("is_current", models.BooleanField(default=False, verbose_name="使用中")),
                ("weights", models.JSONField(verbose_name="重み")),
                ("prior", models.FloatField(verbose_name="同一人の事前確率")),
                ("people", models.PositiveIntegerField(verbose_name="学習に用いた人数")),
                ("library", models.CharField(max_length=60, verbose_name="学習に用いたライブラリ")),
                ("trained_at", models.DateTimeField(verbose_name="学習日時")),
                (
                    "staff_number",
                    models.CharField(
                        blank=True, default="", max_length=20, verbose_name="学習した職員"
                    ),
                ),
                ("correlation_id", models.UUIDField(default=uuid.uuid4, verbose_name="相関ID")),
            ],
            options={
                "verbose_name": "照合モデル",
                "verbose_name_plural": "照合モデル",
                "permissions": [("train_match_model", "照合モデルを選択できる")],
            },
        ),
        migrations.CreateModel(
            name="MatchReceipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("receipt", models.BigIntegerField(default=0, verbose_name="受領番号")),
                ("read_at", models.DateTimeField(null=True, verbose_name="受領日時")),
            ],
            options={
                "verbose_name": "照合の受領位置",
                "verbose_name_plural": "照合の受領位置",
            },
        ),
        migrations.CreateModel(
            name="MatchThreshold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "candidate_from",
                    models.DecimalField(
                        decimal_places=1,
                        default=3,
                        help_text="この得点以上の組を候補一覧に載せます。下げると見落としが減り、件数が増えます。",
                        max_digits=4,
                        validators=[
                            django.core.validators.MinValueValidator(-20),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="候補とする得点",
                    ),
                ),
                (
                    "strong_from",
                    models.DecimalField(
                        decimal_places=1,
                        default=10,
                        help_text="この得点以上の組を「濃厚」と表示します。自動で統合することはありません。",
                        max_digits=4,
                        validators=[
                            django.core.validators.MinValueValidator(-20),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="濃厚とする得点",
                    ),
                ),
                (
                    "changed_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="変更日時"),
                ),
            ],
            options={
                "verbose_name": "照合しきい値",
                "verbose_name_plural": "照合しきい値",
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        primary_key=True, serialize=False, verbose_name="名寄せ番号"
                    ),
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
                        choices=[
                            ("judged", "同一人の判定"),
                            ("individual_number", "個人番号の判明"),
                        ],
                        max_length=20,
                        verbose_name="提案の理由",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, default="", max_length=300, verbose_name="提案の説明"
                    ),
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
                    models.CharField(
                        blank=True, default="", max_length=300, verbose_name="解除の理由"
                    ),
                ),
                ("correlation_id", models.UUIDField(default=uuid.uuid4, verbose_name="相関ID")),
            ],
            options={
                "verbose_name": "名寄せ",
                "verbose_name_plural": "名寄せ",
                "permissions": [
                    ("approve_merge", "名寄せを承認・却下できる"),
                    ("undo_merge", "名寄せを解除できる"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MergeNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(primary_key=True, serialize=False, verbose_name="通知番号"),
                ),
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
            ],
            options={
                "verbose_name": "名寄せ通知",
                "verbose_name_plural": "名寄せ通知",
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
                ("row_before", models.BigIntegerField(null=True, verbose_name="名寄せ前の行")),
                ("row_after", models.BigIntegerField(null=True, verbose_name="名寄せ後の行")),
            ],
            options={
                "verbose_name": "名寄せの移動行",
                "verbose_name_plural": "名寄せの移動行",
            },
        ),
        migrations.RemoveConstraint(
            model_name="integratedaddressee",
            name="deleted_addressee_says_when",
        ),
        migrations.AddField(
            model_name="addresseechange",
            name="survivor",
            field=models.CharField(
                blank=True, db_default="", max_length=15, verbose_name="残る番号"
            ),
        ),
        migrations.AddField(
            model_name="integratedaddressee",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="merged_numbers",
                to="integrated_address.integratedaddressee",
                verbose_name="名寄せ先",
            ),
        ),
        migrations.AlterField(
            model_name="addresseechange",
            name="kind",
            field=models.CharField(
                choices=[
                    ("numbered", "付番"),
                    ("updated", "基本4情報の更新"),
                    ("deleted", "削除"),
                    ("merged", "名寄せ"),
                    ("unmerged", "名寄せ解除"),
                ],
                max_length=8,
                verbose_name="種別",
            ),
        ),
        migrations.AlterField(
            model_name="integratedaddressee",
            name="deleted_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="削除・名寄せ日時"),
        ),
        migrations.AlterField(
            model_name="integratedaddressee",
            name="state",
            field=models.CharField(
                choices=[("active", "有効"), ("deleted", "削除"), ("merged", "名寄せ済")],
                default="active",
                max_length=8,
                verbose_name="状態",
            ),
        ),
        migrations.AddIndex(
            model_name="integratedaddressee",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)),
                fields=["merged_into"],
                name="numbers_merged_into",
            ),
        ),
        migrations.AddConstraint(
            model_name="addresseechange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["merged", "unmerged"]), ("survivor", ""), _connector="XOR"
                ),
                name="a_merge_in_the_feed_says_who_survives",
            ),
        ),
        migrations.AddConstraint(
            model_name="integratedaddressee",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deleted_at__isnull", True), ("state", "active")),
                    models.Q(("deleted_at__isnull", False), ("state__in", ["deleted", "merged"])),
                    _connector="OR",
                ),
                name="deleted_addressee_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="integratedaddressee",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("merged_into__isnull", False), ("state", "merged")),
                    models.Q(
                        models.Q(("state", "merged"), _negated=True), ("merged_into__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="merged_addressee_says_into_whom",
            ),
        ),
        migrations.AddField(
            model_name="matchcandidate",
            name="first",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="integrated_address.integratedaddressee",
                verbose_name="一人目",
            ),
        ),
        migrations.AddField(
            model_name="matchcandidate",
            name="second",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="integrated_address.integratedaddressee",
                verbose_name="二人目",
            ),
        ),
        migrations.AddField(
            model_name="matchdecision",
            name="candidate",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="integrated_address.matchcandidate",
                verbose_name="同一人候補",
            ),
        ),
        migrations.AddIndex(
            model_name="matchkey",
            index=models.Index(
                fields=["kana"], name="match_key_by_kana", opclasses=["varchar_pattern_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="matchkey",
            index=models.Index(fields=["birth_on", "kana"], name="match_key_by_birth"),
        ),
        migrations.AddIndex(
            model_name="matchkey",
            index=models.Index(
                condition=models.Q(("residence", ""), _negated=True),
                fields=["residence"],
                name="match_key_by_residence",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchmodel",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_current", True)),
                fields=("is_current",),
                name="one_current_match_model",
            ),
        ),
        migrations.AddField(
            model_name="matchcandidate",
            name="model",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="integrated_address.matchmodel",
                verbose_name="照合モデル",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchreceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("id", 1)), name="one_row_of_match_receipts"
            ),
        ),
        migrations.AddConstraint(
            model_name="matchthreshold",
            constraint=models.CheckConstraint(
                condition=models.Q(("id", 1)), name="one_row_of_match_thresholds"
            ),
        ),
        migrations.AddConstraint(
            model_name="matchthreshold",
            constraint=models.CheckConstraint(
                condition=models.Q(("strong_from__gte", models.F("candidate_from"))),
                name="strong_matches_are_candidates",
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="candidate",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merges",
                to="integrated_address.matchcandidate",
                verbose_name="同一人候補",
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="retired",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="merges_away",
                to="integrated_address.integratedaddressee",
                verbose_name="統合される番号",
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="survivor",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="merges_in",
                to="integrated_address.integratedaddressee",
                verbose_name="残る番号",
            ),
        ),
        migrations.AddField(
            model_name="mergenotice",
            name="merge",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="integrated_address.merge",
                verbose_name="名寄せ",
            ),
        ),
        migrations.AddField(
            model_name="mergenotice",
            name="system",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sapporo_base.businesssystem",
                verbose_name="庁内業務システム",
            ),
        ),
        migrations.AddField(
            model_name="mergerow",
            name="merge",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rows",
                to="integrated_address.merge",
                verbose_name="名寄せ",
            ),
        ),
        migrations.AddIndex(
            model_name="matchcandidate",
            index=models.Index(
                models.OrderBy(models.F("score"), descending=True),
                models.F("found_at"),
                condition=models.Q(("state__in", ["waiting", "put_off"])),
                name="candidate_by_score",
            ),
        ),
        migrations.AddIndex(
            model_name="matchcandidate",
            index=models.Index(fields=["state", "since"], name="candidate_by_state"),
        ),
        migrations.AddConstraint(
            model_name="matchcandidate",
            constraint=models.UniqueConstraint(
                fields=("first", "second"), name="one_candidate_per_pair"
            ),
        ),
        migrations.AddConstraint(
            model_name="matchcandidate",
            constraint=models.CheckConstraint(
                condition=models.Q(("first__lt", models.F("second"))), name="a_pair_has_one_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="matchcandidate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["put_off", "different"]), _negated=True),
                    models.Q(
                        models.Q(("decided_by", ""), _negated=True),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_judged_candidate_says_by_whom_and_why",
            ),
        ),
        migrations.AddIndex(
            model_name="merge",
            index=models.Index(fields=["state", "proposed_at"], name="merge_by_state"),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.UniqueConstraint(
                django.db.models.functions.comparison.Least("retired", "survivor"),
                django.db.models.functions.comparison.Greatest("retired", "survivor"),
                condition=models.Q(("state", "proposed")),
                name="one_open_proposal_per_pair",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "merged")),
                fields=("retired",),
                name="a_number_is_merged_once_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(("retired", models.F("survivor")), _negated=True),
                name="nobody_is_merged_with_themselves",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("proposed_by", ""),
                    ("decided_by", ""),
                    models.Q(("proposed_by", models.F("decided_by")), _negated=True),
                    ("state", "rejected"),
                    _connector="OR",
                ),
                name="a_merge_is_approved_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "proposed"),
                    models.Q(
                        ("decided_at__isnull", False), models.Q(("decided_by", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="a_decided_merge_says_when_and_by_whom",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddIndex(
            model_name="mergenotice",
            index=models.Index(fields=["system", "id"], name="merge_notice_of_system"),
        ),
        migrations.AddIndex(
            model_name="mergenotice",
            index=models.Index(
                condition=models.Q(("acknowledged_at__isnull", True)),
                fields=["at"],
                name="merge_notice_not_acknowledged",
            ),
        ),
        migrations.AddConstraint(
            model_name="mergenotice",
            constraint=models.UniqueConstraint(
                fields=("merge", "kind", "system"), name="one_notice_per_merge_kind_and_system"
            ),
        ),
        migrations.AddConstraint(
            model_name="mergerow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("row_before__isnull", False), ("row_after__isnull", False), _connector="OR"
                ),
                name="a_moved_row_was_or_is",
            ),
        ),
    ]
