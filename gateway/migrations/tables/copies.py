"""As of 0.1: 副本, 副本エラー, 副本履歴, 公開終了日一括設定, 副本確認."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Copy",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="副本番号")),
            (
                "information_code",
                models.CharField(max_length=16, verbose_name="特定個人情報名コード"),
            ),
            (
                "integrated_number",
                models.CharField(max_length=15, verbose_name="団体内統合宛名番号"),
            ),
            ("business_number", models.CharField(max_length=20, verbose_name="業務番号")),
            (
                "dataset",
                models.CharField(max_length=20, verbose_name="データセットの識別項目コード"),
            ),
            ("key", models.CharField(max_length=60, verbose_name="データセットレコードのキー")),
            ("layout_version", models.CharField(max_length=4, verbose_name="特定個人情報の版番号")),
            (
                "ward_code",
                models.CharField(blank=True, default="", max_length=3, verbose_name="行政区コード"),
            ),
            ("items", models.JSONField(verbose_name="項目")),
            ("published_from", models.DateField(verbose_name="公開開始日")),
            (
                "published_until",
                models.DateField(help_text="9999-12-31は終了日なし。", verbose_name="公開終了日"),
            ),
            ("is_withdrawn", models.BooleanField(default=False, verbose_name="削除対象")),
            ("wanted_hash", models.BinaryField(max_length=32, verbose_name="内容のハッシュ")),
            (
                "sent_hash",
                models.BinaryField(max_length=32, null=True, verbose_name="送信中のハッシュ"),
            ),
            (
                "forwarded_hash",
                models.BinaryField(max_length=32, null=True, verbose_name="登録済のハッシュ"),
            ),
            (
                "digest",
                models.BinaryField(max_length=32, null=True, verbose_name="照合用ダイジェスト"),
            ),
            (
                "record_id",
                models.CharField(
                    blank=True, default="", max_length=36, verbose_name="レコード識別番号"
                ),
            ),
            (
                "state",
                models.CharField(
                    choices=[
                        ("waiting", "送信待"),
                        ("sending", "送信中"),
                        ("forwarded", "登録済"),
                        ("deleted", "削除済"),
                        ("refused", "エラー"),
                    ],
                    default="waiting",
                    max_length=10,
                    verbose_name="状態",
                ),
            ),
            ("due_at", models.DateTimeField(verbose_name="次回処理日時")),
            ("attempts", models.PositiveIntegerField(default=0, verbose_name="試行回数")),
            (
                "reason_code",
                models.CharField(blank=True, default="", max_length=40, verbose_name="理由コード"),
            ),
            (
                "reason",
                models.CharField(blank=True, default="", max_length=300, verbose_name="理由"),
            ),
            ("changed_at", models.DateTimeField(verbose_name="更新日時")),
            ("forwarded_at", models.DateTimeField(null=True, verbose_name="登録日時")),
            ("correlation_id", models.UUIDField(default=uuid.uuid4, verbose_name="相関ID")),
            (
                "system",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    to="sapporo_base.businesssystem",
                    verbose_name="庁内業務システム",
                ),
            ),
            (
                "exchange",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="copies",
                    to="gateway.exchange",
                    verbose_name="処理中の電文",
                ),
            ),
            (
                "data_hash",
                models.BinaryField(max_length=32, null=True, verbose_name="副本データのハッシュ"),
            ),
        ],
        options={
            "verbose_name": "副本",
            "verbose_name_plural": "副本",
            "permissions": [
                ("reconcile_copy", "副本を照合できる"),
                ("mend_copy", "副本の相違を直せる"),
                ("inspect_copy", "プラットフォームの副本を確認できる"),
            ],
            "indexes": [
                models.Index(
                    condition=models.Q(("exchange__isnull", False)),
                    fields=["exchange"],
                    name="copy_by_exchange",
                ),
                models.Index(
                    fields=["information_code", "business_number"], name="copy_by_business_number"
                ),
                models.Index(
                    condition=models.Q(("state__in", ["forwarded", "deleted"]), _negated=True),
                    fields=["state", "-changed_at"],
                    name="copy_by_state",
                ),
                models.Index(
                    condition=models.Q(("exchange__isnull", False)),
                    fields=["integrated_number"],
                    name="copy_under_way_by_person",
                ),
                models.Index(
                    condition=models.Q(("state", "deleted"), _negated=True),
                    fields=["integrated_number"],
                    name="copy_by_person",
                ),
                models.Index(
                    models.F("system"),
                    models.F("is_withdrawn"),
                    models.F("due_at"),
                    models.F("id"),
                    condition=models.Q(("exchange__isnull", True), ("state", "waiting")),
                    name="copy_waiting_in_its_queue",
                ),
            ],
            "constraints": [
                models.UniqueConstraint(
                    fields=(
                        "information_code",
                        "integrated_number",
                        "dataset",
                        "key",
                        "layout_version",
                    ),
                    name="one_copy_per_number_dataset_and_key",
                ),
                models.CheckConstraint(
                    condition=models.Q(("published_until__gte", models.F("published_from"))),
                    name="copy_is_published_before_it_ends",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "forwarded"), _negated=True),
                        ("forwarded_hash", models.F("wanted_hash")),
                        _connector="OR",
                    ),
                    name="forwarded_copy_is_what_was_wanted",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="CopyError",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "information_code",
                models.CharField(max_length=16, verbose_name="特定個人情報名コード"),
            ),
            ("business_number", models.CharField(max_length=20, verbose_name="業務番号")),
            ("key", models.CharField(max_length=60, verbose_name="データセットレコードのキー")),
            ("item", models.CharField(max_length=100, verbose_name="項目")),
            ("code", models.CharField(max_length=40, verbose_name="エラーコード")),
            ("reason", models.CharField(max_length=300, verbose_name="理由")),
            ("source", models.JSONField(verbose_name="受領内容")),
            ("noted_at", models.DateTimeField(verbose_name="発生日時")),
            ("mended_at", models.DateTimeField(blank=True, null=True, verbose_name="解消日時")),
            ("correlation_id", models.UUIDField(default=uuid.uuid4, verbose_name="相関ID")),
            (
                "system",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    to="sapporo_base.businesssystem",
                    verbose_name="庁内業務システム",
                ),
            ),
        ],
        options={
            "verbose_name": "副本エラー",
            "verbose_name_plural": "副本エラー",
            "permissions": [("retry_copyerror", "副本エラーを再処理できる")],
            "indexes": [
                models.Index(
                    models.F("noted_at"),
                    condition=models.Q(("mended_at__isnull", True)),
                    name="copy_error_not_mended",
                )
            ],
            "constraints": [
                models.UniqueConstraint(
                    fields=("system", "information_code", "business_number", "key"),
                    name="one_copy_error_per_record",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="CopyVersion",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="履歴番号")),
            ("items", models.JSONField(verbose_name="項目")),
            ("published_from", models.DateField(verbose_name="公開開始日")),
            ("published_until", models.DateField(verbose_name="公開終了日")),
            ("content_hash", models.BinaryField(max_length=32, verbose_name="内容のハッシュ")),
            (
                "digest",
                models.BinaryField(max_length=32, null=True, verbose_name="照合用ダイジェスト"),
            ),
            ("held_from", models.DateTimeField(null=True, verbose_name="登録日時")),
            ("held_until", models.DateTimeField(null=True, verbose_name="更新・削除日時")),
            ("superseded_at", models.DateTimeField(verbose_name="新しい内容の受領日時")),
            ("correlation_id", models.UUIDField(verbose_name="相関ID")),
            (
                "copy",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="versions",
                    to="gateway.copy",
                    verbose_name="副本",
                ),
            ),
        ],
        options={
            "verbose_name": "副本履歴",
            "verbose_name_plural": "副本履歴",
            "indexes": [
                models.Index(fields=["copy", "-superseded_at"], name="copy_version_by_time"),
                models.Index(
                    condition=models.Q(("held_until__isnull", True)),
                    fields=["copy"],
                    name="copy_version_still_held",
                ),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("held_until__isnull", True),
                        ("held_until__gte", models.F("held_from")),
                        _connector="OR",
                    ),
                    name="copy_version_is_held_before_it_ends",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="PublicationEnd",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="設定番号")),
            (
                "information_code",
                models.CharField(max_length=16, verbose_name="特定個人情報名コード"),
            ),
            ("layout_version", models.CharField(max_length=4, verbose_name="特定個人情報の版番号")),
            ("ends_on", models.DateField(verbose_name="公開終了日")),
            ("draft_reason", models.CharField(max_length=300, verbose_name="理由")),
            (
                "state",
                models.CharField(
                    choices=[
                        ("drafted", "決裁待"),
                        ("waiting", "送信待"),
                        ("registered", "登録済(実行待)"),
                        ("done", "実行済"),
                        ("cancelling", "取消中"),
                        ("cancelled", "取消"),
                        ("refused", "エラー"),
                    ],
                    default="drafted",
                    max_length=12,
                    verbose_name="状態",
                ),
            ),
            ("copy_count", models.PositiveIntegerField(default=0, verbose_name="起案時の対象件数")),
            ("ended_count", models.PositiveIntegerField(null=True, verbose_name="実行件数")),
            (
                "receipt",
                models.CharField(blank=True, default="", max_length=64, verbose_name="受付番号"),
            ),
            (
                "record_id",
                models.CharField(max_length=36, unique=True, verbose_name="レコード識別番号"),
            ),
            ("drafted_at", models.DateTimeField(verbose_name="起案日時")),
            ("decided_at", models.DateTimeField(null=True, verbose_name="決裁日時")),
            ("done_at", models.DateTimeField(null=True, verbose_name="実行日時")),
            (
                "reason",
                models.CharField(blank=True, default="", max_length=300, verbose_name="エラー"),
            ),
            ("correlation_id", models.UUIDField(default=uuid.uuid4, verbose_name="相関ID")),
            (
                "decided_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="決裁者",
                ),
            ),
            (
                "drafted_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="起案者",
                ),
            ),
        ],
        options={
            "verbose_name": "公開終了日一括設定",
            "verbose_name_plural": "公開終了日一括設定",
            "permissions": [
                ("draft_publicationend", "公開終了日一括設定を起案できる"),
                ("decide_publicationend", "公開終了日一括設定を決裁できる"),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("decided_by__isnull", True),
                        models.Q(("decided_by", models.F("drafted_by")), _negated=True),
                        _connector="OR",
                    ),
                    name="who_decides_a_publication_end_did_not_draft_it",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("state__in", ["drafted", "cancelled"]),
                        ("decided_by__isnull", False),
                        _connector="OR",
                    ),
                    name="publication_end_is_sent_only_when_decided",
                ),
                models.UniqueConstraint(
                    condition=models.Q(
                        ("state__in", ["drafted", "waiting", "registered", "cancelling"])
                    ),
                    fields=("information_code", "layout_version"),
                    name="one_open_publication_end_per_version",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="CopyInspection",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="確認番号")),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("detail", "副本の詳細"),
                        ("search", "照会条件による検索"),
                        ("recipients", "提供先"),
                        ("flags", "フラグの設定状況"),
                    ],
                    max_length=12,
                    verbose_name="確認の種類",
                ),
            ),
            (
                "integrated_number",
                models.CharField(max_length=15, verbose_name="団体内統合宛名番号"),
            ),
            (
                "information_code",
                models.CharField(max_length=16, verbose_name="特定個人情報名コード"),
            ),
            ("as_of", models.DateField(null=True, verbose_name="照会の基準日")),
            (
                "state",
                models.CharField(
                    choices=[
                        ("asked", "確認中"),
                        ("answered", "回答済"),
                        ("refused", "エラー"),
                        ("discarded", "内容廃棄済"),
                    ],
                    default="asked",
                    max_length=10,
                    verbose_name="状態",
                ),
            ),
            ("asked_at", models.DateTimeField(verbose_name="依頼日時")),
            ("asked_because", models.CharField(max_length=300, verbose_name="確認の理由")),
            ("answer", models.JSONField(default=dict, verbose_name="回答")),
            ("answered_at", models.DateTimeField(null=True, verbose_name="回答日時")),
            ("kept_until", models.DateTimeField(verbose_name="内容の保存期限")),
            (
                "reason",
                models.CharField(blank=True, default="", max_length=300, verbose_name="エラー"),
            ),
            ("correlation_id", models.UUIDField(default=uuid.uuid4, verbose_name="相関ID")),
            (
                "asked_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="確認者",
                ),
            ),
            (
                "copy",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    to="gateway.copy",
                    verbose_name="副本",
                ),
            ),
            (
                "exchange",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="inspections",
                    to="gateway.exchange",
                    verbose_name="電文",
                ),
            ),
        ],
        options={
            "verbose_name": "副本確認",
            "verbose_name_plural": "副本確認",
            "indexes": [
                models.Index(
                    models.F("kept_until"),
                    condition=models.Q(("state", "answered")),
                    name="inspection_to_discard",
                )
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "discarded"), _negated=True),
                        ("answer", {}),
                        _connector="OR",
                    ),
                    name="discarded_inspection_has_no_answer",
                )
            ],
        },
    ),
]
