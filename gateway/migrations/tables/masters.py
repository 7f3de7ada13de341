"""As of 0.1: マスター更新情報, プラットフォームコード, 許可された組合せ."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="MasterUpdate",
        fields=[
            (
                "sequence",
                models.BigIntegerField(primary_key=True, serialize=False, verbose_name="通番"),
            ),
            (
                "kind",
                models.CharField(
                    choices=[("code", "コード表"), ("combination", "許可された組合せ")],
                    max_length=12,
                    verbose_name="マスター",
                ),
            ),
            (
                "change",
                models.CharField(
                    choices=[("added", "追加"), ("changed", "変更"), ("abolished", "廃止")],
                    max_length=10,
                    verbose_name="更新区分",
                ),
            ),
            ("valid_from", models.DateField(verbose_name="適用開始日")),
            ("valid_until", models.DateField(null=True, verbose_name="適用終了日")),
            (
                "table",
                models.CharField(blank=True, default="", max_length=20, verbose_name="コード表"),
            ),
            (
                "code",
                models.CharField(blank=True, default="", max_length=20, verbose_name="コード"),
            ),
            ("name", models.CharField(blank=True, default="", max_length=400, verbose_name="名称")),
            (
                "procedure_code",
                models.CharField(blank=True, default="", max_length=16, verbose_name="事務コード"),
            ),
            (
                "step_code",
                models.CharField(
                    blank=True, default="", max_length=16, verbose_name="事務手続コード"
                ),
            ),
            (
                "information_code",
                models.CharField(
                    blank=True, default="", max_length=16, verbose_name="特定個人情報名コード"
                ),
            ),
            (
                "inquirer_code",
                models.CharField(
                    blank=True, default="", max_length=16, verbose_name="情報照会者機関コード"
                ),
            ),
            (
                "provider_code",
                models.CharField(
                    blank=True, default="", max_length=16, verbose_name="情報提供者機関コード"
                ),
            ),
            ("received_at", models.DateTimeField(verbose_name="受領日時")),
            (
                "state",
                models.CharField(
                    choices=[
                        ("received", "確認待"),
                        ("checked", "反映承認待"),
                        ("applied", "反映済"),
                        ("declined", "見送り"),
                    ],
                    default="received",
                    max_length=10,
                    verbose_name="状態",
                ),
            ),
            ("checked_at", models.DateTimeField(null=True, verbose_name="確認日時")),
            ("decided_at", models.DateTimeField(null=True, verbose_name="反映日時")),
            (
                "reason",
                models.CharField(
                    blank=True, default="", max_length=200, verbose_name="見送りの理由"
                ),
            ),
            (
                "checked_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="確認者",
                ),
            ),
            (
                "decided_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="反映承認者",
                ),
            ),
        ],
        options={
            "verbose_name": "マスター更新情報",
            "verbose_name_plural": "マスター更新情報",
            "permissions": [
                ("check_masterupdate", "マスター更新情報を確認できる"),
                ("apply_masterupdate", "マスター更新情報の反映を承認できる"),
            ],
            "indexes": [
                models.Index(
                    condition=models.Q(("state__in", ["received", "checked"])),
                    fields=["sequence"],
                    name="master_update_to_decide",
                )
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("decided_by__isnull", True),
                        ("checked_by__isnull", True),
                        models.Q(("decided_by", models.F("checked_by")), _negated=True),
                        _connector="OR",
                    ),
                    name="who_applies_a_master_update_did_not_check_it",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "applied"), _negated=True),
                        models.Q(("checked_by__isnull", False), ("decided_by__isnull", False)),
                        _connector="OR",
                    ),
                    name="master_update_is_applied_only_when_checked",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="PlatformCode",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("table", models.CharField(max_length=20, verbose_name="コード表")),
            ("code", models.CharField(max_length=20, verbose_name="コード")),
            ("name", models.CharField(max_length=400, verbose_name="名称")),
            ("valid_from", models.DateField(verbose_name="適用開始日")),
            ("valid_until", models.DateField(null=True, verbose_name="適用終了日")),
            (
                "update",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="gateway.masterupdate",
                    verbose_name="更新の根拠",
                ),
            ),
        ],
        options={
            "verbose_name": "プラットフォームコード",
            "verbose_name_plural": "プラットフォームコード",
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("valid_until__isnull", True)),
                    fields=("table", "code"),
                    name="one_meaning_of_a_platform_code_at_a_time",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("valid_until__isnull", True),
                        ("valid_until__gt", models.F("valid_from")),
                        _connector="OR",
                    ),
                    name="platform_code_ends_after_it_begins",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="PermittedCombination",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("procedure_code", models.CharField(max_length=16, verbose_name="事務コード")),
            ("step_code", models.CharField(max_length=16, verbose_name="事務手続コード")),
            (
                "information_code",
                models.CharField(max_length=16, verbose_name="特定個人情報名コード"),
            ),
            ("inquirer_code", models.CharField(max_length=16, verbose_name="情報照会者機関コード")),
            ("provider_code", models.CharField(max_length=16, verbose_name="情報提供者機関コード")),
            ("valid_from", models.DateField(verbose_name="適用開始日")),
            ("valid_until", models.DateField(null=True, verbose_name="適用終了日")),
            (
                "update",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="gateway.masterupdate",
                    verbose_name="更新の根拠",
                ),
            ),
        ],
        options={
            "verbose_name": "許可された組合せ",
            "verbose_name_plural": "許可された組合せ",
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("valid_until__isnull", True)),
                    fields=(
                        "procedure_code",
                        "step_code",
                        "information_code",
                        "inquirer_code",
                        "provider_code",
                    ),
                    name="one_permission_of_a_combination_at_a_time",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("valid_until__isnull", True),
                        ("valid_until__gt", models.F("valid_from")),
                        _connector="OR",
                    ),
                    name="permitted_combination_ends_after_it_begins",
                ),
            ],
        },
    ),
]
