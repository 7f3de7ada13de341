"""As of 0.1: 支払回, 支払."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="PaymentRun",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("pay_on", models.DateField(unique=True, verbose_name="支払日")),
            ("months", models.CharField(max_length=80, verbose_name="支給対象年月")),
            (
                "state",
                models.CharField(
                    choices=[("made", "作成済"), ("returned", "結果受領済")],
                    default="made",
                    max_length=10,
                    verbose_name="状態",
                ),
            ),
            ("made_at", models.DateTimeField(verbose_name="作成日時")),
            ("count", models.PositiveIntegerField(verbose_name="件数")),
            ("yen", models.PositiveBigIntegerField(verbose_name="金額(円)")),
            ("held_count", models.PositiveIntegerField(verbose_name="支払保留の件数")),
            ("held_yen", models.PositiveBigIntegerField(verbose_name="支払保留の金額(円)")),
            ("file_name", models.CharField(blank=True, max_length=200, verbose_name="振込データ")),
            (
                "file_sha256",
                models.CharField(blank=True, max_length=64, verbose_name="振込データのSHA-256"),
            ),
        ],
        options={
            "verbose_name": "支払回",
            "verbose_name_plural": "支払回",
            "permissions": (
                ("run_payday", "支払を実行できる"),
                ("download_bank_file", "振込データをダウンロードできる"),
            ),
        },
    ),
    migrations.CreateModel(
        name="Payment",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "payment_number",
                models.CharField(max_length=20, unique=True, verbose_name="支払番号"),
            ),
            ("amount", models.PositiveBigIntegerField(verbose_name="支払額(円)")),
            (
                "bank_code",
                models.CharField(blank=True, max_length=4, verbose_name="金融機関コード"),
            ),
            (
                "bank_name_kana",
                models.CharField(blank=True, max_length=40, verbose_name="金融機関名カナ"),
            ),
            ("branch_code", models.CharField(blank=True, max_length=3, verbose_name="支店コード")),
            (
                "branch_name_kana",
                models.CharField(blank=True, max_length=40, verbose_name="支店名カナ"),
            ),
            ("deposit_type", models.CharField(blank=True, max_length=1, verbose_name="預金種目")),
            ("account_number", models.CharField(blank=True, max_length=7, verbose_name="口座番号")),
            (
                "holder_kana",
                models.CharField(blank=True, max_length=60, verbose_name="口座名義カナ"),
            ),
            (
                "state",
                models.CharField(
                    choices=[
                        ("held", "支払保留"),
                        ("in_file", "振込依頼"),
                        ("paid", "振込済"),
                        ("returned", "振込不能"),
                    ],
                    max_length=10,
                    verbose_name="状態",
                ),
            ),
            ("reason", models.CharField(blank=True, max_length=100, verbose_name="理由")),
            (
                "run",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="payments",
                    to="child_allowance.paymentrun",
                    verbose_name="支払回",
                ),
            ),
            (
                "recipient",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="payments",
                    to="child_allowance.recipient",
                    verbose_name="受給者",
                ),
            ),
        ],
        options={
            "verbose_name": "支払",
            "verbose_name_plural": "支払",
            "constraints": [
                models.UniqueConstraint(
                    fields=("run", "recipient"), name="a_recipient_is_paid_once_a_pay_day"
                ),
                models.CheckConstraint(
                    condition=models.Q(("amount__gt", 0)), name="a_payment_is_worth_money"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("state", "held"),
                        models.Q(("account_number", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="money_goes_to_an_account_or_is_held",
                ),
            ],
        },
    ),
]
