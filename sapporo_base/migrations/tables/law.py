"""As of 0.1: 法令上の根拠, 特定個人情報ファイル."""

from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="LegalBasis",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("code", models.CharField(max_length=40, verbose_name="根拠コード")),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("use", "利用"),
                        ("transfer", "庁内移転"),
                        ("inquire", "情報照会"),
                        ("provide", "情報提供"),
                    ],
                    max_length=10,
                    verbose_name="区分",
                ),
            ),
            ("law", models.CharField(max_length=200, verbose_name="法令")),
            ("item", models.CharField(max_length=100, verbose_name="条・項")),
            ("ordinance", models.CharField(blank=True, max_length=200, verbose_name="主務省令等")),
            ("procedure", models.CharField(max_length=300, verbose_name="事務")),
            (
                "procedure_code",
                models.CharField(blank=True, max_length=16, verbose_name="事務コード"),
            ),
            (
                "step_code",
                models.CharField(blank=True, max_length=16, verbose_name="事務手続コード"),
            ),
            (
                "information",
                models.CharField(blank=True, max_length=300, verbose_name="特定個人情報"),
            ),
            (
                "information_code",
                models.CharField(blank=True, max_length=16, verbose_name="特定個人情報名コード"),
            ),
            ("inquirer", models.CharField(blank=True, max_length=200, verbose_name="情報照会者")),
            ("provider", models.CharField(blank=True, max_length=200, verbose_name="情報提供者")),
            ("valid_from", models.DateField(verbose_name="適用開始日")),
            (
                "valid_until",
                models.DateField(
                    blank=True,
                    help_text="この日以降は適用しません。",
                    null=True,
                    verbose_name="適用終了日",
                ),
            ),
            (
                "certainty",
                models.CharField(
                    choices=[
                        ("stated", "評価書に記載"),
                        ("known", "一般に知られている"),
                        ("assumed", "仮置き(要確認)"),
                    ],
                    max_length=10,
                    verbose_name="確度",
                ),
            ),
            ("note", models.CharField(blank=True, max_length=500, verbose_name="備考")),
            (
                "systems",
                models.ManyToManyField(
                    blank=True,
                    related_name="legal_bases",
                    to="sapporo_base.businesssystem",
                    verbose_name="利用できる庁内業務システム",
                ),
            ),
            (
                "result_days",
                models.PositiveSmallIntegerField(
                    blank=True,
                    help_text="照会結果の項目の値を、到着からこの日数で廃棄します。空の場合は全体の設定によります。",
                    null=True,
                    verbose_name="照会結果の保存日数",
                ),
            ),
        ],
        options={
            "verbose_name": "法令上の根拠",
            "verbose_name_plural": "法令上の根拠",
            "indexes": [
                models.Index(
                    fields=["procedure_code", "information_code"], name="legal_basis_by_codes"
                )
            ],
            "constraints": [
                models.UniqueConstraint(
                    fields=("code", "valid_from"), name="one_legal_basis_per_code_and_start"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("valid_until__isnull", True),
                        ("valid_until__gt", models.F("valid_from")),
                        _connector="OR",
                    ),
                    name="legal_basis_ends_after_it_begins",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("result_days__isnull", True),
                        models.Q(("kind", "inquire"), ("result_days__gte", 1)),
                        _connector="OR",
                    ),
                    name="results_are_kept_for_inquiries_and_a_day_at_least",
                ),
            ],
            "permissions": [("keep_results_legalbasis", "照会結果の保存日数を定めることができる")],
        },
    ),
    migrations.CreateModel(
        name="PersonalInformationFile",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("code", models.SlugField(max_length=40, unique=True, verbose_name="ファイルコード")),
            ("name", models.CharField(max_length=100, verbose_name="特定個人情報ファイル名")),
            ("section", models.CharField(max_length=100, verbose_name="担当部署")),
            (
                "retention_years",
                models.PositiveSmallIntegerField(default=7, verbose_name="保存年数"),
            ),
            (
                "legal_bases",
                models.ManyToManyField(
                    blank=True,
                    related_name="files",
                    to="sapporo_base.legalbasis",
                    verbose_name="法令上の根拠",
                ),
            ),
        ],
        options={
            "verbose_name": "特定個人情報ファイル",
            "verbose_name_plural": "特定個人情報ファイル",
            "permissions": [
                ("open_personalinformationfile", "このファイルの個人の情報を閲覧できる"),
                ("change_contents_personalinformationfile", "このファイルの個人の情報を更新できる"),
                ("open_individual_number", "このファイルの個人番号を閲覧できる"),
                ("open_protected_person", "このファイルの支援措置対象者を閲覧できる"),
            ],
        },
    ),
]
