"""As of 0.1: 番号訂正."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="NumberAmendment",
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
                        ("on_request", "個人番号の変更(本人の請求)"),
                        ("ex_officio", "個人番号の変更(職権)"),
                        ("corrected", "個人番号の登録誤りの訂正"),
                        ("removed", "個人番号の登録誤りの取消し"),
                        ("moved", "業務番号の紐付誤りの訂正"),
                    ],
                    max_length=12,
                    verbose_name="種別",
                ),
            ),
            (
                "state",
                models.CharField(
                    choices=[("proposed", "決裁待ち"), ("done", "反映済"), ("refused", "却下")],
                    default="proposed",
                    max_length=8,
                    verbose_name="状態",
                ),
            ),
            ("ciphertext", models.BinaryField(null=True, verbose_name="新しい個人番号(封緘)")),
            ("effective_on", models.DateField(verbose_name="効力の生じる日")),
            ("reason", models.CharField(max_length=300, verbose_name="理由")),
            ("drafted_by", models.CharField(max_length=20, verbose_name="起案者")),
            ("drafted_at", models.DateTimeField(verbose_name="起案日時")),
            (
                "decided_by",
                models.CharField(blank=True, default="", max_length=20, verbose_name="決裁者"),
            ),
            ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="決裁日時")),
            (
                "decision_reason",
                models.CharField(blank=True, default="", max_length=300, verbose_name="決裁の理由"),
            ),
            (
                "addressee",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="amendments",
                    to="integrated_address.integratedaddressee",
                    verbose_name="団体内統合宛名",
                ),
            ),
            (
                "link",
                models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="amendments",
                    to="integrated_address.businessnumber",
                    verbose_name="業務番号",
                ),
            ),
            (
                "target",
                models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="amendments_towards",
                    to="integrated_address.integratedaddressee",
                    verbose_name="正しい紐付先",
                ),
            ),
        ],
        options={
            "verbose_name": "番号訂正",
            "verbose_name_plural": "番号訂正",
            "permissions": [("decide_numberamendment", "番号訂正を決裁できる")],
            "indexes": [
                models.Index(
                    condition=models.Q(("state", "proposed")),
                    fields=["drafted_at"],
                    name="amendment_to_decide",
                )
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("decided_by", models.F("drafted_by")), _negated=True),
                    name="an_amendment_is_decided_by_a_second_person",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("decided_at__isnull", True), ("decided_by", ""), ("state", "proposed")
                        ),
                        models.Q(
                            ("ciphertext__isnull", True),
                            ("decided_at__isnull", False),
                            ("state__in", ["done", "refused"]),
                            models.Q(("decided_by", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="a_settled_amendment_says_by_whom_and_keeps_no_number",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("kind", "moved"), ("link__isnull", False), ("target__isnull", False)
                        ),
                        models.Q(
                            ("kind__in", ["on_request", "ex_officio", "corrected", "removed"]),
                            ("link__isnull", True),
                            ("target__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="an_amendment_says_what_it_mends",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("link__isnull", True), ("state", "proposed")),
                    fields=("addressee",),
                    name="one_open_amendment_of_the_individual_number",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("state", "proposed")),
                    fields=("link",),
                    name="one_open_amendment_of_a_link",
                ),
            ],
        },
    ),
]
