"""As of 0.1: 住民, 住民履歴, 異動情報, 受領異動."""

import django.contrib.postgres.indexes
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Resident",
        fields=[
            (
                "resident_number",
                models.CharField(
                    max_length=15, primary_key=True, serialize=False, verbose_name="宛名番号"
                ),
            ),
            ("first_received_at", models.DateTimeField(verbose_name="最初の受領日時")),
        ],
        options={
            "verbose_name": "住民",
            "verbose_name_plural": "住民",
            "permissions": [("search_residents", "住民を検索できる")],
        },
    ),
    migrations.CreateModel(
        name="ResidentVersion",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("event_id", models.CharField(max_length=20, verbose_name="異動ID")),
            ("change_reason", models.CharField(max_length=2, verbose_name="異動事由")),
            ("changed_on", models.DateField(blank=True, null=True, verbose_name="異動年月日")),
            (
                "changed_on_unknown",
                models.CharField(
                    blank=True, default="", max_length=1, verbose_name="異動年月日_不詳フラグ"
                ),
            ),
            (
                "changed_on_text",
                models.TextField(blank=True, default="", verbose_name="異動年月日_不詳表記"),
            ),
            ("notified_on", models.DateField(blank=True, null=True, verbose_name="届出年月日")),
            ("processed_on", models.DateField(verbose_name="処理年月日")),
            ("processed_time", models.TimeField(verbose_name="処理時刻")),
            ("resident_number", models.CharField(max_length=15, verbose_name="宛名番号")),
            ("history_number", models.PositiveSmallIntegerField(verbose_name="履歴番号")),
            ("household_number", models.CharField(max_length=15, verbose_name="世帯番号")),
            ("resident_kind", models.CharField(max_length=1, verbose_name="住民種別")),
            ("resident_status", models.CharField(max_length=1, verbose_name="住民状態")),
            (
                "resident_record_code",
                models.CharField(
                    blank=True, default="", max_length=11, verbose_name="住民票コード"
                ),
            ),
            ("name", models.TextField(verbose_name="氏名")),
            ("family_name", models.TextField(blank=True, default="", verbose_name="氏")),
            ("given_name", models.TextField(blank=True, default="", verbose_name="名")),
            ("name_kana", models.TextField(blank=True, default="", verbose_name="氏名フリガナ")),
            (
                "name_kana_confirmation",
                models.CharField(
                    blank=True, default="", max_length=1, verbose_name="氏名フリガナ確認状況"
                ),
            ),
            ("former_family_name", models.TextField(blank=True, default="", verbose_name="旧氏")),
            (
                "former_family_name_kana",
                models.TextField(blank=True, default="", verbose_name="旧氏フリガナ"),
            ),
            ("alias", models.TextField(blank=True, default="", verbose_name="通称")),
            ("alias_kana", models.TextField(blank=True, default="", verbose_name="通称フリガナ")),
            (
                "name_roman",
                models.CharField(
                    blank=True, default="", max_length=100, verbose_name="氏名ローマ字"
                ),
            ),
            ("born_on", models.DateField(blank=True, null=True, verbose_name="生年月日")),
            (
                "born_on_unknown",
                models.CharField(
                    blank=True, default="", max_length=1, verbose_name="生年月日_不詳フラグ"
                ),
            ),
            (
                "born_on_text",
                models.TextField(blank=True, default="", verbose_name="生年月日_不詳表記"),
            ),
            ("sex", models.CharField(max_length=1, verbose_name="性別")),
            (
                "relationship_1",
                models.CharField(blank=True, default="", max_length=2, verbose_name="続柄コード1"),
            ),
            (
                "relationship_2",
                models.CharField(blank=True, default="", max_length=2, verbose_name="続柄コード2"),
            ),
            (
                "relationship_3",
                models.CharField(blank=True, default="", max_length=2, verbose_name="続柄コード3"),
            ),
            (
                "relationship_4",
                models.CharField(blank=True, default="", max_length=2, verbose_name="続柄コード4"),
            ),
            ("head_name", models.TextField(verbose_name="世帯主氏名")),
            (
                "head_resident_number",
                models.CharField(
                    blank=True, default="", max_length=15, verbose_name="世帯主宛名番号"
                ),
            ),
            (
                "entry_order",
                models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="記載順位"),
            ),
            (
                "municipality_code",
                models.CharField(max_length=6, verbose_name="住所_市区町村コード"),
            ),
            (
                "town_code",
                models.CharField(
                    blank=True, default="", max_length=7, verbose_name="住所_町字コード"
                ),
            ),
            ("prefecture", models.TextField(blank=True, default="", verbose_name="住所_都道府県")),
            (
                "municipality",
                models.TextField(blank=True, default="", verbose_name="住所_市区郡町村名"),
            ),
            ("town", models.TextField(blank=True, default="", verbose_name="住所_町字")),
            ("block", models.TextField(blank=True, default="", verbose_name="住所_番地号表記")),
            ("building", models.TextField(blank=True, default="", verbose_name="住所_方書")),
            (
                "postal_code",
                models.CharField(
                    blank=True, default="", max_length=7, verbose_name="住所_郵便番号"
                ),
            ),
            ("domicile_of_origin", models.TextField(blank=True, default="", verbose_name="本籍")),
            (
                "family_register_head",
                models.TextField(blank=True, default="", verbose_name="戸籍筆頭者"),
            ),
            (
                "became_resident_on",
                models.DateField(blank=True, null=True, verbose_name="住民となった年月日"),
            ),
            (
                "became_resident_on_unknown",
                models.CharField(
                    blank=True,
                    default="",
                    max_length=1,
                    verbose_name="住民となった年月日_不詳フラグ",
                ),
            ),
            (
                "became_resident_on_text",
                models.TextField(
                    blank=True, default="", verbose_name="住民となった年月日_不詳表記"
                ),
            ),
            (
                "residence_fixed_on",
                models.DateField(blank=True, null=True, verbose_name="住所を定めた年月日"),
            ),
            (
                "residence_fixed_on_unknown",
                models.CharField(
                    blank=True,
                    default="",
                    max_length=1,
                    verbose_name="住所を定めた年月日_不詳フラグ",
                ),
            ),
            (
                "residence_fixed_on_text",
                models.TextField(
                    blank=True, default="", verbose_name="住所を定めた年月日_不詳表記"
                ),
            ),
            (
                "previous_municipality_code",
                models.CharField(
                    blank=True, default="", max_length=6, verbose_name="転入前住所_市区町村コード"
                ),
            ),
            (
                "previous_residential_address",
                models.TextField(blank=True, default="", verbose_name="転入前住所"),
            ),
            (
                "moving_out_notified_on",
                models.DateField(blank=True, null=True, verbose_name="転出届出年月日"),
            ),
            (
                "moving_out_planned_on",
                models.DateField(blank=True, null=True, verbose_name="転出予定年月日"),
            ),
            (
                "planned_municipality_code",
                models.CharField(
                    blank=True,
                    default="",
                    max_length=6,
                    verbose_name="転出先住所_予定_市区町村コード",
                ),
            ),
            (
                "planned_residential_address",
                models.TextField(blank=True, default="", verbose_name="転出先住所_予定"),
            ),
            (
                "moved_out_on",
                models.DateField(blank=True, null=True, verbose_name="転出確定年月日"),
            ),
            (
                "confirmed_municipality_code",
                models.CharField(
                    blank=True,
                    default="",
                    max_length=6,
                    verbose_name="転出先住所_確定_市区町村コード",
                ),
            ),
            (
                "confirmed_residential_address",
                models.TextField(blank=True, default="", verbose_name="転出先住所_確定"),
            ),
            ("removed_on", models.DateField(blank=True, null=True, verbose_name="消除年月日")),
            (
                "removed_on_unknown",
                models.CharField(
                    blank=True, default="", max_length=1, verbose_name="消除年月日_不詳フラグ"
                ),
            ),
            (
                "removed_on_text",
                models.TextField(blank=True, default="", verbose_name="消除年月日_不詳表記"),
            ),
            (
                "nationality_code",
                models.CharField(
                    blank=True, default="", max_length=3, verbose_name="国籍・地域コード"
                ),
            ),
            ("nationality", models.TextField(blank=True, default="", verbose_name="国籍・地域")),
            (
                "article_30_45",
                models.CharField(
                    blank=True, default="", max_length=2, verbose_name="第30条45規定区分"
                ),
            ),
            (
                "residence_status",
                models.CharField(blank=True, default="", max_length=3, verbose_name="在留資格"),
            ),
            (
                "stay_years",
                models.CharField(blank=True, default="", max_length=2, verbose_name="在留期間_年"),
            ),
            (
                "stay_months",
                models.CharField(blank=True, default="", max_length=2, verbose_name="在留期間_月"),
            ),
            (
                "stay_days",
                models.CharField(blank=True, default="", max_length=3, verbose_name="在留期間_日"),
            ),
            (
                "stay_expires_on",
                models.DateField(blank=True, null=True, verbose_name="在留期間満了年月日"),
            ),
            (
                "residence_card_number",
                models.CharField(
                    blank=True, default="", max_length=12, verbose_name="在留カード番号等"
                ),
            ),
            (
                "became_foreign_resident_on",
                models.DateField(blank=True, null=True, verbose_name="外国人住民となった年月日"),
            ),
            (
                "became_foreign_resident_on_unknown",
                models.CharField(
                    blank=True,
                    default="",
                    max_length=1,
                    verbose_name="外国人住民となった年月日_不詳フラグ",
                ),
            ),
            (
                "became_foreign_resident_on_text",
                models.TextField(
                    blank=True, default="", verbose_name="外国人住民となった年月日_不詳表記"
                ),
            ),
            (
                "voter_registered",
                models.CharField(
                    blank=True, default="", max_length=1, verbose_name="選挙人名簿登録有無"
                ),
            ),
            (
                "health_insurance",
                models.CharField(
                    blank=True, default="", max_length=1, verbose_name="国民健康保険資格有無"
                ),
            ),
            (
                "health_insurance_since",
                models.DateField(blank=True, null=True, verbose_name="国民健康保険資格取得年月日"),
            ),
            (
                "elderly_medical",
                models.CharField(
                    blank=True, default="", max_length=1, verbose_name="後期高齢者医療資格有無"
                ),
            ),
            (
                "elderly_medical_since",
                models.DateField(
                    blank=True, null=True, verbose_name="後期高齢者医療資格取得年月日"
                ),
            ),
            (
                "care_insurance",
                models.CharField(
                    blank=True, default="", max_length=1, verbose_name="介護保険資格有無"
                ),
            ),
            (
                "care_insurance_since",
                models.DateField(blank=True, null=True, verbose_name="介護保険資格取得年月日"),
            ),
            (
                "national_pension",
                models.CharField(blank=True, default="", max_length=1, verbose_name="国民年金種別"),
            ),
            (
                "national_pension_since",
                models.DateField(blank=True, null=True, verbose_name="国民年金資格取得年月日"),
            ),
            (
                "child_allowance",
                models.CharField(
                    blank=True, default="", max_length=1, verbose_name="児童手当資格区分"
                ),
            ),
            (
                "child_allowance_from",
                models.CharField(
                    blank=True, default="", max_length=7, verbose_name="児童手当受給開始年月"
                ),
            ),
            (
                "child_allowance_until",
                models.CharField(
                    blank=True, default="", max_length=7, verbose_name="児童手当受給終了年月"
                ),
            ),
            (
                "support_measure",
                models.CharField(blank=True, default="", max_length=1, verbose_name="支援措置区分"),
            ),
            (
                "support_subject",
                models.CharField(
                    blank=True, default="", max_length=1, verbose_name="支援措置対象者区分"
                ),
            ),
            (
                "support_from",
                models.DateField(blank=True, null=True, verbose_name="支援措置開始年月日"),
            ),
            (
                "support_until",
                models.DateField(blank=True, null=True, verbose_name="支援措置終了年月日"),
            ),
            ("valid_from", models.DateField(verbose_name="有効開始日")),
            ("valid_until", models.DateField(blank=True, null=True, verbose_name="有効終了日")),
            ("recorded_at", models.DateTimeField(verbose_name="記録日時")),
            ("superseded_at", models.DateTimeField(blank=True, null=True, verbose_name="訂正日時")),
            ("is_latest", models.BooleanField(default=False, verbose_name="最新")),
            ("kana_key", models.TextField(blank=True, default="", verbose_name="検索用カナ")),
            ("fingerprint", models.BinaryField(max_length=16, verbose_name="内容の指紋")),
            (
                "batch_number",
                models.BigIntegerField(blank=True, null=True, verbose_name="一括処理番号"),
            ),
            ("name_key", models.TextField(blank=True, default="", verbose_name="検索用氏名")),
        ],
        options={
            "verbose_name": "住民履歴",
            "verbose_name_plural": "住民履歴",
            "indexes": [
                models.Index(
                    condition=models.Q(("is_latest", True)),
                    fields=["kana_key", "resident_number"],
                    name="latest_version_by_kana",
                    opclasses=["text_pattern_ops", "text_ops"],
                ),
                models.Index(
                    condition=models.Q(("is_latest", True)),
                    fields=["born_on", "resident_number"],
                    name="latest_version_by_birth",
                ),
                models.Index(
                    condition=models.Q(("is_latest", True)),
                    fields=["municipality_code", "resident_number"],
                    name="latest_version_by_ward",
                ),
                models.Index(
                    condition=models.Q(("is_latest", True)),
                    fields=["household_number"],
                    name="latest_version_by_household",
                ),
                models.Index(
                    condition=models.Q(("superseded_at__isnull", False)),
                    fields=["resident_number", "superseded_at"],
                    name="superseded_version_by_resident",
                ),
                django.contrib.postgres.indexes.GinIndex(
                    condition=models.Q(("is_latest", True)),
                    fields=["name_key"],
                    name="latest_version_by_words",
                    opclasses=["gin_trgm_ops"],
                ),
                models.Index(
                    condition=models.Q(("is_latest", True)),
                    fields=["postal_code", "town"],
                    name="latest_version_by_place",
                ),
                models.Index(
                    condition=models.Q(
                        ("is_latest", True), models.Q(("building", ""), _negated=True)
                    ),
                    fields=["building"],
                    name="latest_version_by_building",
                    opclasses=["text_pattern_ops"],
                ),
                django.contrib.postgres.indexes.GinIndex(
                    condition=models.Q(("is_latest", False)),
                    fields=["name_key"],
                    name="former_version_by_words",
                    opclasses=["gin_trgm_ops"],
                ),
                models.Index(
                    condition=models.Q(("is_latest", False)),
                    fields=["postal_code", "town"],
                    name="former_version_by_place",
                ),
                models.Index(
                    fields=["processed_on", "processed_time", "id"], name="version_by_day_processed"
                ),
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("superseded_at__isnull", True)),
                    fields=("resident_number", "history_number"),
                    name="one_known_version_per_history_number",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("valid_until__isnull", True),
                        ("valid_until__gte", models.F("valid_from")),
                        _connector="OR",
                    ),
                    name="a_version_does_not_end_before_it_begins",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("superseded_at__isnull", True),
                        ("superseded_at__gte", models.F("recorded_at")),
                        _connector="OR",
                    ),
                    name="a_version_is_superseded_after_it_was_known",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("is_latest", False), ("superseded_at__isnull", True), _connector="OR"
                    ),
                    name="the_latest_version_is_a_known_one",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ResidentChange",
        fields=[
            (
                "id",
                models.BigAutoField(primary_key=True, serialize=False, verbose_name="異動情報番号"),
            ),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("received", "異動"),
                        ("corrected", "訂正"),
                        ("protection", "支援措置の変更"),
                    ],
                    max_length=10,
                    verbose_name="種別",
                ),
            ),
            ("resident_number", models.CharField(max_length=15, verbose_name="宛名番号")),
            ("version_id", models.BigIntegerField(verbose_name="住民履歴ID")),
            ("recorded_at", models.DateTimeField(verbose_name="記録日時")),
        ],
        options={
            "verbose_name": "異動情報",
            "verbose_name_plural": "異動情報",
            "indexes": [models.Index(fields=["resident_number", "id"], name="change_by_resident")],
        },
    ),
    migrations.CreateModel(
        name="ReceivedEvent",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("event_id", models.CharField(max_length=20, unique=True, verbose_name="異動ID")),
            (
                "resident_number",
                models.CharField(db_index=True, max_length=15, verbose_name="宛名番号"),
            ),
            ("history_number", models.PositiveSmallIntegerField(verbose_name="履歴番号")),
            ("content_digest", models.CharField(max_length=32, verbose_name="内容のダイジェスト")),
            ("received_at", models.DateTimeField(verbose_name="受領日時")),
        ],
        options={
            "verbose_name": "受領異動",
            "verbose_name_plural": "受領異動",
        },
    ),
]
