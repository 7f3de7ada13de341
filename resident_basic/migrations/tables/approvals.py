"""As of 0.1: 利用申請, 申請項目, 移転承認項目, 利用申請の経過."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="UseApplication",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("purpose", models.CharField(max_length=300, verbose_name="利用目的")),
            ("procedure", models.CharField(max_length=300, verbose_name="事務")),
            (
                "individual_number",
                models.BooleanField(
                    default=False,
                    help_text="個人番号を利用できる庁内業務システムだけが申請できます。",
                    verbose_name="個人番号の移転",
                ),
            ),
            (
                "protected_people",
                models.BooleanField(
                    default=False,
                    help_text="支援措置対象者の住所等を必要とする事務だけが申請できます。",
                    verbose_name="支援措置対象者の住所等の移転",
                ),
            ),
            ("valid_from", models.DateField(verbose_name="利用開始日(申請)")),
            (
                "valid_until",
                models.DateField(
                    help_text="この日以降は移転しません。継続するには更新を申請します。",
                    verbose_name="利用終了日(申請)",
                ),
            ),
            ("recertify_on", models.DateField(blank=True, null=True, verbose_name="年次確認日")),
            (
                "state",
                models.CharField(
                    choices=[
                        ("draft", "作成中"),
                        ("submitted", "審査中"),
                        ("returned", "差戻し"),
                        ("approved", "承認"),
                        ("refused", "却下"),
                        ("withdrawn", "取下げ・承認取消し"),
                    ],
                    default="draft",
                    max_length=10,
                    verbose_name="状態",
                ),
            ),
            ("drafted_at", models.DateTimeField(verbose_name="作成日時")),
            ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="申請日時")),
            ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="決定日時")),
            (
                "decision_reason",
                models.CharField(blank=True, default="", max_length=300, verbose_name="決定の理由"),
            ),
            ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="取消日時")),
            (
                "decided_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="決定者",
                ),
            ),
            (
                "drafted_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="作成者",
                ),
            ),
            (
                "legal_basis",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="sapporo_base.legalbasis",
                    verbose_name="法令上の根拠",
                ),
            ),
            (
                "submitted_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="申請者",
                ),
            ),
            (
                "system",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="sapporo_base.businesssystem",
                    verbose_name="庁内業務システム",
                ),
            ),
            (
                "withdrawn_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="取消者",
                ),
            ),
            (
                "delivery_forms",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(
                        choices=[
                            ("api", "API(異動情報・個別照会)"),
                            ("file", "日次ファイル"),
                            ("snapshot", "全件(スナップショット)"),
                            ("webhook", "更新通知(webhook)"),
                        ],
                        max_length=10,
                    ),
                    default=list,
                    size=None,
                    verbose_name="移転の形式",
                ),
            ),
            (
                "expected_count",
                models.PositiveIntegerField(
                    blank=True,
                    help_text="1年間に移転を受ける人数の見込み。",
                    null=True,
                    verbose_name="想定件数(年間)",
                ),
            ),
            (
                "granted_forms",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(
                        choices=[
                            ("api", "API(異動情報・個別照会)"),
                            ("file", "日次ファイル"),
                            ("snapshot", "全件(スナップショット)"),
                            ("webhook", "更新通知(webhook)"),
                        ],
                        max_length=10,
                    ),
                    blank=True,
                    default=list,
                    size=None,
                    verbose_name="承認した移転の形式",
                ),
            ),
            ("granted_from", models.DateField(blank=True, null=True, verbose_name="利用開始日")),
            ("granted_until", models.DateField(blank=True, null=True, verbose_name="利用終了日")),
            (
                "grants_individual_number",
                models.BooleanField(default=False, verbose_name="個人番号の移転の承認"),
            ),
            (
                "grants_protected_people",
                models.BooleanField(
                    default=False, verbose_name="支援措置対象者の住所等の移転の承認"
                ),
            ),
            (
                "handling_section",
                models.CharField(blank=True, default="", max_length=100, verbose_name="取扱部署"),
            ),
            (
                "renews",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="renewals",
                    to="resident_basic.useapplication",
                    verbose_name="更新元の利用申請",
                ),
            ),
            (
                "retention",
                models.CharField(
                    blank=True,
                    default="",
                    help_text="例: 資格喪失から5年",
                    max_length=100,
                    verbose_name="保管期間",
                ),
            ),
            (
                "subjects",
                models.CharField(
                    blank=True,
                    default="",
                    help_text="例: 6歳から15歳までの住民",
                    max_length=300,
                    verbose_name="対象者の範囲",
                ),
            ),
            (
                "withdrawal",
                models.CharField(
                    blank=True,
                    choices=[
                        ("taken_back", "所管課による取下げ"),
                        ("revoked", "スマートシティ推進部による承認取消し"),
                    ],
                    default="",
                    max_length=10,
                    verbose_name="取消しの区分",
                ),
            ),
            (
                "withdrawal_reason",
                models.CharField(
                    blank=True, default="", max_length=300, verbose_name="取消しの理由"
                ),
            ),
        ],
        options={
            "verbose_name": "利用申請",
            "verbose_name_plural": "利用申請",
            "permissions": [
                ("submit_useapplication", "利用申請を作成・提出できる"),
                ("decide_useapplication", "利用申請を承認・却下できる"),
                ("view_every_useapplication", "すべての庁内業務システムの利用申請を閲覧できる"),
                ("preview_disclosure", "移転される内容を個人ごとに確認できる"),
            ],
            "indexes": [
                models.Index(fields=["state", "submitted_at"], name="use_application_by_state"),
                models.Index(fields=["system", "state"], name="use_application_by_system"),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("decided_by__isnull", True),
                        models.Q(
                            models.Q(("decided_by", models.F("drafted_by")), _negated=True),
                            models.Q(("decided_by", models.F("submitted_by")), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="who_drafted_or_submitted_does_not_decide",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state__in", ["approved", "refused"]), _negated=True),
                        models.Q(
                            ("decided_by__isnull", False),
                            ("decided_at__isnull", False),
                            ("submitted_by__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="a_decided_application_says_who_decided_it_and_when",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "refused"), _negated=True),
                        models.Q(("decision_reason", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="a_refused_application_says_why",
                ),
                models.CheckConstraint(
                    condition=models.Q(("valid_until__gt", models.F("valid_from"))),
                    name="use_ends_after_it_begins",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "approved"), _negated=True),
                        models.Q(
                            ("granted_from__isnull", False),
                            ("granted_until__isnull", False),
                            ("recertify_on__isnull", False),
                            models.Q(("granted_forms", []), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="an_approved_application_has_its_period_and_certification",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("granted_from__isnull", True),
                        models.Q(
                            ("granted_from__gte", models.F("valid_from")),
                            ("granted_until__lte", models.F("valid_until")),
                            ("granted_until__gt", models.F("granted_from")),
                        ),
                        _connector="OR",
                    ),
                    name="the_granted_period_lies_within_the_requested",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("grants_individual_number", False),
                            ("individual_number", True),
                            _connector="OR",
                        ),
                        models.Q(
                            ("grants_protected_people", False),
                            ("protected_people", True),
                            _connector="OR",
                        ),
                        ("granted_forms__contained_by", models.F("delivery_forms")),
                    ),
                    name="nothing_is_granted_that_was_not_asked",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "withdrawn"), _negated=True),
                        models.Q(
                            ("withdrawn_by__isnull", False),
                            ("withdrawn_at__isnull", False),
                            models.Q(("withdrawal", ""), _negated=True),
                            models.Q(("withdrawal_reason", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="a_withdrawn_application_says_by_whom_when_and_why",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="RequestedItem",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("item", models.CharField(max_length=40, verbose_name="項目")),
            (
                "reduction",
                models.CharField(blank=True, default="", max_length=12, verbose_name="値の限定"),
            ),
            ("reason", models.CharField(max_length=300, verbose_name="必要とする理由")),
            (
                "application",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="requested_items",
                    to="resident_basic.useapplication",
                    verbose_name="利用申請",
                ),
            ),
        ],
        options={
            "verbose_name": "申請項目",
            "verbose_name_plural": "申請項目",
            "constraints": [
                models.UniqueConstraint(
                    fields=("application", "item"), name="an_item_is_requested_once"
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="ApprovedItem",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("item", models.CharField(max_length=40, verbose_name="項目")),
            (
                "reduction",
                models.CharField(blank=True, default="", max_length=12, verbose_name="値の限定"),
            ),
            ("reason", models.CharField(max_length=300, verbose_name="必要とする理由")),
            ("valid_from", models.DateField(verbose_name="開始日")),
            (
                "valid_until",
                models.DateField(help_text="この日以降は移転しません。", verbose_name="終了日"),
            ),
            (
                "application",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="approved_items",
                    to="resident_basic.useapplication",
                    verbose_name="利用申請",
                ),
            ),
        ],
        options={
            "verbose_name": "移転承認項目",
            "verbose_name_plural": "移転承認項目",
            "constraints": [
                models.UniqueConstraint(
                    fields=("application", "item"), name="an_item_is_approved_once"
                ),
                models.CheckConstraint(
                    condition=models.Q(("valid_until__gte", models.F("valid_from"))),
                    name="an_approval_does_not_end_before_it_begins",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ApplicationStep",
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
                        ("drafted", "作成"),
                        ("edited", "修正"),
                        ("submitted", "提出"),
                        ("returned", "差戻し"),
                        ("approved", "承認"),
                        ("refused", "却下"),
                        ("certified", "年次確認"),
                        ("taken_back", "取下げ"),
                        ("revoked", "承認取消し"),
                    ],
                    max_length=10,
                    verbose_name="種別",
                ),
            ),
            ("at", models.DateTimeField(verbose_name="日時")),
            (
                "reason",
                models.CharField(blank=True, default="", max_length=300, verbose_name="理由"),
            ),
            (
                "application",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="steps",
                    to="resident_basic.useapplication",
                    verbose_name="利用申請",
                ),
            ),
            (
                "by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="職員",
                ),
            ),
        ],
        options={
            "verbose_name": "利用申請の経過",
            "verbose_name_plural": "利用申請の経過",
            "indexes": [
                models.Index(fields=["application", "at"], name="application_step_in_order")
            ],
        },
    ),
]
