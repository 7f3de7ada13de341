"""What people mend in numbers: drafted by one, decided by another."""

from django.db import models
from django.db.models import F, Q

from integrated_address.models.addressees import IntegratedAddressee
from integrated_address.models.business_numbers import BusinessNumber
from integrated_address.rules import AmendmentKind


class NumberAmendment(models.Model):
    """
    番号訂正: another 個人番号 for a person, or another person for a business number.

    Drafted by staff or asked for by a business system, decided by a second person (四眼). The
    個人番号 lies sealed in it until it is settled, and then no longer.
    """

    class Kind(models.TextChoices):
        """What is to be mended."""

        ON_REQUEST = AmendmentKind.ON_REQUEST, "個人番号の変更(本人の請求)"
        EX_OFFICIO = AmendmentKind.EX_OFFICIO, "個人番号の変更(職権)"
        CORRECTED = AmendmentKind.CORRECTED, "個人番号の登録誤りの訂正"
        REMOVED = AmendmentKind.REMOVED, "個人番号の登録誤りの取消し"
        MOVED = AmendmentKind.MOVED, "業務番号の紐付誤りの訂正"

    class State(models.TextChoices):
        """Where it stands."""

        PROPOSED = "proposed", "決裁待ち"
        DONE = "done", "反映済"
        REFUSED = "refused", "却下"

    addressee = models.ForeignKey(
        IntegratedAddressee,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="amendments",
        verbose_name="団体内統合宛名",
    )
    kind = models.CharField("種別", max_length=12, choices=Kind)
    state = models.CharField("状態", max_length=8, choices=State, default=State.PROPOSED)
    ciphertext = models.BinaryField("新しい個人番号(封緘)", null=True)
    link = models.ForeignKey(
        BusinessNumber,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="amendments",
        verbose_name="業務番号",
    )
    target = models.ForeignKey(
        IntegratedAddressee,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="amendments_towards",
        verbose_name="正しい紐付先",
    )
    effective_on = models.DateField("効力の生じる日")
    reason = models.CharField("理由", max_length=300)
    drafted_by = models.CharField("起案者", max_length=20)
    drafted_at = models.DateTimeField("起案日時")
    decided_by = models.CharField("決裁者", max_length=20, blank=True, default="")
    decided_at = models.DateTimeField("決裁日時", null=True, blank=True)
    decision_reason = models.CharField("決裁の理由", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "番号訂正"
        verbose_name_plural = "番号訂正"
        permissions = [("decide_numberamendment", "番号訂正を決裁できる")]
        constraints = [
            models.CheckConstraint(
                name="an_amendment_is_decided_by_a_second_person",
                condition=~Q(decided_by=F("drafted_by")),
            ),
            models.CheckConstraint(
                name="a_settled_amendment_says_by_whom_and_keeps_no_number",
                condition=Q(state="proposed", decided_at__isnull=True, decided_by="")
                | (
                    Q(
                        decided_at__isnull=False,
                        ciphertext__isnull=True,
                        state__in=["done", "refused"],
                    )
                    & ~Q(decided_by="")
                ),
            ),
            models.CheckConstraint(
                name="an_amendment_says_what_it_mends",
                condition=Q(kind="moved", link__isnull=False, target__isnull=False)
                | Q(
                    kind__in=["on_request", "ex_officio", "corrected", "removed"],
                    link__isnull=True,
                    target__isnull=True,
                ),
            ),
            models.UniqueConstraint(
                name="one_open_amendment_of_the_individual_number",
                fields=["addressee"],
                condition=Q(state="proposed", link__isnull=True),
            ),
            models.UniqueConstraint(
                name="one_open_amendment_of_a_link",
                fields=["link"],
                condition=Q(state="proposed"),
            ),
        ]
        indexes = [
            models.Index(
                fields=["drafted_at"], name="amendment_to_decide", condition=Q(state="proposed")
            )
        ]

    def __str__(self) -> str:
        return f"番号訂正 第{self.pk}号"
