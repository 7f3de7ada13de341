"""Legal grounds (法令上の根拠) and 特定個人情報ファイル, as dated data."""

from django.db import models
from django.db.models import F, Q


class LegalBasis(models.Model):
    """
    One ground on which 個人番号 is used or 特定個人情報 moves, valid for a time.

    番号法第9条第1項・第2項, 第19条第8号 and what stood in 別表第一・第二 until 2024-05-26; later
    rows carry
    the 令和6年 命令 as far as it is known, each with its mark of certainty.
    """

    class Kind(models.TextChoices):
        """What the ground allows."""

        USE = "use", "利用"
        TRANSFER = "transfer", "庁内移転"
        INQUIRE = "inquire", "情報照会"
        PROVIDE = "provide", "情報提供"

    class Certainty(models.TextChoices):
        """How sure we are of the row."""

        STATED = "stated", "評価書に記載"
        KNOWN = "known", "一般に知られている"
        ASSUMED = "assumed", "仮置き(要確認)"

    code = models.CharField("根拠コード", max_length=40)
    kind = models.CharField("区分", max_length=10, choices=Kind)
    law = models.CharField("法令", max_length=200)
    item = models.CharField("条・項", max_length=100)
    ordinance = models.CharField("主務省令等", max_length=200, blank=True)
    procedure = models.CharField("事務", max_length=300)
    procedure_code = models.CharField("事務コード", max_length=16, blank=True)
    step_code = models.CharField("事務手続コード", max_length=16, blank=True)
    information = models.CharField("特定個人情報", max_length=300, blank=True)
    information_code = models.CharField("特定個人情報名コード", max_length=16, blank=True)
    inquirer = models.CharField("情報照会者", max_length=200, blank=True)
    provider = models.CharField("情報提供者", max_length=200, blank=True)
    systems = models.ManyToManyField(
        "sapporo_base.BusinessSystem",
        blank=True,
        related_name="legal_bases",
        verbose_name="利用できる庁内業務システム",
    )
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField(
        "適用終了日", null=True, blank=True, help_text="この日以降は適用しません。"
    )
    result_days = models.PositiveSmallIntegerField(
        "照会結果の保存日数",
        null=True,
        blank=True,
        help_text="照会結果の項目の値を、到着からこの日数で廃棄します。空の場合は全体の設定によります。",
    )
    certainty = models.CharField("確度", max_length=10, choices=Certainty)
    note = models.CharField("備考", max_length=500, blank=True)

    class Meta:
        verbose_name = "法令上の根拠"
        verbose_name_plural = "法令上の根拠"
        permissions = [("keep_results_legalbasis", "照会結果の保存日数を定めることができる")]
        constraints = [
            models.UniqueConstraint(
                name="one_legal_basis_per_code_and_start", fields=["code", "valid_from"]
            ),
            models.CheckConstraint(
                name="legal_basis_ends_after_it_begins",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
            models.CheckConstraint(
                name="results_are_kept_for_inquiries_and_a_day_at_least",
                condition=Q(result_days__isnull=True) | Q(kind="inquire", result_days__gte=1),
            ),
        ]
        indexes = [
            models.Index(fields=["procedure_code", "information_code"], name="legal_basis_by_codes")
        ]

    def __str__(self) -> str:
        return f"{self.law} {self.item}"


class PersonalInformationFile(models.Model):
    """
    One 特定個人情報ファイル of the city: what staff are given rights on (特定個人情報保護評価書 3).
    """

    code = models.SlugField("ファイルコード", max_length=40, unique=True)
    name = models.CharField("特定個人情報ファイル名", max_length=100)
    section = models.CharField("担当部署", max_length=100)
    legal_bases = models.ManyToManyField(
        LegalBasis, blank=True, related_name="files", verbose_name="法令上の根拠"
    )
    retention_years = models.PositiveSmallIntegerField("保存年数", default=7)

    class Meta:
        verbose_name = "特定個人情報ファイル"
        verbose_name_plural = "特定個人情報ファイル"
        permissions = [
            ("open_personalinformationfile", "このファイルの個人の情報を閲覧できる"),
            ("change_contents_personalinformationfile", "このファイルの個人の情報を更新できる"),
            ("open_individual_number", "このファイルの個人番号を閲覧できる"),
            ("open_protected_person", "このファイルの支援措置対象者を閲覧できる"),
        ]

    def __str__(self) -> str:
        return self.name
