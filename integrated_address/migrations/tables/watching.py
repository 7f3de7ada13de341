"""As of 0.1: 検索上限, 検索回数, 検索警報."""

from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="SearchLimit",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "holder_kind",
                models.CharField(
                    choices=[("staff", "職員"), ("system", "庁内業務システム")],
                    max_length=6,
                    verbose_name="対象の種類",
                ),
            ),
            (
                "holder",
                models.CharField(
                    blank=True,
                    default="",
                    help_text="職員番号、または庁内業務システムのコード。空欄は個別の定めがないすべて。",
                    max_length=20,
                    verbose_name="対象",
                ),
            ),
            ("alarm_per_hour", models.PositiveIntegerField(verbose_name="警報(1時間あたり)")),
            ("stop_per_hour", models.PositiveIntegerField(verbose_name="停止(1時間あたり)")),
            ("reason", models.CharField(max_length=300, verbose_name="理由")),
        ],
        options={
            "verbose_name": "検索上限",
            "verbose_name_plural": "検索上限",
            "constraints": [
                models.UniqueConstraint(
                    fields=("holder_kind", "holder"), name="one_search_limit_per_holder"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("stop_per_hour__gte", models.F("alarm_per_hour")),
                        ("alarm_per_hour__gt", 0),
                    ),
                    name="searches_are_stopped_after_the_alarm",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="SearchTally",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "holder_kind",
                models.CharField(
                    choices=[("staff", "職員"), ("system", "庁内業務システム")],
                    max_length=6,
                    verbose_name="対象の種類",
                ),
            ),
            ("holder", models.CharField(max_length=20, verbose_name="対象")),
            ("hour", models.DateTimeField(verbose_name="時間帯")),
            ("searches", models.PositiveIntegerField(verbose_name="検索回数")),
        ],
        options={
            "verbose_name": "検索回数",
            "verbose_name_plural": "検索回数",
            "constraints": [
                models.UniqueConstraint(
                    fields=("holder_kind", "holder", "hour"), name="one_tally_per_hour"
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="SearchAlarm",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "holder_kind",
                models.CharField(
                    choices=[("staff", "職員"), ("system", "庁内業務システム")],
                    max_length=6,
                    verbose_name="対象の種類",
                ),
            ),
            ("holder", models.CharField(max_length=20, verbose_name="対象")),
            ("hour", models.DateTimeField(verbose_name="時間帯")),
            ("raised_at", models.DateTimeField(verbose_name="警報日時")),
            ("searches", models.PositiveIntegerField(verbose_name="検索回数")),
            ("is_stopped", models.BooleanField(default=False, verbose_name="検索の停止")),
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
        ],
        options={
            "verbose_name": "検索警報",
            "verbose_name_plural": "検索警報",
            "permissions": [("acknowledge_searchalarm", "検索警報を確認済にできる")],
            "indexes": [
                models.Index(
                    condition=models.Q(("acknowledged_at__isnull", True)),
                    fields=["raised_at"],
                    name="search_alarm_to_see",
                )
            ],
            "constraints": [
                models.UniqueConstraint(
                    fields=("holder_kind", "holder", "hour"), name="one_search_alarm_per_hour"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("acknowledged_at__isnull", True),
                        models.Q(("acknowledged_by", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="an_acknowledged_search_alarm_says_by_whom",
                ),
            ],
        },
    ),
]
