"""名寄せ: two numbers of one person become one, can be undone, and everybody who is linked is told."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least

from integrated_address.models.addressees import IntegratedAddressee
from integrated_address.models.matching import MatchCandidate


class Merge(models.Model):
    """
    One 名寄せ of two 団体内統合宛名: proposed by one, approved by another, undone if it was wrong.

    `retired` is the number that is answered with `survivor` afterwards. While it is only proposed the
    two may still change places: the rule is asked again when it is approved.
    """

    class State(models.TextChoices):
        """How far it is."""

        PROPOSED = "proposed", "提案中"
        MERGED = "merged", "名寄せ済"
        UNDONE = "undone", "解除済"
        REJECTED = "rejected", "却下"

    class Cause(models.TextChoices):
        """Why it was proposed."""

        JUDGED = "judged", "同一人の判定"
        INDIVIDUAL_NUMBER = "individual_number", "個人番号の判明"

    id = models.BigAutoField("名寄せ番号", primary_key=True)
    retired = models.ForeignKey(
        IntegratedAddressee,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="merges_away",
        verbose_name="統合される番号",
    )
    survivor = models.ForeignKey(
        IntegratedAddressee,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="merges_in",
        verbose_name="残る番号",
    )
    candidate = models.ForeignKey(
        MatchCandidate,
        on_delete=models.PROTECT,
        null=True,
        related_name="merges",
        verbose_name="同一人候補",
    )
    state = models.CharField("状態", max_length=10, choices=State, default=State.PROPOSED)
    cause = models.CharField("提案の理由", max_length=20, choices=Cause)
    reason = models.CharField("提案の説明", max_length=300, blank=True, default="")
    image = models.JSONField("名寄せ前の姿", default=dict)
    proposed_at = models.DateTimeField("提案日時")
    proposed_by = models.CharField("提案した職員", max_length=20, blank=True, default="")
    decided_at = models.DateTimeField("承認・却下日時", null=True)
    decided_by = models.CharField("承認・却下した職員", max_length=20, blank=True, default="")
    decided_reason = models.CharField("承認・却下の理由", max_length=300, blank=True, default="")
    undone_at = models.DateTimeField("解除日時", null=True)
    undone_by = models.CharField("解除した職員", max_length=20, blank=True, default="")
    undone_reason = models.CharField("解除の理由", max_length=300, blank=True, default="")
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "名寄せ"
        verbose_name_plural = "名寄せ"
        permissions = [
            ("approve_merge", "名寄せを承認・却下できる"),
            ("undo_merge", "名寄せを解除できる"),
        ]
        constraints = [
            models.UniqueConstraint(
                Least("retired", "survivor"),
                Greatest("retired", "survivor"),
                name="one_open_proposal_per_pair",
                condition=Q(state="proposed"),
            ),
            models.UniqueConstraint(
                name="a_number_is_merged_once_at_a_time",
                fields=["retired"],
                condition=Q(state="merged"),
            ),
            models.CheckConstraint(
                name="nobody_is_merged_with_themselves", condition=~Q(retired=F("survivor"))
            ),
            models.CheckConstraint(
                name="a_merge_is_approved_by_another",
                condition=Q(proposed_by="")
                | Q(decided_by="")
                | ~Q(proposed_by=F("decided_by"))
                | Q(state="rejected"),
            ),
            models.CheckConstraint(
                name="a_decided_merge_says_when_and_by_whom",
                condition=Q(state="proposed") | (Q(decided_at__isnull=False) & ~Q(decided_by="")),
            ),
            models.CheckConstraint(
                name="an_undone_merge_says_when_by_whom_and_why",
                condition=~Q(state="undone")
                | (Q(undone_at__isnull=False) & ~Q(undone_by="") & ~Q(undone_reason="")),
            ),
        ]
        indexes = [models.Index(fields=["state", "proposed_at"], name="merge_by_state")]

    def __str__(self) -> str:
        return f"名寄せ 第{self.pk}号"


class MergeRow(models.Model):
    """
    One row that a 名寄せ moved (名寄せの移動行): the version before it and the one after.

    The image from before are the superseded rows themselves, the sealed 個人番号 included: they stay
    where the rotation of keys finds them, and no copy of them is made.
    """

    class Table(models.TextChoices):
        """What kind of row it is."""

        BUSINESS_NUMBER = "businessnumber", "業務番号"
        BASIC_ITEMS = "basicitems", "基本4情報"
        INDIVIDUAL_NUMBER = "individualnumber", "個人番号"

    merge = models.ForeignKey(
        Merge, on_delete=models.PROTECT, related_name="rows", verbose_name="名寄せ"
    )
    table = models.CharField("種類", max_length=20, choices=Table)
    row_before = models.BigIntegerField("名寄せ前の行")
    row_after = models.BigIntegerField("名寄せ後の行")

    class Meta:
        verbose_name = "名寄せの移動行"
        verbose_name_plural = "名寄せの移動行"

    def __str__(self) -> str:
        return f"{self.merge_id} {self.get_table_display()}"


class MergeNotice(models.Model):
    """
    What one linked system is told of a 名寄せ or of its undoing (名寄せ通知). A feed.

    Only the system's own numbers are in it. Its acknowledgement is written here.
    """

    class Kind(models.TextChoices):
        """What happened."""

        MERGED = "merged", "名寄せ"
        UNMERGED = "unmerged", "名寄せ解除"

    id = models.BigAutoField("通知番号", primary_key=True)
    merge = models.ForeignKey(
        Merge, on_delete=models.PROTECT, related_name="notices", verbose_name="名寄せ"
    )
    kind = models.CharField("種別", max_length=10, choices=Kind)
    system = models.ForeignKey(
        "sapporo_base.BusinessSystem",
        on_delete=models.PROTECT,
        db_index=False,
        related_name="+",
        verbose_name="庁内業務システム",
    )
    moved_numbers = ArrayField(
        models.CharField(max_length=20), verbose_name="移った業務番号", default=list
    )
    kept_numbers = ArrayField(
        models.CharField(max_length=20), verbose_name="残る方の業務番号", default=list
    )
    at = models.DateTimeField("通知日時")
    acknowledged_at = models.DateTimeField("受領確認日時", null=True)
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "名寄せ通知"
        verbose_name_plural = "名寄せ通知"
        constraints = [
            models.UniqueConstraint(
                name="one_notice_per_merge_kind_and_system", fields=["merge", "kind", "system"]
            )
        ]
        indexes = [
            models.Index(fields=["system", "id"], name="merge_notice_of_system"),
            models.Index(
                fields=["at"],
                name="merge_notice_not_acknowledged",
                condition=Q(acknowledged_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"名寄せ通知 第{self.pk}号"
