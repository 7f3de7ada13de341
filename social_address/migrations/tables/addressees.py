"""As of 0.1: 社会保障宛名, 社会保障宛名履歴, 宛名番号範囲, 住登外者, 業務対象者, 宛名異動, 個人基本受領位置."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="SocialAddressee",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "addressee_number",
                models.CharField(max_length=15, unique=True, verbose_name="宛名番号"),
            ),
            (
                "kind",
                models.CharField(
                    choices=[("1", "個人"), ("2", "法人")],
                    default="1",
                    max_length=1,
                    verbose_name="個人法人区分",
                ),
            ),
            (
                "origin",
                models.CharField(
                    choices=[("resident", "個人基本"), ("registered", "社会保障業務の登録")],
                    max_length=10,
                    verbose_name="登録元",
                ),
            ),
            (
                "corporate_number",
                models.CharField(blank=True, default="", max_length=13, verbose_name="法人番号"),
            ),
            (
                "integrated_number",
                models.CharField(
                    blank=True, default="", max_length=15, verbose_name="団体内統合宛名番号"
                ),
            ),
            (
                "not_for_other_work",
                models.BooleanField(
                    default=False,
                    help_text="登録した業務だけが参照できます(住基ネットで確認した情報など)。",
                    verbose_name="他業務参照不可",
                ),
            ),
            (
                "registered_by_system",
                models.CharField(blank=True, default="", max_length=7, verbose_name="登録した業務"),
            ),
            ("registered_at", models.DateTimeField(verbose_name="登録日時")),
        ],
        options={
            "verbose_name": "社会保障宛名",
            "verbose_name_plural": "社会保障宛名",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("kind", "1"), ("integrated_number", ""), _connector="OR"),
                    name="a_corporation_never_gets_an_integrated_number",
                ),
                models.CheckConstraint(
                    condition=models.Q(("kind", "2"), ("corporate_number", ""), _connector="OR"),
                    name="a_person_has_no_corporate_number",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("corporate_number", ""), _negated=True),
                    fields=("corporate_number",),
                    name="one_addressee_per_corporate_number",
                ),
                models.UniqueConstraint(
                    condition=models.Q(
                        ("origin", "registered"), models.Q(("integrated_number", ""), _negated=True)
                    ),
                    fields=("integrated_number",),
                    name="one_registered_addressee_per_integrated_number",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="AddresseeVersion",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("history_number", models.PositiveSmallIntegerField(verbose_name="履歴番号")),
            ("is_latest", models.BooleanField(default=True, verbose_name="最新")),
            (
                "source",
                models.CharField(
                    choices=[("resident_basic", "個人基本"), ("registered", "社会保障業務の登録")],
                    max_length=14,
                    verbose_name="情報源",
                ),
            ),
            ("name", models.TextField(verbose_name="氏名・名称")),
            ("name_kana", models.TextField(blank=True, default="", verbose_name="フリガナ")),
            ("alias", models.TextField(blank=True, default="", verbose_name="通称")),
            ("born_on", models.DateField(blank=True, null=True, verbose_name="生年月日")),
            (
                "born_text",
                models.TextField(blank=True, default="", verbose_name="生年月日_不詳表記"),
            ),
            ("sex", models.CharField(blank=True, default="", max_length=1, verbose_name="性別")),
            (
                "household_number",
                models.CharField(blank=True, default="", max_length=15, verbose_name="世帯番号"),
            ),
            (
                "head_number",
                models.CharField(
                    blank=True, default="", max_length=15, verbose_name="世帯主宛名番号"
                ),
            ),
            (
                "relationship",
                models.CharField(
                    blank=True,
                    default="",
                    help_text="2桁のコードを4つまで連ねる。",
                    max_length=8,
                    verbose_name="続柄コード",
                ),
            ),
            (
                "municipality_code",
                models.CharField(
                    blank=True, default="", max_length=6, verbose_name="市区町村コード"
                ),
            ),
            (
                "postal_code",
                models.CharField(blank=True, default="", max_length=7, verbose_name="郵便番号"),
            ),
            ("residential_address", models.TextField(blank=True, default="", verbose_name="住所")),
            (
                "resident_status",
                models.CharField(blank=True, default="", max_length=1, verbose_name="住民状態"),
            ),
            (
                "resident_since",
                models.DateField(blank=True, null=True, verbose_name="住民となった年月日"),
            ),
            (
                "previous_municipality_code",
                models.CharField(
                    blank=True, default="", max_length=6, verbose_name="転入前市区町村コード"
                ),
            ),
            ("moved_out_on", models.DateField(blank=True, null=True, verbose_name="転出年月日")),
            (
                "moved_to_municipality_code",
                models.CharField(
                    blank=True, default="", max_length=6, verbose_name="転出先市区町村コード"
                ),
            ),
            ("removed_on", models.DateField(blank=True, null=True, verbose_name="消除年月日")),
            ("name_key", models.TextField(blank=True, default="", verbose_name="検索用氏名")),
            ("kana_key", models.TextField(blank=True, default="", verbose_name="検索用カナ")),
            ("fingerprint", models.CharField(max_length=32, verbose_name="内容の指紋")),
            ("valid_from", models.DateField(verbose_name="有効開始日")),
            ("recorded_at", models.DateTimeField(verbose_name="記録日時")),
            ("superseded_at", models.DateTimeField(blank=True, null=True, verbose_name="訂正日時")),
            (
                "addressee",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="versions",
                    to="social_address.socialaddressee",
                    verbose_name="社会保障宛名",
                ),
            ),
        ],
        options={
            "verbose_name": "社会保障宛名履歴",
            "verbose_name_plural": "社会保障宛名履歴",
            "indexes": [
                models.Index(
                    condition=models.Q(("is_latest", True)),
                    fields=["kana_key", "addressee"],
                    name="addressee_by_kana",
                    opclasses=["text_pattern_ops", "int8_ops"],
                ),
                models.Index(
                    condition=models.Q(("is_latest", True)),
                    fields=["name_key", "addressee"],
                    name="addressee_by_name",
                    opclasses=["text_pattern_ops", "int8_ops"],
                ),
                models.Index(
                    condition=models.Q(("is_latest", True)),
                    fields=["born_on", "addressee"],
                    name="addressee_by_birth",
                ),
                models.Index(
                    condition=models.Q(
                        ("is_latest", True), models.Q(("household_number", ""), _negated=True)
                    ),
                    fields=["household_number"],
                    name="addressee_by_household",
                ),
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("superseded_at__isnull", True)),
                    fields=("addressee", "history_number"),
                    name="one_known_addressee_version_per_history_number",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("is_latest", True)),
                    fields=("addressee",),
                    name="one_latest_version_per_addressee",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("is_latest", False), ("superseded_at__isnull", True), _connector="OR"
                    ),
                    name="the_latest_addressee_version_is_a_known_one",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("superseded_at__isnull", True),
                        ("superseded_at__gte", models.F("recorded_at")),
                        _connector="OR",
                    ),
                    name="an_addressee_version_is_superseded_after_it_was_known",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="AddresseeNumberRange",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("first_serial", models.BigIntegerField(verbose_name="開始連番")),
            ("last_serial", models.BigIntegerField(verbose_name="終了連番")),
            ("next_serial", models.BigIntegerField(verbose_name="次の連番")),
            ("note", models.CharField(blank=True, default="", max_length=200, verbose_name="備考")),
        ],
        options={
            "verbose_name": "宛名番号範囲",
            "verbose_name_plural": "宛名番号範囲",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("first_serial__gte", 1),
                        ("last_serial__gte", models.F("first_serial")),
                        ("last_serial__lt", 100000000000000),
                    ),
                    name="a_number_range_goes_upward",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("next_serial__gte", models.F("first_serial")),
                        (
                            "next_serial__lte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("last_serial"), "+", models.Value(1)
                            ),
                        ),
                    ),
                    name="the_next_serial_is_of_the_range",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="OutOfRegistryPerson",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("since", models.DateField(verbose_name="住登外となった日")),
            (
                "became_resident_on",
                models.DateField(blank=True, null=True, verbose_name="住民となった日"),
            ),
            (
                "resident_number",
                models.CharField(
                    blank=True, default="", max_length=15, verbose_name="住民宛名番号"
                ),
            ),
            (
                "addressee",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="out_of_registry",
                    to="social_address.socialaddressee",
                    verbose_name="社会保障宛名",
                ),
            ),
        ],
        options={
            "verbose_name": "住登外者",
            "verbose_name_plural": "住登外者",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("became_resident_on__isnull", True), ("resident_number", "")),
                        models.Q(
                            ("became_resident_on__isnull", False),
                            models.Q(("resident_number", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="who_became_a_resident_has_a_day_and_a_number",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="ServiceSubject",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("system_code", models.CharField(max_length=7, verbose_name="庁内業務システム")),
            ("since", models.DateField(verbose_name="開始日")),
            ("until", models.DateField(blank=True, null=True, verbose_name="終了日")),
            (
                "addressee",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="served_by",
                    to="social_address.socialaddressee",
                    verbose_name="社会保障宛名",
                ),
            ),
        ],
        options={
            "verbose_name": "業務対象者",
            "verbose_name_plural": "業務対象者",
            "indexes": [
                models.Index(fields=["system_code", "addressee"], name="subject_by_system")
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("until__isnull", True)),
                    fields=("addressee", "system_code"),
                    name="one_open_service_per_addressee_and_system",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"
                    ),
                    name="a_service_ends_after_it_begins",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="SocialAddresseeChange",
        fields=[
            (
                "id",
                models.BigAutoField(primary_key=True, serialize=False, verbose_name="宛名異動番号"),
            ),
            ("kind", models.CharField(max_length=10, verbose_name="種別")),
            (
                "change_reason",
                models.CharField(blank=True, default="", max_length=2, verbose_name="異動事由"),
            ),
            ("changed_on", models.DateField(blank=True, null=True, verbose_name="異動年月日")),
            ("recorded_at", models.DateTimeField(verbose_name="記録日時")),
            (
                "addressee",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="social_address.socialaddressee",
                    verbose_name="社会保障宛名",
                ),
            ),
            (
                "version",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="social_address.addresseeversion",
                    verbose_name="履歴",
                ),
            ),
        ],
        options={
            "verbose_name": "宛名異動",
            "verbose_name_plural": "宛名異動",
            "indexes": [models.Index(fields=["addressee", "id"], name="change_by_addressee")],
        },
    ),
    migrations.CreateModel(
        name="ResidentFeedReceipt",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("receipt", models.BigIntegerField(default=0, verbose_name="受領位置")),
            ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="最終受領日時")),
        ],
        options={
            "verbose_name": "個人基本受領位置",
            "verbose_name_plural": "個人基本受領位置",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("id", 1)), name="one_receipt_for_the_resident_feed"
                )
            ],
        },
    ),
]
