"""As of 0.1: レイアウト, 文字対応表, コード表, コード, コード表改訂."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Layout",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("code", models.SlugField(max_length=60, verbose_name="識別名")),
            ("version", models.PositiveSmallIntegerField(verbose_name="版")),
            ("name", models.CharField(max_length=100, verbose_name="名称")),
            ("valid_from", models.DateField(verbose_name="適用開始日")),
            ("valid_until", models.DateField(blank=True, null=True, verbose_name="適用終了日")),
            ("definition", models.JSONField(verbose_name="定義")),
            ("activated_at", models.DateTimeField(null=True, verbose_name="承認日時")),
            (
                "activated_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="承認者",
                ),
            ),
            (
                "broken_examples",
                models.PositiveSmallIntegerField(default=0, verbose_name="見本と異なる数"),
            ),
            (
                "broken_reason",
                models.CharField(
                    blank=True, default="", max_length=300, verbose_name="見本と異なる理由"
                ),
            ),
            ("drafted_at", models.DateTimeField(null=True, verbose_name="起案日時")),
            (
                "drafted_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="起案者",
                ),
            ),
            (
                "remark",
                models.CharField(blank=True, default="", max_length=300, verbose_name="改訂の理由"),
            ),
            (
                "state",
                models.CharField(
                    choices=[("draft", "改訂案"), ("active", "承認済み")],
                    default="active",
                    max_length=6,
                    verbose_name="状態",
                ),
            ),
        ],
        options={
            "verbose_name": "レイアウト",
            "verbose_name_plural": "レイアウト",
            "constraints": [
                models.UniqueConstraint(
                    fields=("code", "version"), name="one_layout_per_code_and_version"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("valid_until__isnull", True),
                        ("valid_until__gt", models.F("valid_from")),
                        _connector="OR",
                    ),
                    name="layout_ends_after_it_begins",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("state", "draft")),
                    fields=("code",),
                    name="one_layout_draft_at_a_time",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("state", "active"), ("valid_until__isnull", True)),
                    fields=("code",),
                    name="one_open_layout_per_code",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("activated_by__isnull", True),
                            ("drafted_by__isnull", False),
                            ("state", "draft"),
                        ),
                        models.Q(
                            ("activated_by__isnull", True),
                            ("drafted_by__isnull", True),
                            ("state", "active"),
                        ),
                        models.Q(
                            ("activated_at__isnull", False),
                            ("activated_by__isnull", False),
                            ("drafted_by__isnull", False),
                            ("state", "active"),
                            models.Q(("activated_by", models.F("drafted_by")), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="layout_is_activated_by_another_than_drafted_it",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("broken_examples", 0),
                        models.Q(("broken_reason", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="layout_breaks_examples_for_a_reason",
                ),
            ],
            "permissions": [
                ("draft_layout", "レイアウトの改訂案を作成できる"),
                ("activate_layout", "レイアウトの改訂を承認できる"),
                ("add_golden_example", "変換見本を登録できる"),
            ],
        },
    ),
    migrations.CreateModel(
        name="CharacterMap",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("code", models.SlugField(max_length=60, verbose_name="識別名")),
            ("version", models.PositiveSmallIntegerField(verbose_name="版")),
            ("name", models.CharField(max_length=100, verbose_name="名称")),
            ("valid_from", models.DateField(verbose_name="適用開始日")),
            ("valid_until", models.DateField(blank=True, null=True, verbose_name="適用終了日")),
            ("definition", models.JSONField(verbose_name="定義")),
            (
                "state",
                models.CharField(
                    choices=[("draft", "改訂案"), ("active", "承認済み")],
                    default="active",
                    max_length=6,
                    verbose_name="状態",
                ),
            ),
            (
                "remark",
                models.CharField(blank=True, default="", max_length=300, verbose_name="改訂の理由"),
            ),
            ("drafted_at", models.DateTimeField(null=True, verbose_name="起案日時")),
            ("activated_at", models.DateTimeField(null=True, verbose_name="承認日時")),
            (
                "broken_examples",
                models.PositiveSmallIntegerField(default=0, verbose_name="見本と異なる数"),
            ),
            (
                "broken_reason",
                models.CharField(
                    blank=True, default="", max_length=300, verbose_name="見本と異なる理由"
                ),
            ),
            (
                "activated_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="承認者",
                ),
            ),
            (
                "drafted_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="起案者",
                ),
            ),
        ],
        options={
            "verbose_name": "文字対応表",
            "verbose_name_plural": "文字対応表",
            "permissions": [
                ("draft_charactermap", "文字対応表の改訂案を作成できる"),
                ("activate_charactermap", "文字対応表の改訂を承認できる"),
            ],
            "abstract": False,
            "constraints": [
                models.UniqueConstraint(
                    fields=("code", "version"), name="one_charactermap_per_code_and_version"
                ),
                models.UniqueConstraint(
                    condition=models.Q(("state", "draft")),
                    fields=("code",),
                    name="one_charactermap_draft_at_a_time",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("state", "active"), ("valid_until__isnull", True)),
                    fields=("code",),
                    name="one_open_charactermap_per_code",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("valid_until__isnull", True),
                        ("valid_until__gt", models.F("valid_from")),
                        _connector="OR",
                    ),
                    name="charactermap_ends_after_it_begins",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("activated_by__isnull", True),
                            ("drafted_by__isnull", False),
                            ("state", "draft"),
                        ),
                        models.Q(
                            ("activated_by__isnull", True),
                            ("drafted_by__isnull", True),
                            ("state", "active"),
                        ),
                        models.Q(
                            ("activated_at__isnull", False),
                            ("activated_by__isnull", False),
                            ("drafted_by__isnull", False),
                            ("state", "active"),
                            models.Q(("activated_by", models.F("drafted_by")), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="charactermap_is_activated_by_another_than_drafted_it",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("broken_examples", 0),
                        models.Q(("broken_reason", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="charactermap_breaks_examples_for_a_reason",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="CodeTable",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("code", models.SlugField(max_length=60, unique=True, verbose_name="コード表ID")),
            ("name", models.CharField(max_length=100, verbose_name="名称")),
            ("source", models.CharField(blank=True, max_length=200, verbose_name="出典")),
            (
                "stands_for",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="counterparts",
                    to="sapporo_base.codetable",
                    verbose_name="対応する市のコード表",
                ),
            ),
        ],
        options={
            "verbose_name": "コード表",
            "verbose_name_plural": "コード表",
        },
    ),
    migrations.CreateModel(
        name="CodeEntry",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("code", models.CharField(max_length=20, verbose_name="コード")),
            ("name", models.CharField(max_length=200, verbose_name="名称")),
            ("valid_from", models.DateField(verbose_name="適用開始日")),
            ("valid_until", models.DateField(blank=True, null=True, verbose_name="適用終了日")),
            (
                "table",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="entries",
                    to="sapporo_base.codetable",
                    verbose_name="コード表",
                ),
            ),
            (
                "counterpart",
                models.CharField(blank=True, default="", max_length=20, verbose_name="市のコード"),
            ),
            (
                "direction",
                models.CharField(
                    choices=[("both", "双方向"), ("inward", "受領のみ"), ("outward", "送付のみ")],
                    default="both",
                    max_length=7,
                    verbose_name="変換の方向",
                ),
            ),
        ],
        options={
            "verbose_name": "コード",
            "verbose_name_plural": "コード",
            "constraints": [
                models.UniqueConstraint(
                    fields=("table", "code", "counterpart", "valid_from"),
                    name="one_code_entry_per_start",
                ),
                models.UniqueConstraint(
                    condition=models.Q(
                        ("direction__in", ["both", "inward"]),
                        ("valid_until__isnull", True),
                        models.Q(("counterpart", ""), _negated=True),
                    ),
                    fields=("table", "code"),
                    name="one_open_meaning_of_a_neighbours_code",
                ),
                models.UniqueConstraint(
                    condition=models.Q(
                        ("direction__in", ["both", "outward"]),
                        ("valid_until__isnull", True),
                        models.Q(("counterpart", ""), _negated=True),
                    ),
                    fields=("table", "counterpart"),
                    name="one_open_code_of_a_neighbour_for_ours",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="CodeTableRevision",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("code", models.SlugField(max_length=60, verbose_name="識別名")),
            ("version", models.PositiveSmallIntegerField(verbose_name="版")),
            ("name", models.CharField(max_length=100, verbose_name="名称")),
            ("valid_from", models.DateField(verbose_name="適用開始日")),
            ("valid_until", models.DateField(blank=True, null=True, verbose_name="適用終了日")),
            ("definition", models.JSONField(verbose_name="定義")),
            (
                "state",
                models.CharField(
                    choices=[("draft", "改訂案"), ("active", "承認済み")],
                    default="active",
                    max_length=6,
                    verbose_name="状態",
                ),
            ),
            (
                "remark",
                models.CharField(blank=True, default="", max_length=300, verbose_name="改訂の理由"),
            ),
            ("drafted_at", models.DateTimeField(null=True, verbose_name="起案日時")),
            ("activated_at", models.DateTimeField(null=True, verbose_name="承認日時")),
            (
                "broken_examples",
                models.PositiveSmallIntegerField(default=0, verbose_name="見本と異なる数"),
            ),
            (
                "broken_reason",
                models.CharField(
                    blank=True, default="", max_length=300, verbose_name="見本と異なる理由"
                ),
            ),
            (
                "activated_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="承認者",
                ),
            ),
            (
                "drafted_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="起案者",
                ),
            ),
        ],
        options={
            "verbose_name": "コード表改訂",
            "verbose_name_plural": "コード表改訂",
            "permissions": [
                ("draft_codetablerevision", "コード表の改訂案を作成できる"),
                ("activate_codetablerevision", "コード表の改訂を承認できる"),
            ],
            "abstract": False,
            "constraints": [
                models.UniqueConstraint(
                    fields=("code", "version"), name="one_codetablerevision_per_code_and_version"
                ),
                models.UniqueConstraint(
                    condition=models.Q(("state", "draft")),
                    fields=("code",),
                    name="one_codetablerevision_draft_at_a_time",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("state", "active"), ("valid_until__isnull", True)),
                    fields=("code",),
                    name="one_open_codetablerevision_per_code",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("valid_until__isnull", True),
                        ("valid_until__gt", models.F("valid_from")),
                        _connector="OR",
                    ),
                    name="codetablerevision_ends_after_it_begins",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("activated_by__isnull", True),
                            ("drafted_by__isnull", False),
                            ("state", "draft"),
                        ),
                        models.Q(
                            ("activated_by__isnull", True),
                            ("drafted_by__isnull", True),
                            ("state", "active"),
                        ),
                        models.Q(
                            ("activated_at__isnull", False),
                            ("activated_by__isnull", False),
                            ("drafted_by__isnull", False),
                            ("state", "active"),
                            models.Q(("activated_by", models.F("drafted_by")), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="codetablerevision_is_activated_by_another_than_drafted_it",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("broken_examples", 0),
                        models.Q(("broken_reason", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="codetablerevision_breaks_examples_for_a_reason",
                ),
            ],
        },
    ),
]
