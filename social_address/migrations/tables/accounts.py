"""As of 0.1: 口座情報."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="BankAccount",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "account_id",
                models.CharField(
                    blank=True, default="", max_length=15, verbose_name="口座管理番号"
                ),
            ),
            ("system_code", models.CharField(max_length=7, verbose_name="庁内業務システム")),
            (
                "purpose",
                models.CharField(
                    choices=[("01", "支給"), ("02", "還付"), ("03", "引落"), ("09", "共通")],
                    max_length=2,
                    verbose_name="口座用途",
                ),
            ),
            ("bank_code", models.CharField(max_length=4, verbose_name="金融機関コード")),
            ("branch_code", models.CharField(max_length=3, verbose_name="支店コード")),
            ("deposit_type", models.CharField(max_length=1, verbose_name="預金種目")),
            ("account_number", models.CharField(max_length=7, verbose_name="口座番号")),
            (
                "yucho_symbol",
                models.CharField(blank=True, default="", max_length=5, verbose_name="ゆうちょ記号"),
            ),
            (
                "yucho_number",
                models.CharField(blank=True, default="", max_length=8, verbose_name="ゆうちょ番号"),
            ),
            ("holder_kana", models.CharField(max_length=40, verbose_name="口座名義カナ")),
            (
                "is_public_money_account",
                models.BooleanField(default=False, verbose_name="公金受取口座"),
            ),
            ("valid_from", models.DateField(verbose_name="有効開始日")),
            ("valid_until", models.DateField(blank=True, null=True, verbose_name="有効終了日")),
            ("recorded_at", models.DateTimeField(verbose_name="記録日時")),
            (
                "addressee",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="bank_accounts",
                    to="social_address.socialaddressee",
                    verbose_name="社会保障宛名",
                ),
            ),
        ],
        options={
            "verbose_name": "口座情報",
            "verbose_name_plural": "口座情報",
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("valid_until__isnull", True)),
                    fields=("addressee", "system_code", "purpose"),
                    name="one_open_account_per_addressee_system_and_purpose",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("account_id", ""), _negated=True),
                    fields=("account_id",),
                    name="one_account_per_account_id",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("valid_until__isnull", True),
                        ("valid_until__gte", models.F("valid_from")),
                        _connector="OR",
                    ),
                    name="an_account_ends_after_it_begins",
                ),
                models.CheckConstraint(
                    condition=models.Q(("account_number__regex", "^[0-9]{7}$")),
                    name="an_account_number_has_seven_digits",
                ),
            ],
        },
    ),
]
