"""As of 0.1: 稼働時間, 計画停止, 送信制限, 稼働状態, 回路."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="OperatingWindow",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "group",
                models.CharField(
                    blank=True,
                    choices=[
                        ("", "全て"),
                        ("SKI", "情報照会"),
                        ("TKY", "情報提供"),
                        ("TKM", "情報提供等記録"),
                        ("DBM", "副本"),
                        ("FGU", "符号"),
                        ("SCM", "コード・組合せ"),
                        ("JTK", "自己情報"),
                        ("OSR", "お知らせ"),
                    ],
                    default="",
                    max_length=3,
                    verbose_name="対象",
                ),
            ),
            (
                "day",
                models.PositiveSmallIntegerField(
                    choices=[
                        (0, "月"),
                        (1, "火"),
                        (2, "水"),
                        (3, "木"),
                        (4, "金"),
                        (5, "土"),
                        (6, "日"),
                        (7, "祝日"),
                        (8, "年末年始"),
                    ],
                    verbose_name="曜日",
                ),
            ),
            (
                "opens_minute",
                models.PositiveSmallIntegerField(
                    help_text="例: 7:00 は 420", verbose_name="開始(0時からの分)"
                ),
            ),
            (
                "closes_minute",
                models.PositiveSmallIntegerField(
                    help_text="例: 23:00 は 1380、24:00 は 1440", verbose_name="終了(0時からの分)"
                ),
            ),
            ("valid_from", models.DateField(verbose_name="適用開始日")),
            (
                "valid_until",
                models.DateField(
                    blank=True,
                    help_text="この日以降は適用しません。",
                    null=True,
                    verbose_name="適用終了日",
                ),
            ),
        ],
        options={
            "verbose_name": "稼働時間",
            "verbose_name_plural": "稼働時間",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("valid_until__isnull", True),
                        ("valid_until__gt", models.F("valid_from")),
                        _connector="OR",
                    ),
                    name="operating_window_ends_after_it_begins",
                ),
                models.UniqueConstraint(
                    fields=("group", "day", "opens_minute", "valid_from"),
                    name="one_operating_window_per_opening",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("closes_minute__gt", models.F("opens_minute")),
                            ("closes_minute__lte", 1440),
                        ),
                        models.Q(("closes_minute", 0), ("opens_minute", 0)),
                        _connector="OR",
                    ),
                    name="operating_window_closes_after_it_opens_or_not_at_all",
                ),
                models.CheckConstraint(
                    condition=models.Q(("day__lte", 8)), name="operating_window_is_on_a_day_we_know"
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="PlannedStop",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "group",
                models.CharField(
                    blank=True,
                    choices=[
                        ("", "全て"),
                        ("SKI", "情報照会"),
                        ("TKY", "情報提供"),
                        ("TKM", "情報提供等記録"),
                        ("DBM", "副本"),
                        ("FGU", "符号"),
                        ("SCM", "コード・組合せ"),
                        ("JTK", "自己情報"),
                        ("OSR", "お知らせ"),
                    ],
                    default="",
                    max_length=3,
                    verbose_name="対象",
                ),
            ),
            ("starts_at", models.DateTimeField(verbose_name="停止開始")),
            ("ends_at", models.DateTimeField(verbose_name="再開予定")),
            ("notice", models.CharField(max_length=300, verbose_name="お知らせ")),
            (
                "noted_at",
                models.DateTimeField(
                    blank=True, editable=False, null=True, verbose_name="登録日時"
                ),
            ),
        ],
        options={
            "verbose_name": "計画停止",
            "verbose_name_plural": "計画停止",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                    name="planned_stop_ends_after_it_starts",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="Pace",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
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
                    max_length=12,
                    verbose_name="レーン",
                ),
            ),
            ("per_minute", models.PositiveIntegerField(verbose_name="分あたり上限")),
            (
                "most_in_flight",
                models.PositiveIntegerField(default=100000, verbose_name="同時送信上限"),
            ),
            (
                "system",
                models.ForeignKey(
                    blank=True,
                    help_text="空欄は、個別の行がない全てのシステム。",
                    null=True,
                    on_delete=django.db.models.deletion.CASCADE,
                    to="sapporo_base.businesssystem",
                    verbose_name="庁内業務システム",
                ),
            ),
        ],
        options={
            "verbose_name": "送信制限",
            "verbose_name_plural": "送信制限",
            "constraints": [
                models.UniqueConstraint(
                    fields=("system", "lane"),
                    name="one_pace_per_system_and_lane",
                    nulls_distinct=False,
                ),
                models.CheckConstraint(
                    condition=models.Q(("most_in_flight__gte", 1), ("per_minute__gte", 1)),
                    name="pace_lets_something_through",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="PlatformState",
        fields=[
            (
                "number",
                models.PositiveSmallIntegerField(
                    default=1, editable=False, primary_key=True, serialize=False
                ),
            ),
            ("is_open", models.BooleanField(default=True, verbose_name="稼働中")),
            ("closes_at", models.DateTimeField(null=True, verbose_name="停止予定日時")),
            ("reopens_at", models.DateTimeField(null=True, verbose_name="再開予定日時")),
            ("checked_at", models.DateTimeField(null=True, verbose_name="確認日時")),
        ],
        options={
            "verbose_name": "稼働状態",
            "verbose_name_plural": "稼働状態",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("number", 1)), name="there_is_one_platform"
                )
            ],
            "permissions": [("test_connection", "プラットフォームへの接続を確かめられる")],
        },
    ),
    migrations.CreateModel(
        name="Circuit",
        fields=[
            (
                "group",
                models.CharField(
                    max_length=3, primary_key=True, serialize=False, verbose_name="対象"
                ),
            ),
            ("failures", models.PositiveIntegerField(default=0, verbose_name="連続失敗回数")),
            ("broken_since", models.DateTimeField(null=True, verbose_name="遮断の開始")),
            ("broken_until", models.DateTimeField(null=True, verbose_name="遮断の期限")),
            ("probing_until", models.DateTimeField(null=True, verbose_name="試し送りの期限")),
            (
                "cause",
                models.CharField(
                    blank=True, default="", max_length=200, verbose_name="直近の失敗の原因"
                ),
            ),
        ],
        options={
            "verbose_name": "回路",
            "verbose_name_plural": "回路",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("broken_since", None),
                        models.Q(("cause", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="broken_circuit_has_a_cause",
                )
            ],
        },
    ),
]
