"""As of 0.1: 支援措置, 支援措置期間, 支援措置申出, 支援措置転送, 支援措置の相手方, 一時解除, 閲覧警報."""

import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="SupportMeasure",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("resident_number", models.CharField(max_length=15, verbose_name="宛名番号")),
            (
                "kind",
                models.CharField(
                    choices=[("1", "支援措置"), ("2", "仮支援措置")],
                    max_length=1,
                    verbose_name="支援措置区分",
                ),
            ),
            (
                "subject_kind",
                models.CharField(
                    choices=[("1", "申出者"), ("2", "併せて支援を求める者")],
                    default="1",
                    max_length=1,
                    verbose_name="支援措置対象者区分",
                ),
            ),
            ("since", models.DateField(verbose_name="開始年月日")),
            ("until", models.DateField(blank=True, null=True, verbose_name="終了年月日(予定)")),
            (
                "source",
                models.CharField(
                    choices=[("received", "既存住基から受領"), ("entered", "職員による登録")],
                    max_length=10,
                    verbose_name="登録元",
                ),
            ),
            ("started_at", models.DateTimeField(verbose_name="登録日時")),
            (
                "started_by",
                models.CharField(blank=True, default="", max_length=120, verbose_name="登録者"),
            ),
            ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="解除日時")),
            (
                "ended_by",
                models.CharField(blank=True, default="", max_length=120, verbose_name="解除者"),
            ),
            (
                "reason",
                models.CharField(blank=True, default="", max_length=300, verbose_name="理由"),
            ),
            (
                "applicant_number",
                models.CharField(
                    blank=True,
                    default="",
                    help_text="併せて支援を求める者の場合、その申出者。",
                    max_length=15,
                    verbose_name="申出者の宛名番号",
                ),
            ),
            (
                "end_proposed_at",
                models.DateTimeField(blank=True, null=True, verbose_name="解除の起案日時"),
            ),
            (
                "end_proposed_by",
                models.CharField(
                    blank=True, default="", max_length=120, verbose_name="解除の起案者"
                ),
            ),
            (
                "end_reason",
                models.CharField(blank=True, default="", max_length=300, verbose_name="解除の理由"),
            ),
            (
                "ended_because",
                models.CharField(
                    blank=True,
                    choices=[
                        ("withdrawn", "申出の取下げ"),
                        ("no_need", "支援の必要がなくなった"),
                        ("not_extended", "期間が終了し、延長の申出がない"),
                        ("refused", "支援措置を行わないと決定した"),
                        ("mistake", "誤った登録"),
                        ("received", "既存住基から支援措置終了を受領"),
                    ],
                    default="",
                    max_length=12,
                    verbose_name="解除の事由",
                ),
            ),
        ],
        options={
            "verbose_name": "支援措置",
            "verbose_name_plural": "支援措置",
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("ended_at__isnull", True)),
                    fields=("resident_number",),
                    name="one_open_support_measure_per_resident",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("ended_at__isnull", True),
                        ("ended_at__gte", models.F("started_at")),
                        _connector="OR",
                    ),
                    name="a_support_measure_ends_after_it_started",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("ended_at__isnull", True),
                        ("ended_because", "received"),
                        models.Q(
                            models.Q(("end_proposed_by", ""), _negated=True),
                            models.Q(("end_proposed_by", models.F("ended_by")), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="two_people_end_a_support_measure",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("ended_at__isnull", True),
                        models.Q(("ended_because", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="an_ended_support_measure_says_why",
                ),
            ],
            "indexes": [
                models.Index(
                    condition=models.Q(("ended_at", None)),
                    fields=["until"],
                    name="support_measure_by_last_day",
                ),
                models.Index(
                    condition=models.Q(("applicant_number", ""), _negated=True),
                    fields=["applicant_number"],
                    name="support_measure_by_applicant",
                ),
            ],
            "permissions": [("lift_supportmeasure", "支援措置を一時解除できる")],
        },
    ),
    migrations.CreateModel(
        name="SupportTerm",
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
                    choices=[("1", "支援措置"), ("2", "仮支援措置")],
                    max_length=1,
                    verbose_name="支援措置区分",
                ),
            ),
            ("since", models.DateField(verbose_name="開始年月日")),
            ("until", models.DateField(blank=True, null=True, verbose_name="終了年月日(予定)")),
            (
                "cause",
                models.CharField(
                    choices=[
                        ("entered", "職員による登録"),
                        ("received", "既存住基から受領"),
                        ("decided", "支援措置の決定"),
                        ("extended", "延長"),
                        ("moved_out", "転出による仮支援措置への切替"),
                    ],
                    max_length=10,
                    verbose_name="事由",
                ),
            ),
            ("recorded_at", models.DateTimeField(verbose_name="記録日時")),
            (
                "recorded_by",
                models.CharField(blank=True, default="", max_length=120, verbose_name="登録者"),
            ),
            (
                "reason",
                models.CharField(blank=True, default="", max_length=300, verbose_name="理由"),
            ),
            (
                "measure",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="terms",
                    to="resident_basic.supportmeasure",
                    verbose_name="支援措置",
                ),
            ),
        ],
        options={
            "verbose_name": "支援措置期間",
            "verbose_name_plural": "支援措置期間",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"
                    ),
                    name="a_support_term_does_not_end_before_it_begins",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="SupportApplication",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("applied_on", models.DateField(verbose_name="申出年月日")),
            (
                "ground",
                models.CharField(
                    choices=[
                        ("spouse", "配偶者からの暴力"),
                        ("stalking", "ストーカー行為等"),
                        ("child_abuse", "児童虐待等"),
                        ("other", "その他これらに準ずるもの"),
                    ],
                    max_length=12,
                    verbose_name="申出の理由",
                ),
            ),
            (
                "offices",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(
                        choices=[
                            ("viewing", "住民基本台帳の一部の写しの閲覧"),
                            ("copy_here", "住民票の写し等の交付(現住所地)"),
                            ("copy_before", "住民票の写し等の交付(前住所地)"),
                            ("annex_here", "戸籍の附票の写しの交付(本籍地)"),
                            ("annex_before", "戸籍の附票の写しの交付(前本籍地)"),
                        ],
                        max_length=12,
                    ),
                    size=None,
                    verbose_name="支援を求められている事務",
                ),
            ),
            (
                "body",
                models.CharField(
                    blank=True,
                    choices=[
                        ("police", "警察"),
                        ("spouse_centre", "配偶者暴力相談支援センター"),
                        ("child_centre", "児童相談所"),
                        ("other", "その他の相談機関"),
                    ],
                    default="",
                    max_length=14,
                    verbose_name="相談機関",
                ),
            ),
            (
                "body_name",
                models.CharField(
                    blank=True, default="", max_length=100, verbose_name="相談機関の名称"
                ),
            ),
            (
                "confirmed_on",
                models.DateField(blank=True, null=True, verbose_name="相談機関の確認年月日"),
            ),
            ("recorded_at", models.DateTimeField(verbose_name="記録日時")),
            ("recorded_by", models.CharField(max_length=120, verbose_name="登録者")),
            (
                "measure",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="application",
                    to="resident_basic.supportmeasure",
                    verbose_name="支援措置",
                ),
            ),
        ],
        options={
            "verbose_name": "支援措置申出",
            "verbose_name_plural": "支援措置申出",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("confirmed_on__isnull", True),
                        models.Q(("body", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="a_confirmed_need_names_the_body_that_confirmed_it",
                ),
                models.CheckConstraint(
                    condition=models.Q(("offices__len__gt", 0)),
                    name="an_application_asks_for_at_least_one_office",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="SupportForwarding",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "direction",
                models.CharField(
                    choices=[
                        ("sent", "他の市区町村へ転送した"),
                        ("received", "他の市区町村から転送された"),
                    ],
                    max_length=8,
                    verbose_name="転送の向き",
                ),
            ),
            ("municipality_code", models.CharField(max_length=6, verbose_name="市区町村コード")),
            ("forwarded_on", models.DateField(verbose_name="転送年月日")),
            ("recorded_at", models.DateTimeField(verbose_name="記録日時")),
            ("recorded_by", models.CharField(max_length=120, verbose_name="登録者")),
            (
                "measure",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="forwardings",
                    to="resident_basic.supportmeasure",
                    verbose_name="支援措置",
                ),
            ),
        ],
        options={
            "verbose_name": "支援措置転送",
            "verbose_name_plural": "支援措置転送",
            "constraints": [
                models.UniqueConstraint(
                    fields=("measure", "direction", "municipality_code", "forwarded_on"),
                    name="an_application_is_forwarded_once_to_a_municipality_a_day",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="SupportOpponent",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("name", models.CharField(max_length=100, verbose_name="氏名")),
            (
                "name_kana",
                models.CharField(blank=True, default="", max_length=100, verbose_name="フリガナ"),
            ),
            (
                "born",
                models.CharField(blank=True, default="", max_length=40, verbose_name="生年月日"),
            ),
            (
                "residence",
                models.CharField(blank=True, default="", max_length=300, verbose_name="住所等"),
            ),
            (
                "relation",
                models.CharField(
                    blank=True, default="", max_length=100, verbose_name="申出者との関係"
                ),
            ),
            (
                "note",
                models.CharField(blank=True, default="", max_length=300, verbose_name="その他"),
            ),
            ("recorded_at", models.DateTimeField(verbose_name="記録日時")),
            ("recorded_by", models.CharField(max_length=120, verbose_name="登録者")),
            (
                "measure",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="opponent",
                    to="resident_basic.supportmeasure",
                    verbose_name="支援措置",
                ),
            ),
        ],
        options={
            "verbose_name": "支援措置の相手方",
            "verbose_name_plural": "支援措置の相手方",
        },
    ),
    migrations.CreateModel(
        name="TemporaryLift",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("staff_number", models.CharField(max_length=20, verbose_name="解除を受ける職員")),
            ("granted_by", models.CharField(max_length=20, verbose_name="一時解除した職員")),
            ("since", models.DateTimeField(verbose_name="開始日時")),
            ("until", models.DateTimeField(verbose_name="終了日時")),
            ("reason", models.CharField(max_length=300, verbose_name="理由")),
            ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="取消日時")),
            (
                "measure",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lifts",
                    to="resident_basic.supportmeasure",
                    verbose_name="支援措置",
                ),
            ),
        ],
        options={
            "verbose_name": "一時解除",
            "verbose_name_plural": "一時解除",
            "indexes": [models.Index(fields=["staff_number", "until"], name="lift_by_staff")],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("staff_number", models.F("granted_by")), _negated=True),
                    name="nobody_lifts_protection_for_themselves",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("until__gt", models.F("since")),
                        (
                            "until__lte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("since"),
                                "+",
                                models.Value(datetime.timedelta(seconds=3600)),
                            ),
                        ),
                    ),
                    name="a_lift_is_short",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="LookAlarm",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("record_id", models.BigIntegerField(verbose_name="記録番号")),
            ("at", models.DateTimeField(verbose_name="日時")),
            ("kind", models.CharField(max_length=40, verbose_name="種別")),
            ("path", models.CharField(max_length=10, verbose_name="経路")),
            (
                "outcome",
                models.CharField(
                    choices=[
                        ("shown", "住所を表示"),
                        ("hidden", "住所は非表示"),
                        ("refused", "拒否"),
                    ],
                    max_length=8,
                    verbose_name="結果",
                ),
            ),
            (
                "detail",
                models.CharField(blank=True, default="", max_length=300, verbose_name="画面・詳細"),
            ),
            (
                "staff_number",
                models.CharField(blank=True, default="", max_length=20, verbose_name="職員番号"),
            ),
            (
                "staff_name",
                models.CharField(blank=True, default="", max_length=100, verbose_name="職員氏名"),
            ),
            (
                "system_code",
                models.CharField(
                    blank=True, default="", max_length=7, verbose_name="庁内業務システム"
                ),
            ),
            (
                "on_behalf_of",
                models.CharField(blank=True, default="", max_length=40, verbose_name="代行元職員"),
            ),
            (
                "procedure",
                models.CharField(blank=True, default="", max_length=300, verbose_name="事務"),
            ),
            (
                "reason",
                models.CharField(blank=True, default="", max_length=300, verbose_name="理由"),
            ),
            (
                "acknowledged_at",
                models.DateTimeField(blank=True, null=True, verbose_name="確認日時"),
            ),
            (
                "acknowledged_by",
                models.CharField(blank=True, default="", max_length=120, verbose_name="確認者"),
            ),
            (
                "note",
                models.CharField(blank=True, default="", max_length=300, verbose_name="確認の所見"),
            ),
            (
                "measure",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="alarms",
                    to="resident_basic.supportmeasure",
                    verbose_name="支援措置",
                ),
            ),
        ],
        options={
            "verbose_name": "閲覧警報",
            "verbose_name_plural": "閲覧警報",
            "permissions": [("acknowledge_lookalarm", "閲覧警報を確認済にできる")],
            "indexes": [
                models.Index(fields=["-at", "-id"], name="alarm_by_time"),
                models.Index(
                    condition=models.Q(("acknowledged_at", None)),
                    fields=["at"],
                    name="alarm_not_acknowledged",
                ),
            ],
            "constraints": [
                models.UniqueConstraint(
                    fields=("record_id", "measure"), name="one_alarm_per_record_and_measure"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("acknowledged_at__isnull", True),
                        models.Q(("acknowledged_by", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="an_acknowledged_alarm_says_by_whom",
                ),
            ],
        },
    ),
]
