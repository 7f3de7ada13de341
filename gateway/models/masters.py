"""マスター更新情報: what the platform changes in its masters, and what holds of it in the city."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class MasterKind(models.TextChoices):
    """Which master changes."""

    CODE = "code", "コード表"
    COMBINATION = "combination", "許可された組合せ"


class MasterUpdate(models.Model):
    """
    One line of マスター更新情報 (IF_SCM_30112) as it came, and who let it take effect.

    One person checks it, another lets it take effect; only then does it become a dated row.
    """

    class Change(models.TextChoices):
        """What happens to the row."""

        ADDED = "added", "追加"
        CHANGED = "changed", "変更"
        ABOLISHED = "abolished", "廃止"

    class State(models.TextChoices):
        """Where it stands in the city."""

        RECEIVED = "received", "確認待"
        CHECKED = "checked", "反映承認待"
        APPLIED = "applied", "反映済"
        DECLINED = "declined", "見送り"

    sequence = models.BigIntegerField("通番", primary_key=True)
    kind = models.CharField("マスター", max_length=12, choices=MasterKind)
    change = models.CharField("更新区分", max_length=10, choices=Change)
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日", null=True)
    table = models.CharField("コード表", max_length=20, blank=True, default="")
    code = models.CharField("コード", max_length=20, blank=True, default="")
    name = models.CharField("名称", max_length=400, blank=True, default="")
    procedure_code = models.CharField("事務コード", max_length=16, blank=True, default="")
    step_code = models.CharField("事務手続コード", max_length=16, blank=True, default="")
    information_code = models.CharField(
        "特定個人情報名コード", max_length=16, blank=True, default=""
    )
    inquirer_code = models.CharField("情報照会者機関コード", max_length=16, blank=True, default="")
    provider_code = models.CharField("情報提供者機関コード", max_length=16, blank=True, default="")
    received_at = models.DateTimeField("受領日時")
    state = models.CharField("状態", max_length=10, choices=State, default=State.RECEIVED)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="確認者",
    )
    checked_at = models.DateTimeField("確認日時", null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="反映承認者",
    )
    decided_at = models.DateTimeField("反映日時", null=True)
    reason = models.CharField("見送りの理由", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "マスター更新情報"
        verbose_name_plural = "マスター更新情報"
        permissions = [
            ("check_masterupdate", "マスター更新情報を確認できる"),
            ("apply_masterupdate", "マスター更新情報の反映を承認できる"),
        ]
        constraints = [
            models.CheckConstraint(
                name="who_applies_a_master_update_did_not_check_it",
                condition=Q(decided_by__isnull=True)
                | Q(checked_by__isnull=True)
                | ~Q(decided_by=F("checked_by")),
            ),
            models.CheckConstraint(
                name="master_update_is_applied_only_when_checked",
                condition=~Q(state="applied")
                | Q(checked_by__isnull=False, decided_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["sequence"],
                name="master_update_to_decide",
                condition=Q(state__in=["received", "checked"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.get_change_display()} {self.what}"

    @property
    def what(self) -> str:
        """What it is about: a code of a table, or a combination."""
        if self.kind == MasterKind.CODE:
            return f"{self.table} {self.code}"
        return f"{self.procedure_code} {self.step_code} {self.information_code}"


class PlatformCode(models.Model):
    """A code of the platform's own tables and what it means, for a time (プラットフォームコード)."""

    table = models.CharField("コード表", max_length=20)
    code = models.CharField("コード", max_length=20)
    name = models.CharField("名称", max_length=400)
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日", null=True)
    update = models.ForeignKey(
        MasterUpdate, on_delete=models.PROTECT, related_name="+", verbose_name="更新の根拠"
    )

    class Meta:
        verbose_name = "プラットフォームコード"
        verbose_name_plural = "プラットフォームコード"
        constraints = [
            models.UniqueConstraint(
                name="one_meaning_of_a_platform_code_at_a_time",
                fields=["table", "code"],
                condition=Q(valid_until__isnull=True),
            ),
            models.CheckConstraint(
                name="platform_code_ends_after_it_begins",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.code} {self.name}"


class PermittedCombination(models.Model):
    """
    A combination of 事務手続, 特定個人情報, inquirer and provider that the platform permits
    (許可された組合せ), for a time; 番号法第19条第8号 as the platform's master tells it.
    """

    procedure_code = models.CharField("事務コード", max_length=16)
    step_code = models.CharField("事務手続コード", max_length=16)
    information_code = models.CharField("特定個人情報名コード", max_length=16)
    inquirer_code = models.CharField("情報照会者機関コード", max_length=16)
    provider_code = models.CharField("情報提供者機関コード", max_length=16)
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日", null=True)
    update = models.ForeignKey(
        MasterUpdate, on_delete=models.PROTECT, related_name="+", verbose_name="更新の根拠"
    )

    class Meta:
        verbose_name = "許可された組合せ"
        verbose_name_plural = "許可された組合せ"
        constraints = [
            models.UniqueConstraint(
                name="one_permission_of_a_combination_at_a_time",
                fields=[
                    *("procedure_code", "step_code", "information_code"),
                    *("inquirer_code", "provider_code"),
                ],
                condition=Q(valid_until__isnull=True),
            ),
            models.CheckConstraint(
                name="permitted_combination_ends_after_it_begins",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_code} {self.step_code} {self.information_code}"
