"""As of 0.1: 個人番号, ダイジェスト鍵."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="IndividualNumber",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("valid_from", models.DateField(verbose_name="有効開始日")),
            ("valid_until", models.DateField(blank=True, null=True, verbose_name="有効終了日")),
            ("recorded_at", models.DateTimeField(verbose_name="記録日時")),
            ("superseded_at", models.DateTimeField(blank=True, null=True, verbose_name="更新日時")),
            ("ciphertext", models.BinaryField(verbose_name="個人番号(封緘)")),
            ("digest", models.BinaryField(max_length=32, null=True, verbose_name="ダイジェスト")),
            (
                "second_digest",
                models.BinaryField(max_length=32, null=True, verbose_name="ダイジェスト(第2)"),
            ),
            (
                "cause",
                models.CharField(
                    choices=[
                        ("numbered", "付番依頼"),
                        ("arrived", "後日判明"),
                        ("on_request", "請求による変更"),
                        ("ex_officio", "職権による変更"),
                        ("corrected", "訂正"),
                    ],
                    max_length=12,
                    verbose_name="事由",
                ),
            ),
            (
                "addressee",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="individual_numbers",
                    to="integrated_address.integratedaddressee",
                    verbose_name="団体内統合宛名",
                ),
            ),
        ],
        options={
            "verbose_name": "個人番号",
            "verbose_name_plural": "個人番号",
            "indexes": [
                models.Index(
                    condition=models.Q(
                        ("superseded_at__isnull", True), ("valid_until__isnull", False)
                    ),
                    fields=["digest"],
                    name="individual_number_of_the_past",
                ),
                models.Index(
                    condition=models.Q(
                        ("superseded_at__isnull", True), ("valid_until__isnull", False)
                    ),
                    fields=["second_digest"],
                    name="individual_number_of_past_2nd",
                ),
                models.Index(
                    condition=models.Q(
                        ("superseded_at__isnull", False),
                        ("valid_until__isnull", False),
                        _connector="OR",
                    ),
                    fields=["addressee"],
                    name="individual_number_history",
                ),
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(
                        ("superseded_at__isnull", True), ("valid_until__isnull", True)
                    ),
                    fields=("digest",),
                    name="one_open_holder_per_individual_number",
                ),
                models.UniqueConstraint(
                    condition=models.Q(
                        ("superseded_at__isnull", True),
                        ("valid_until__isnull", True),
                        ("second_digest__isnull", False),
                    ),
                    fields=("second_digest",),
                    name="one_open_holder_per_individual_number_by_second_digest",
                ),
                models.UniqueConstraint(
                    condition=models.Q(
                        ("superseded_at__isnull", True), ("valid_until__isnull", True)
                    ),
                    fields=("addressee",),
                    name="one_open_individual_number_per_addressee",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("digest__isnull", False), ("second_digest__isnull", False), _connector="OR"
                    ),
                    name="individual_number_can_be_found",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="DigestKey",
        fields=[
            (
                "slot",
                models.PositiveSmallIntegerField(
                    primary_key=True, serialize=False, verbose_name="列"
                ),
            ),
            ("key_id", models.CharField(max_length=16, unique=True, verbose_name="鍵ID")),
            (
                "state",
                models.CharField(
                    choices=[
                        ("current", "使用中"),
                        ("filling", "書込中"),
                        ("retiring", "廃止予定"),
                    ],
                    max_length=8,
                    verbose_name="状態",
                ),
            ),
            ("since", models.DateTimeField(verbose_name="開始日時")),
        ],
        options={
            "verbose_name": "ダイジェスト鍵",
            "verbose_name_plural": "ダイジェスト鍵",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("slot__in", [1, 2])),
                    name="a_digest_key_has_one_of_two_slots",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("state", "current")),
                    fields=("state",),
                    name="one_current_digest_key",
                ),
            ],
        },
    ),
]
