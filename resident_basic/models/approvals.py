"""利用申請 and what comes of it: who may be given which item, why, until when."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from resident_basic.rules.applications import FORMS


class UseApplication(models.Model):
    """
    One 住民基本台帳ファイル利用申請: a system asks for items, スマートシティ推進部 decides.

    Source text, システム5: 情報移転 only to systems whose application was approved. What was asked
    stays as it was submitted; what was granted stands beside it and is never wider. Who drafted or
    submitted it can't decide it. 個人番号 is yes or no, and no where the system does not use it.
    """

    class State(models.TextChoices):
        """Where it stands; a trigger lets it go no other way than the services do."""

        DRAFT = "draft", "作成中"
        SUBMITTED = "submitted", "審査中"
        RETURNED = "returned", "差戻し"
        APPROVED = "approved", "承認"
        REFUSED = "refused", "却下"
        WITHDRAWN = "withdrawn", "取下げ・承認取消し"

    class Withdrawal(models.TextChoices):
        """Who ended it."""

        TAKEN_BACK = "taken_back", "所管課による取下げ"
        REVOKED = "revoked", "スマートシティ推進部による承認取消し"

    # What is asked
    system = models.ForeignKey(
        "sapporo_base.BusinessSystem",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="庁内業務システム",
    )
    renews = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="renewals",
        verbose_name="更新元の利用申請",
        null=True,
        blank=True,
    )
    purpose = models.CharField("利用目的", max_length=300)
    procedure = models.CharField("事務", max_length=300)
    legal_basis = models.ForeignKey(
        "sapporo_base.LegalBasis",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="法令上の根拠",
    )
    subjects = models.CharField(
        "対象者の範囲",
        max_length=300,
        blank=True,
        default="",
        help_text="例: 6歳から15歳までの住民",
    )
    expected_count = models.PositiveIntegerField(
        "想定件数(年間)", null=True, blank=True, help_text="1年間に移転を受ける人数の見込み。"
    )
    retention = models.CharField(
        "保管期間",
        max_length=100,
        blank=True,
        default="",
        help_text="例: 資格喪失から5年",
    )
    handling_section = models.CharField("取扱部署", max_length=100, blank=True, default="")
    delivery_forms = ArrayField(
        models.CharField(max_length=10, choices=list(FORMS.items())),
        verbose_name="移転の形式",
        default=list,
    )
    individual_number = models.BooleanField(
        "個人番号の移転",
        default=False,
        help_text="個人番号を利用できる庁内業務システムだけが申請できます。",
    )
    protected_people = models.BooleanField(
        "支援措置対象者の住所等の移転",
        default=False,
        help_text="支援措置対象者の住所等を必要とする事務だけが申請できます。",
    )
    valid_from = models.DateField("利用開始日(申請)")
    valid_until = models.DateField(
        "利用終了日(申請)", help_text="この日以降は移転しません。継続するには更新を申請します。"
    )
    # What was granted
    granted_from = models.DateField("利用開始日", null=True, blank=True)
    granted_until = models.DateField("利用終了日", null=True, blank=True)
    grants_individual_number = models.BooleanField("個人番号の移転の承認", default=False)
    grants_protected_people = models.BooleanField(
        "支援措置対象者の住所等の移転の承認", default=False
    )
    granted_forms = ArrayField(
        models.CharField(max_length=10, choices=list(FORMS.items())),
        verbose_name="承認した移転の形式",
        default=list,
        blank=True,
    )
    recertify_on = models.DateField("年次確認日", null=True, blank=True)
    # What became of it
    state = models.CharField("状態", max_length=10, choices=State, default=State.DRAFT)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="作成者",
    )
    drafted_at = models.DateTimeField("作成日時")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="申請者",
        null=True,
        blank=True,
    )
    submitted_at = models.DateTimeField("申請日時", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="決定者",
        null=True,
        blank=True,
    )
    decided_at = models.DateTimeField("決定日時", null=True, blank=True)
    decision_reason = models.CharField("決定の理由", max_length=300, blank=True, default="")
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="取消者",
        null=True,
        blank=True,
    )
    withdrawn_at = models.DateTimeField("取消日時", null=True, blank=True)
    withdrawal = models.CharField(
        "取消しの区分", max_length=10, choices=Withdrawal, blank=True, default=""
    )
    withdrawal_reason = models.CharField("取消しの理由", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "利用申請"
        verbose_name_plural = "利用申請"
        permissions = [
            ("submit_useapplication", "利用申請を作成・提出できる"),
            ("decide_useapplication", "利用申請を承認・却下できる"),
            ("view_every_useapplication", "すべての庁内業務システムの利用申請を閲覧できる"),
            ("preview_disclosure", "移転される内容を個人ごとに確認できる"),
        ]
        constraints = [
            models.CheckConstraint(
                name="who_drafted_or_submitted_does_not_decide",
                condition=Q(decided_by__isnull=True)
                | (~Q(decided_by=F("drafted_by")) & ~Q(decided_by=F("submitted_by"))),
            ),
            models.CheckConstraint(
                name="a_decided_application_says_who_decided_it_and_when",
                condition=~Q(state__in=["approved", "refused"])
                | (
                    Q(decided_by__isnull=False)
                    & Q(decided_at__isnull=False)
                    & Q(submitted_by__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="a_refused_application_says_why",
                condition=~Q(state="refused") | ~Q(decision_reason=""),
            ),
            models.CheckConstraint(
                name="use_ends_after_it_begins", condition=Q(valid_until__gt=F("valid_from"))
            ),
            models.CheckConstraint(
                name="an_approved_application_has_its_period_and_certification",
                condition=~Q(state="approved")
                | (
                    Q(granted_from__isnull=False)
                    & Q(granted_until__isnull=False)
                    & Q(recertify_on__isnull=False)
                    & ~Q(granted_forms=[])
                ),
            ),
            models.CheckConstraint(
                name="the_granted_period_lies_within_the_requested",
                condition=Q(granted_from__isnull=True)
                | (
                    Q(granted_from__gte=F("valid_from"))
                    & Q(granted_until__lte=F("valid_until"))
                    & Q(granted_until__gt=F("granted_from"))
                ),
            ),
            models.CheckConstraint(
                name="nothing_is_granted_that_was_not_asked",
                condition=(Q(grants_individual_number=False) | Q(individual_number=True))
                & (Q(grants_protected_people=False) | Q(protected_people=True))
                & Q(granted_forms__contained_by=F("delivery_forms")),
            ),
            models.CheckConstraint(
                name="a_withdrawn_application_says_by_whom_when_and_why",
                condition=~Q(state="withdrawn")
                | (
                    Q(withdrawn_by__isnull=False)
                    & Q(withdrawn_at__isnull=False)
                    & ~Q(withdrawal="")
                    & ~Q(withdrawal_reason="")
                ),
            ),
        ]
        indexes = [
            models.Index(name="use_application_by_state", fields=["state", "submitted_at"]),
            models.Index(name="use_application_by_system", fields=["system", "state"]),
        ]

    def __str__(self) -> str:
        return f"第{self.pk}号 {self.system.name}"


class RequestedItem(models.Model):
    """One 申請項目 of a 利用申請: which item, reduced how, and why it is needed."""

    application = models.ForeignKey(
        UseApplication,
        on_delete=models.CASCADE,
        related_name="requested_items",
        verbose_name="利用申請",
    )
    item = models.CharField("項目", max_length=40)
    reduction = models.CharField("値の限定", max_length=12, blank=True, default="")
    reason = models.CharField("必要とする理由", max_length=300)

    class Meta:
        verbose_name = "申請項目"
        verbose_name_plural = "申請項目"
        constraints = [
            models.UniqueConstraint(
                name="an_item_is_requested_once", fields=["application", "item"]
            )
        ]

    def __str__(self) -> str:
        return self.item


class ApprovedItem(models.Model):
    """
    One 移転承認項目: a system may be given this item from a day until a day.

    A trigger keeps it within the granted period of its 利用申請 and no wider than what was asked.
    """

    application = models.ForeignKey(
        UseApplication,
        on_delete=models.PROTECT,
        related_name="approved_items",
        verbose_name="利用申請",
    )
    item = models.CharField("項目", max_length=40)
    reduction = models.CharField("値の限定", max_length=12, blank=True, default="")
    reason = models.CharField("必要とする理由", max_length=300)
    valid_from = models.DateField("開始日")
    valid_until = models.DateField("終了日", help_text="この日以降は移転しません。")

    class Meta:
        verbose_name = "移転承認項目"
        verbose_name_plural = "移転承認項目"
        constraints = [
            models.UniqueConstraint(
                name="an_item_is_approved_once", fields=["application", "item"]
            ),
            models.CheckConstraint(
                name="an_approval_does_not_end_before_it_begins",
                condition=Q(valid_until__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.item


class ApplicationStep(models.Model):
    """One step in the life of a 利用申請: what was done, by whom, when, why. Never changed."""

    class Kind(models.TextChoices):
        """What was done."""

        DRAFTED = "drafted", "作成"
        EDITED = "edited", "修正"
        SUBMITTED = "submitted", "提出"
        RETURNED = "returned", "差戻し"
        APPROVED = "approved", "承認"
        REFUSED = "refused", "却下"
        CERTIFIED = "certified", "年次確認"
        TAKEN_BACK = "taken_back", "取下げ"
        REVOKED = "revoked", "承認取消し"

    application = models.ForeignKey(
        UseApplication, on_delete=models.PROTECT, related_name="steps", verbose_name="利用申請"
    )
    kind = models.CharField("種別", max_length=10, choices=Kind)
    at = models.DateTimeField("日時")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="職員"
    )
    reason = models.CharField("理由", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "利用申請の経過"
        verbose_name_plural = "利用申請の経過"
        indexes = [models.Index(name="application_step_in_order", fields=["application", "at"])]

    def __str__(self) -> str:
        return f"{self.application_id} {self.get_kind_display()}"
