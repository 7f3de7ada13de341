"""As of 0.1: 請求・届出, 請求児童, 照会事項, 決定."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Claim",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("claim_number", models.CharField(max_length=20, unique=True, verbose_name="受付番号")),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("01", "認定請求"),
                        ("02", "額改定請求"),
                        ("03", "額改定届"),
                        ("04", "受給事由消滅届"),
                        ("05", "現況届"),
                        ("06", "未支払請求"),
                        ("07", "口座変更届"),
                        ("08", "氏名・住所変更届"),
                        ("90", "移行(既認定者)"),
                    ],
                    max_length=2,
                    verbose_name="請求届出種別",
                ),
            ),
            (
                "channel",
                models.CharField(
                    choices=[("1", "窓口"), ("2", "郵送"), ("3", "オンライン")],
                    max_length=1,
                    verbose_name="受付方法",
                ),
            ),
            ("received_on", models.DateField(verbose_name="受付年月日")),
            ("claimed_on", models.DateField(verbose_name="請求年月日")),
            (
                "cause",
                models.CharField(
                    choices=[
                        ("01", "出生"),
                        ("02", "転入"),
                        ("03", "受給者の変更"),
                        ("04", "児童の監護の開始"),
                        ("05", "制度改正"),
                        ("06", "公務員の退職"),
                        ("07", "児童の監護の終了"),
                        ("08", "死亡"),
                        ("09", "その他"),
                    ],
                    max_length=2,
                    verbose_name="請求事由",
                ),
            ),
            ("cause_on", models.DateField(blank=True, null=True, verbose_name="事由発生年月日")),
            (
                "asked_from",
                models.DateField(blank=True, null=True, verbose_name="請求の支給対象年月(自)"),
            ),
            (
                "asked_until",
                models.DateField(blank=True, null=True, verbose_name="請求の支給対象年月(至)"),
            ),
            (
                "claimant_number",
                models.CharField(db_index=True, max_length=15, verbose_name="請求者宛名番号"),
            ),
            (
                "claimant_occupation",
                models.CharField(blank=True, max_length=1, verbose_name="請求者職業区分"),
            ),
            (
                "claimant_pension",
                models.CharField(blank=True, max_length=1, verbose_name="請求者年金加入区分"),
            ),
            (
                "claimant_taxed_this_year_in",
                models.CharField(blank=True, max_length=6, verbose_name="請求者本年度課税地"),
            ),
            (
                "claimant_taxed_last_year_in",
                models.CharField(blank=True, max_length=6, verbose_name="請求者前年度課税地"),
            ),
            ("has_spouse", models.BooleanField(default=False, verbose_name="配偶者の有無")),
            (
                "spouse_number",
                models.CharField(blank=True, max_length=15, verbose_name="配偶者宛名番号"),
            ),
            (
                "spouse_taxed_this_year_in",
                models.CharField(blank=True, max_length=6, verbose_name="配偶者本年度課税地"),
            ),
            (
                "spouse_taxed_last_year_in",
                models.CharField(blank=True, max_length=6, verbose_name="配偶者前年度課税地"),
            ),
            (
                "wants_public_money_account",
                models.BooleanField(default=False, verbose_name="公金受取口座の利用"),
            ),
            ("remarks", models.CharField(blank=True, max_length=200, verbose_name="備考")),
            (
                "state",
                models.CharField(
                    choices=[
                        ("received", "受付"),
                        ("asked_elsewhere", "照会中"),
                        ("ready", "決定待ち"),
                        ("under_examination", "審査中"),
                        ("proposed", "承認待ち"),
                        ("decided", "決定済"),
                    ],
                    default="received",
                    max_length=20,
                    verbose_name="状態",
                ),
            ),
            ("state_reason", models.TextField(blank=True, verbose_name="状態の理由")),
            (
                "recipient",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="claims",
                    to="child_allowance.recipient",
                    verbose_name="受給者",
                ),
            ),
        ],
        options={
            "verbose_name": "請求・届出",
            "verbose_name_plural": "請求・届出",
            "permissions": (
                ("decide_claim", "決定を承認できる"),
                ("propose_decision", "決定を起案できる"),
            ),
            "indexes": [
                models.Index(
                    condition=models.Q(("state", "decided"), _negated=True),
                    fields=["state", "received_on"],
                    name="claim_waiting_by_state",
                )
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("asked_until", None),
                        ("asked_until__gte", models.F("asked_from")),
                        _connector="OR",
                    ),
                    name="a_claim_asks_for_months_in_order",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="ClaimChild",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("order", models.PositiveSmallIntegerField(verbose_name="児童連番")),
            ("child_number", models.CharField(max_length=15, verbose_name="児童宛名番号")),
            ("born_on", models.DateField(blank=True, null=True, verbose_name="生年月日")),
            ("relationship", models.CharField(blank=True, max_length=2, verbose_name="続柄")),
            ("living", models.CharField(max_length=1, verbose_name="同居別居")),
            ("in_custody", models.BooleanField(verbose_name="監護")),
            ("livelihood", models.CharField(max_length=1, verbose_name="生計関係")),
            ("studies_abroad", models.BooleanField(default=False, verbose_name="留学")),
            ("in_facility", models.BooleanField(default=False, verbose_name="施設入所等")),
            ("cared_for", models.BooleanField(default=False, verbose_name="監護相当")),
            (
                "confirmed_on",
                models.DateField(blank=True, null=True, verbose_name="確認書提出年月日"),
            ),
            (
                "claim",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="children",
                    to="child_allowance.claim",
                    verbose_name="請求・届出",
                ),
            ),
        ],
        options={
            "verbose_name": "請求児童",
            "verbose_name_plural": "請求児童",
            "constraints": [
                models.UniqueConstraint(
                    fields=("claim", "order"), name="children_of_a_claim_are_numbered_once"
                ),
                models.UniqueConstraint(
                    fields=("claim", "child_number"), name="a_claim_names_a_child_once"
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="FactInquiry",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("subject_number", models.CharField(max_length=15, verbose_name="照会対象者宛名番号")),
            ("item", models.CharField(max_length=2, verbose_name="別表第二の項")),
            (
                "tax_year",
                models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="課税年度"),
            ),
            ("provider_code", models.CharField(max_length=16, verbose_name="照会先")),
            (
                "inquiry_number",
                models.CharField(blank=True, db_index=True, max_length=40, verbose_name="照会番号"),
            ),
            (
                "state",
                models.CharField(
                    choices=[
                        ("wanted", "照会待ち"),
                        ("asked", "照会中"),
                        ("answered", "回答あり"),
                        ("nothing_there", "該当なし"),
                        ("failed", "照会不可"),
                    ],
                    default="wanted",
                    max_length=15,
                    verbose_name="状態",
                ),
            ),
            ("answer", models.JSONField(blank=True, null=True, verbose_name="回答")),
            ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="回答日時")),
            (
                "claim",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="fact_inquiries",
                    to="child_allowance.claim",
                    verbose_name="請求・届出",
                ),
            ),
        ],
        options={
            "verbose_name": "照会事項",
            "verbose_name_plural": "照会事項",
            "constraints": [
                models.UniqueConstraint(
                    fields=("claim", "subject_number", "item", "tax_year"),
                    name="a_claim_asks_for_a_fact_once",
                    nulls_distinct=False,
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="Decision",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "outcome",
                models.CharField(
                    choices=[
                        ("approved", "認定"),
                        ("refused", "却下"),
                        ("increased", "額改定(増額)"),
                        ("decreased", "額改定(減額)"),
                        ("ended", "受給事由消滅"),
                        ("handed_over", "移行"),
                    ],
                    max_length=15,
                    verbose_name="決定内容",
                ),
            ),
            ("start", models.DateField(blank=True, null=True, verbose_name="支給開始(改定)年月")),
            ("until", models.DateField(blank=True, null=True, verbose_name="支給終了の翌月")),
            ("reason", models.TextField(verbose_name="理由")),
            ("article", models.CharField(max_length=200, verbose_name="根拠条文")),
            ("proposed_at", models.DateTimeField(verbose_name="起案日時")),
            ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="決定日時")),
            (
                "claim",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="decision",
                    to="child_allowance.claim",
                    verbose_name="請求・届出",
                ),
            ),
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
                "proposed_by",
                models.ForeignKey(
                    blank=True,
                    help_text="空欄は、事実がすべてそろった認定をシステムが起案したもの。",
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="起案者",
                ),
            ),
        ],
        options={
            "verbose_name": "決定",
            "verbose_name_plural": "決定",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("decided_by", None),
                        ("proposed_by", None),
                        models.Q(("proposed_by", models.F("decided_by")), _negated=True),
                        _connector="OR",
                    ),
                    name="four_eyes_decide",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("outcome", "refused"), _negated=True),
                        ("proposed_by__isnull", False),
                        _connector="OR",
                    ),
                    name="nobody_is_refused_by_a_machine",
                ),
            ],
        },
    ),
]
