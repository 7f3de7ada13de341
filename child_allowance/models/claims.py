"""What was asked for, what had to be found out for it, and what was decided."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Claim(models.Model):
    """
    請求・届出: one paper or online form, from its receipt to its decision.

    `received_on` is the day it arrived, `claimed_on` the day that counts as the claim
    (児童手当法第7条, 第8条第2項).
    """

    class Kind(models.TextChoices):
        """請求届出種別, as the layout `claims` codes them."""

        APPROVAL = "01", "認定請求"
        INCREASE = "02", "額改定請求"
        DECREASE = "03", "額改定届"
        END = "04", "受給事由消滅届"
        ANNUAL = "05", "現況届"
        UNPAID = "06", "未支払請求"
        ACCOUNT = "07", "口座変更届"
        NAME_OR_PLACE = "08", "氏名・住所変更届"
        HANDED_OVER = "90", "移行(既認定者)"

    class Channel(models.TextChoices):
        """受付方法."""

        COUNTER = "1", "窓口"
        POST = "2", "郵送"
        ONLINE = "3", "オンライン"

    class Cause(models.TextChoices):
        """請求事由."""

        BIRTH = "01", "出生"
        MOVED_IN = "02", "転入"
        CHANGE_OF_RECIPIENT = "03", "受給者の変更"
        CUSTODY_BEGAN = "04", "児童の監護の開始"
        REFORM = "05", "制度改正"
        LEFT_PUBLIC_SERVICE = "06", "公務員の退職"
        CUSTODY_ENDED = "07", "児童の監護の終了"
        DEATH = "08", "死亡"
        OTHER = "09", "その他"

    class State(models.TextChoices):
        """Where the claim stands."""

        RECEIVED = "received", "受付"
        ASKED_ELSEWHERE = "asked_elsewhere", "照会中"
        READY = "ready", "決定待ち"
        UNDER_EXAMINATION = "under_examination", "審査中"
        PROPOSED = "proposed", "承認待ち"
        DECIDED = "decided", "決定済"

    claim_number = models.CharField("受付番号", max_length=20, unique=True)
    kind = models.CharField("請求届出種別", max_length=2, choices=Kind.choices)
    channel = models.CharField("受付方法", max_length=1, choices=Channel.choices)
    received_on = models.DateField("受付年月日")
    claimed_on = models.DateField("請求年月日")
    cause = models.CharField("請求事由", max_length=2, choices=Cause.choices)
    cause_on = models.DateField("事由発生年月日", null=True, blank=True)
    asked_from = models.DateField("請求の支給対象年月(自)", null=True, blank=True)
    asked_until = models.DateField("請求の支給対象年月(至)", null=True, blank=True)
    claimant_number = models.CharField("請求者宛名番号", max_length=15, db_index=True)
    claimant_occupation = models.CharField("請求者職業区分", max_length=1, blank=True)
    claimant_pension = models.CharField("請求者年金加入区分", max_length=1, blank=True)
    claimant_taxed_this_year_in = models.CharField("請求者本年度課税地", max_length=6, blank=True)
    claimant_taxed_last_year_in = models.CharField("請求者前年度課税地", max_length=6, blank=True)
    has_spouse = models.BooleanField("配偶者の有無", default=False)
    spouse_number = models.CharField("配偶者宛名番号", max_length=15, blank=True)
    spouse_taxed_this_year_in = models.CharField("配偶者本年度課税地", max_length=6, blank=True)
    spouse_taxed_last_year_in = models.CharField("配偶者前年度課税地", max_length=6, blank=True)
    wants_public_money_account = models.BooleanField("公金受取口座の利用", default=False)
    remarks = models.CharField("備考", max_length=200, blank=True)
    state = models.CharField("状態", max_length=20, choices=State.choices, default=State.RECEIVED)
    state_reason = models.TextField("状態の理由", blank=True)
    recipient = models.ForeignKey(
        "child_allowance.Recipient",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="claims",
        verbose_name="受給者",
    )

    class Meta:
        verbose_name = "請求・届出"
        verbose_name_plural = "請求・届出"
        constraints = (
            models.CheckConstraint(
                condition=Q(asked_until=None) | Q(asked_until__gte=F("asked_from")),
                name="a_claim_asks_for_months_in_order",
            ),
        )
        indexes = (
            models.Index(
                fields=["state", "received_on"],
                condition=~Q(state="decided"),
                name="claim_waiting_by_state",
            ),
        )
        permissions = (
            ("decide_claim", "決定を承認できる"),
            ("propose_decision", "決定を起案できる"),
        )

    def __str__(self):
        return f"{self.get_kind_display()} {self.claim_number}"


class ClaimChild(models.Model):
    """請求児童: a child as the claim names it."""

    claim = models.ForeignKey(
        Claim, models.CASCADE, related_name="children", verbose_name="請求・届出"
    )
    order = models.PositiveSmallIntegerField("児童連番")
    child_number = models.CharField("児童宛名番号", max_length=15)
    born_on = models.DateField("生年月日", null=True, blank=True)
    relationship = models.CharField("続柄", max_length=2, blank=True)
    living = models.CharField("同居別居", max_length=1)
    in_custody = models.BooleanField("監護")
    livelihood = models.CharField("生計関係", max_length=1)
    studies_abroad = models.BooleanField("留学", default=False)
    in_facility = models.BooleanField("施設入所等", default=False)
    cared_for = models.BooleanField("監護相当", default=False)
    confirmed_on = models.DateField("確認書提出年月日", null=True, blank=True)

    class Meta:
        verbose_name = "請求児童"
        verbose_name_plural = "請求児童"
        constraints = (
            models.UniqueConstraint(
                fields=["claim", "order"], name="children_of_a_claim_are_numbered_once"
            ),
            models.UniqueConstraint(
                fields=["claim", "child_number"], name="a_claim_names_a_child_once"
            ),
        )

    def __str__(self):
        return f"請求児童 {self.order}"


class FactInquiry(models.Model):
    """
    照会事項: a fact that a claim lacks and another body holds (番号法第19条第8号).

    `answer` holds the items that came back; it serves this claim and nothing else.
    """

    class State(models.TextChoices):
        """Where the question stands."""

        WANTED = "wanted", "照会待ち"
        ASKED = "asked", "照会中"
        ANSWERED = "answered", "回答あり"
        NOTHING_THERE = "nothing_there", "該当なし"
        FAILED = "failed", "照会不可"

    claim = models.ForeignKey(
        Claim, models.PROTECT, related_name="fact_inquiries", verbose_name="請求・届出"
    )
    subject_number = models.CharField("照会対象者宛名番号", max_length=15)
    item = models.CharField("別表第二の項", max_length=2)
    tax_year = models.PositiveSmallIntegerField("課税年度", null=True, blank=True)
    provider_code = models.CharField("照会先", max_length=16)
    inquiry_number = models.CharField("照会番号", max_length=40, blank=True, db_index=True)
    state = models.CharField("状態", max_length=15, choices=State.choices, default=State.WANTED)
    answer = models.JSONField("回答", null=True, blank=True)
    answered_at = models.DateTimeField("回答日時", null=True, blank=True)

    class Meta:
        verbose_name = "照会事項"
        verbose_name_plural = "照会事項"
        constraints = (
            models.UniqueConstraint(
                fields=["claim", "subject_number", "item", "tax_year"],
                nulls_distinct=False,
                name="a_claim_asks_for_a_fact_once",
            ),
        )

    def __str__(self):
        return f"{self.item}の項 {self.get_state_display()}"


class Decision(models.Model):
    """
    決定: what was decided on a claim, by whom, why and under which article (行政手続法第8条).

    Proposed and approved by different people; a clear approval is proposed by the system itself.
    """

    class Outcome(models.TextChoices):
        """決定の内容."""

        APPROVED = "approved", "認定"
        REFUSED = "refused", "却下"
        INCREASED = "increased", "額改定(増額)"
        DECREASED = "decreased", "額改定(減額)"
        ENDED = "ended", "受給事由消滅"
        HANDED_OVER = "handed_over", "移行"

    claim = models.OneToOneField(
        Claim, models.PROTECT, related_name="decision", verbose_name="請求・届出"
    )
    outcome = models.CharField("決定内容", max_length=15, choices=Outcome.choices)
    start = models.DateField("支給開始(改定)年月", null=True, blank=True)
    until = models.DateField("支給終了の翌月", null=True, blank=True)
    reason = models.TextField("理由")
    article = models.CharField("根拠条文", max_length=200)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="起案者",
        help_text="空欄は、事実がすべてそろった認定をシステムが起案したもの。",
    )
    proposed_at = models.DateTimeField("起案日時")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="決定者",
    )
    decided_at = models.DateTimeField("決定日時", null=True, blank=True)

    class Meta:
        verbose_name = "決定"
        verbose_name_plural = "決定"
        constraints = (
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | Q(proposed_by=None)
                | ~Q(proposed_by=F("decided_by")),
                name="four_eyes_decide",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="refused") | Q(proposed_by__isnull=False),
                name="nobody_is_refused_by_a_machine",
            ),
        )

    def __str__(self):
        return f"{self.get_outcome_display()} ({self.claim_id})"
