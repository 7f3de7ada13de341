"""Which business system may use which interfaces of the platform, and for which 特定個人情報."""

from django.db import models
from django.db.models import F, Q


class InterfacePermission(models.Model):
    """
    A business system may use a group of interfaces, for one 特定個人情報 or for all, for a time.

    What no row allows is refused before anything is kept for the platform. Flags that protect
    people (自動応答不可, 不開示該当) need none: a protection is never refused for a missing row.
    """

    class Group(models.TextChoices):
        """The groups of interfaces over which systems have something sent."""

        SKI = "SKI", "情報照会"
        DBM = "DBM", "副本"
        OSR = "OSR", "お知らせ"

    system = models.ForeignKey(
        "sapporo_base.BusinessSystem", on_delete=models.CASCADE, verbose_name="庁内業務システム"
    )
    group = models.CharField("対象", max_length=3, choices=Group)
    information_code = models.CharField(
        "特定個人情報名コード",
        max_length=16,
        blank=True,
        default="",
        help_text="空欄は、法令上の根拠がある全ての特定個人情報。",
    )
    valid_from = models.DateField("開始日")
    valid_until = models.DateField(
        "終了日", null=True, blank=True, help_text="この日から使えません。"
    )
    reason = models.CharField("理由", max_length=200)

    class Meta:
        verbose_name = "インターフェイス利用許可"
        verbose_name_plural = "インターフェイス利用許可"
        constraints = [
            models.UniqueConstraint(
                name="an_open_permission_stands_once",
                fields=["system", "group", "information_code"],
                condition=Q(valid_until__isnull=True),
            ),
            models.CheckConstraint(
                name="permission_ends_after_it_begins",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
            models.CheckConstraint(
                name="permission_names_a_specific_personal_information",
                condition=Q(information_code="") | Q(information_code__regex=r"^TM\d{14}$"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.get_group_display()} {self.information_code}".rstrip()
