"""As of 0.1: 照合キー, 照合モデル, 照合しきい値, 照合の受領位置, 同一人候補, 同一人判定."""

import uuid

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

TABLES = [
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
                models.CharField(blank=True, default="", max_length=300, verbose_name="照合用氏名"),
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
            ("sex", models.CharField(blank=True, default="", max_length=1, verbose_name="性別")),
            (
                "residence",
                models.CharField(blank=True, default="", max_length=600, verbose_name="照合用住所"),
            ),
            (
                "town",
                models.CharField(blank=True, default="", max_length=600, verbose_name="照合用町字"),
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
            (
                "birth",
                models.CharField(
                    blank=True, default="", max_length=8, verbose_name="照合用生年月日"
                ),
            ),
        ],
        options={
            "verbose_name": "照合キー",
            "verbose_name_plural": "照合キー",
            "indexes": [
                models.Index(
                    fields=["kana"], name="match_key_by_kana", opclasses=["varchar_pattern_ops"]
                ),
                models.Index(
                    condition=models.Q(("residence", ""), _negated=True),
                    fields=["residence"],
                    name="match_key_by_residence",
                ),
                models.Index(
                    condition=models.Q(("birth", ""), _negated=True),
                    fields=["birth", "kana"],
                    name="match_key_by_birth",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="MatchModel",
        fields=[
            (
                "version",
                models.PositiveIntegerField(primary_key=True, serialize=False, verbose_name="版"),
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
            (
                "expected",
                models.JSONField(blank=True, default=list, verbose_name="得点ごとの見込み"),
            ),
        ],
        options={
            "verbose_name": "照合モデル",
            "verbose_name_plural": "照合モデル",
            "permissions": [("train_match_model", "照合モデルを選択できる")],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("is_current", True)),
                    fields=("is_current",),
                    name="one_current_match_model",
                )
            ],
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
                    default=0,
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
                    default=5,
                    help_text="この得点以上の組を「濃厚」、未満の組を「要確認」と表示します。自動で統合することはありません。",
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
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("id", 1)), name="one_row_of_match_thresholds"
                ),
                models.CheckConstraint(
                    condition=models.Q(("strong_from__gte", models.F("candidate_from"))),
                    name="strong_matches_are_candidates",
                ),
            ],
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
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("id", 1)), name="one_row_of_match_receipts"
                )
            ],
        },
    ),
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
                    help_text="2を底とする対数。1増えるごとに確からしさが2倍。", verbose_name="得点"
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
            (
                "first",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    to="integrated_address.integratedaddressee",
                    verbose_name="一人目",
                ),
            ),
            (
                "second",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    to="integrated_address.integratedaddressee",
                    verbose_name="二人目",
                ),
            ),
            (
                "model",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="integrated_address.matchmodel",
                    verbose_name="照合モデル",
                ),
            ),
        ],
        options={
            "verbose_name": "同一人候補",
            "verbose_name_plural": "同一人候補",
            "permissions": [("decide_matchcandidate", "同一人かどうかを判定できる")],
            "indexes": [
                models.Index(
                    models.OrderBy(models.F("score"), descending=True),
                    models.F("found_at"),
                    condition=models.Q(("state__in", ["waiting", "put_off"])),
                    name="candidate_by_score",
                ),
                models.Index(fields=["state", "since"], name="candidate_by_state"),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("first", "second"), name="one_candidate_per_pair"),
                models.CheckConstraint(
                    condition=models.Q(("first__lt", models.F("second"))),
                    name="a_pair_has_one_order",
                ),
                models.CheckConstraint(
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
            ],
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
                models.CharField(blank=True, default="", max_length=20, verbose_name="職員番号"),
            ),
            ("at", models.DateTimeField(verbose_name="日時")),
            ("correlation_id", models.UUIDField(default=uuid.uuid4, verbose_name="相関ID")),
            (
                "candidate",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="decisions",
                    to="integrated_address.matchcandidate",
                    verbose_name="同一人候補",
                ),
            ),
        ],
        options={
            "verbose_name": "同一人判定",
            "verbose_name_plural": "同一人判定",
        },
    ),
]
