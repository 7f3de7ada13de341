"""As of 0.1: 警報."""

from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Alarm",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("cause", models.CharField(max_length=40, verbose_name="種類")),
            ("key", models.CharField(blank=True, default="", max_length=80, verbose_name="対象")),
            ("title", models.CharField(max_length=80, verbose_name="警報")),
            ("words", models.CharField(max_length=400, verbose_name="内容")),
            ("page", models.CharField(blank=True, default="", max_length=200, verbose_name="画面")),
            ("raised_at", models.DateTimeField(verbose_name="発生日時")),
            ("seen_at", models.DateTimeField(verbose_name="最終確認日時")),
            ("cleared_at", models.DateTimeField(blank=True, null=True, verbose_name="解消日時")),
            ("told_at", models.DateTimeField(blank=True, null=True, verbose_name="通知日時")),
            (
                "told_error",
                models.CharField(
                    blank=True, default="", max_length=200, verbose_name="通知のエラー"
                ),
            ),
            (
                "told_attempts",
                models.PositiveSmallIntegerField(default=0, verbose_name="通知の試行回数"),
            ),
        ],
        options={
            "verbose_name": "警報",
            "verbose_name_plural": "警報",
            "indexes": [models.Index(fields=["-raised_at"], name="alarm_newest_first")],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("cleared_at__isnull", True)),
                    fields=("cause", "key"),
                    name="one_open_alarm_per_thing",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("cleared_at__isnull", True),
                        ("cleared_at__gte", models.F("raised_at")),
                        _connector="OR",
                    ),
                    name="alarm_is_cleared_after_it_was_raised",
                ),
            ],
        },
    ),
]
