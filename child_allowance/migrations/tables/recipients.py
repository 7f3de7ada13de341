"""As of 0.1: 受給者, 算定児童, 所得判定, 支給月額."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Recipient",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "approval_number",
                models.CharField(max_length=15, unique=True, verbose_name="認定番号"),
            ),
            (
                "addressee_number",
                models.CharField(db_index=True, max_length=15, verbose_name="宛名番号"),
            ),
            (
                "spouse_number",
                models.CharField(blank=True, max_length=15, verbose_name="配偶者宛名番号"),
            ),
            (
                "ward_code",
                models.CharField(
                    blank=True, db_index=True, max_length=6, verbose_name="区の団体コード"
                ),
            ),
            ("approved_on", models.DateField(verbose_name="認定年月日")),
            ("entitled_from", models.DateField(verbose_name="支給開始年月")),
            (
                "entitled_until",
                models.DateField(blank=True, null=True, verbose_name="支給終了の翌月"),
            ),
            (
                "ended_because",
                models.CharField(
                    blank=True,
                    choices=[
                        ("moved_out", "転出"),
                        ("died", "死亡"),
                        ("no_child_left", "対象児童なし"),
                        ("public_servant", "公務員就職"),
                        ("changed", "受給者の変更"),
                        ("past_only", "過去の期間のみの請求"),
                    ],
                    max_length=20,
                    verbose_name="消滅事由",
                ),
            ),
            (
                "settled_before",
                models.DateField(
                    blank=True,
                    help_text="この月より前は前のシステムが支払った。",
                    null=True,
                    verbose_name="前システム支払済の翌月",
                ),
            ),
        ],
        options={
            "verbose_name": "受給者",
            "verbose_name_plural": "受給者",
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("entitled_until", None)),
                    fields=("addressee_number",),
                    name="nobody_is_recipient_twice_at_once",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("entitled_until", None),
                        ("entitled_until__gte", models.F("entitled_from")),
                        _connector="OR",
                    ),
                    name="an_entitlement_ends_after_it_began",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("entitled_until", None),
                        models.Q(("ended_because", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="an_ended_entitlement_says_why",
                ),
            ],
            "permissions": (("notify_recipient", "受給者にマイナポータルで知らせることができる"),),
        },
    ),
    migrations.CreateModel(
        name="SupportedChild",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "child_number",
                models.CharField(db_index=True, max_length=15, verbose_name="児童宛名番号"),
            ),
            ("born_on", models.DateField(blank=True, null=True, verbose_name="生年月日")),
            ("relationship", models.CharField(blank=True, max_length=2, verbose_name="続柄")),
            (
                "living",
                models.CharField(
                    choices=[("1", "同居"), ("2", "別居")], max_length=1, verbose_name="同居別居"
                ),
            ),
            ("in_custody", models.BooleanField(default=True, verbose_name="監護")),
            (
                "livelihood",
                models.CharField(
                    choices=[("1", "同一"), ("2", "維持"), ("0", "なし")],
                    max_length=1,
                    verbose_name="生計関係",
                ),
            ),
            ("studies_abroad", models.BooleanField(default=False, verbose_name="留学")),
            ("in_facility", models.BooleanField(default=False, verbose_name="施設入所等")),
            ("cared_for", models.BooleanField(default=False, verbose_name="監護相当")),
            (
                "confirmed_on",
                models.DateField(blank=True, null=True, verbose_name="確認書提出年月日"),
            ),
            ("counted_from", models.DateField(verbose_name="算定開始年月")),
            (
                "counted_until",
                models.DateField(blank=True, null=True, verbose_name="算定終了の翌月"),
            ),
            (
                "recipient",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="children",
                    to="child_allowance.recipient",
                    verbose_name="受給者",
                ),
            ),
        ],
        options={
            "verbose_name": "算定児童",
            "verbose_name_plural": "算定児童",
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(
                        ("cared_for", False), ("counted_until", None), ("in_facility", False)
                    ),
                    fields=("child_number",),
                    name="a_child_is_paid_to_one_recipient",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("counted_until", None)),
                    fields=("recipient", "child_number"),
                    name="one_open_link_per_child_and_recipient",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("counted_until", None),
                        ("counted_until__gte", models.F("counted_from")),
                        _connector="OR",
                    ),
                    name="a_child_counts_until_after_it_began",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="IncomeAssessment",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("income_year", models.PositiveSmallIntegerField(verbose_name="所得年")),
            ("income", models.PositiveBigIntegerField(verbose_name="控除後の所得(円)")),
            ("dependants", models.PositiveSmallIntegerField(verbose_name="扶養親族等の数")),
            ("elderly", models.PositiveSmallIntegerField(verbose_name="うち老人扶養親族")),
            (
                "recipient",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="incomes",
                    to="child_allowance.recipient",
                    verbose_name="受給者",
                ),
            ),
        ],
        options={
            "verbose_name": "所得判定",
            "verbose_name_plural": "所得判定",
            "constraints": [
                models.UniqueConstraint(
                    fields=("recipient", "income_year"), name="one_income_per_recipient_and_year"
                ),
                models.CheckConstraint(
                    condition=models.Q(("elderly__lte", models.F("dependants"))),
                    name="elderly_dependants_are_dependants",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Entitlement",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("month", models.DateField(verbose_name="支給対象年月")),
            ("amount", models.PositiveIntegerField(verbose_name="月額(円)")),
            ("rule", models.CharField(max_length=20, verbose_name="適用")),
            (
                "rank",
                models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="第何子"),
            ),
            ("computed_at", models.DateTimeField(verbose_name="算定日時")),
            (
                "payment",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="entitlements",
                    to="child_allowance.payment",
                    verbose_name="支払",
                ),
            ),
            (
                "recipient",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="entitlements",
                    to="child_allowance.recipient",
                    verbose_name="受給者",
                ),
            ),
            (
                "child",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="entitlements",
                    to="child_allowance.supportedchild",
                    verbose_name="算定児童",
                ),
            ),
        ],
        options={
            "verbose_name": "支給月額",
            "verbose_name_plural": "支給月額",
            "indexes": [
                models.Index(
                    condition=models.Q(("payment", None)),
                    fields=["month", "recipient"],
                    name="entitlement_unpaid_by_month",
                )
            ],
            "constraints": [
                models.UniqueConstraint(
                    fields=("child", "month"), name="a_child_has_one_amount_a_month"
                ),
                models.CheckConstraint(
                    condition=models.Q(("amount__gt", 0)), name="an_entitlement_is_worth_money"
                ),
                models.CheckConstraint(
                    condition=models.Q(("month__gte", "2012-06-01")),
                    name="the_law_begins_in_june_2012",
                ),
            ],
        },
    ),
]
