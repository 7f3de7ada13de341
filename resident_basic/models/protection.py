"""支援措置 (DV, ストーカー, 児童虐待等): who is protected, for how long, against whom, and who looked."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class SupportMeasure(models.Model):
    """
    支援措置 of one person (住民基本台帳事務処理要領 第5-10), from its start until someone ends it.

    `kind`, `since` and `until` (the last day) are those of the present 支援措置期間; past ones are in
    `SupportTerm`. It does not end by itself: protection stands until two people end it, or until
    既存住基 says 支援措置終了. Who asked for it together with others is their 申出者.
    """

    class Kind(models.TextChoices):
        """支援措置区分 as 既存住基 codes it; 3 (終了) is `ended_at` here."""

        DECIDED = "1", "支援措置"
        PROVISIONAL = "2", "仮支援措置"

    class SubjectKind(models.TextChoices):
        """支援措置対象者区分."""

        APPLICANT = "1", "申出者"
        FAMILY = "2", "併せて支援を求める者"

    class Source(models.TextChoices):
        """Who said so."""

        RECEIVED = "received", "既存住基から受領"
        ENTERED = "entered", "職員による登録"

    class EndedBecause(models.TextChoices):
        """Why protection ended."""

        WITHDRAWN = "withdrawn", "申出の取下げ"
        NO_NEED = "no_need", "支援の必要がなくなった"
        NOT_EXTENDED = "not_extended", "期間が終了し、延長の申出がない"
        REFUSED = "refused", "支援措置を行わないと決定した"
        MISTAKE = "mistake", "誤った登録"
        RECEIVED = "received", "既存住基から支援措置終了を受領"

    resident_number = models.CharField("宛名番号", max_length=15)
    applicant_number = models.CharField(
        "申出者の宛名番号",
        max_length=15,
        blank=True,
        default="",
        help_text="併せて支援を求める者の場合、その申出者。",
    )
    kind = models.CharField("支援措置区分", max_length=1, choices=Kind)
    subject_kind = models.CharField(
        "支援措置対象者区分", max_length=1, choices=SubjectKind, default=SubjectKind.APPLICANT
    )
    since = models.DateField("開始年月日")
    until = models.DateField("終了年月日(予定)", null=True, blank=True)
    source = models.CharField("登録元", max_length=10, choices=Source)
    started_at = models.DateTimeField("登録日時")
    started_by = models.CharField("登録者", max_length=120, blank=True, default="")
    reason = models.CharField("理由", max_length=300, blank=True, default="")
    end_proposed_at = models.DateTimeField("解除の起案日時", null=True, blank=True)
    end_proposed_by = models.CharField("解除の起案者", max_length=120, blank=True, default="")
    end_reason = models.CharField("解除の理由", max_length=300, blank=True, default="")
    ended_because = models.CharField(
        "解除の事由", max_length=12, choices=EndedBecause, blank=True, default=""
    )
    ended_at = models.DateTimeField("解除日時", null=True, blank=True)
    ended_by = models.CharField("解除者", max_length=120, blank=True, default="")

    class Meta:
        verbose_name = "支援措置"
        verbose_name_plural = "支援措置"
        permissions = [("lift_supportmeasure", "支援措置を一時解除できる")]
        constraints = [
            models.UniqueConstraint(
                name="one_open_support_measure_per_resident",
                fields=["resident_number"],
                condition=Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="a_support_measure_ends_after_it_started",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
            ),
            models.CheckConstraint(
                name="two_people_end_a_support_measure",
                condition=Q(ended_at__isnull=True)
                | Q(ended_because="received")
                | (~Q(end_proposed_by="") & ~Q(end_proposed_by=F("ended_by"))),
            ),
            models.CheckConstraint(
                name="an_ended_support_measure_says_why",
                condition=Q(ended_at__isnull=True) | ~Q(ended_because=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["until"], name="support_measure_by_last_day", condition=Q(ended_at=None)
            ),
            models.Index(
                fields=["applicant_number"],
                name="support_measure_by_applicant",
                condition=~Q(applicant_number=""),
            ),
        ]

    def __str__(self) -> str:
        # Nothing about the person: this text appears in lists and messages.
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def is_provisional(self) -> bool:
        """Say whether the decision is still to come."""
        return self.kind == self.Kind.PROVISIONAL


class SupportTerm(models.Model):
    """支援措置期間: one term of a 支援措置, and how it came about. Never changed."""

    class Cause(models.TextChoices):
        """How the term came about."""

        ENTERED = "entered", "職員による登録"
        RECEIVED = "received", "既存住基から受領"
        DECIDED = "decided", "支援措置の決定"
        EXTENDED = "extended", "延長"
        MOVED_OUT = "moved_out", "転出による仮支援措置への切替"

    measure = models.ForeignKey(
        SupportMeasure, on_delete=models.PROTECT, related_name="terms", verbose_name="支援措置"
    )
    kind = models.CharField("支援措置区分", max_length=1, choices=SupportMeasure.Kind)
    since = models.DateField("開始年月日")
    until = models.DateField("終了年月日(予定)", null=True, blank=True)
    cause = models.CharField("事由", max_length=10, choices=Cause)
    recorded_at = models.DateTimeField("記録日時")
    recorded_by = models.CharField("登録者", max_length=120, blank=True, default="")
    reason = models.CharField("理由", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "支援措置期間"
        verbose_name_plural = "支援措置期間"
        constraints = [
            models.CheckConstraint(
                name="a_support_term_does_not_end_before_it_begins",
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.get_cause_display()}"


class SupportApplication(models.Model):
    """
    支援措置申出: what the 申出者 asked for, on what ground, and which body confirmed the need.

    One for each 申出者; it holds for those who ask together with them.
    """

    class Ground(models.TextChoices):
        """What it is about (事務処理要領 第5-10 ア)."""

        SPOUSE = "spouse", "配偶者からの暴力"
        STALKING = "stalking", "ストーカー行為等"
        CHILD_ABUSE = "child_abuse", "児童虐待等"
        OTHER = "other", "その他これらに準ずるもの"

    class Office(models.TextChoices):
        """支援を求められている事務."""

        VIEWING = "viewing", "住民基本台帳の一部の写しの閲覧"
        COPY_HERE = "copy_here", "住民票の写し等の交付(現住所地)"
        COPY_BEFORE = "copy_before", "住民票の写し等の交付(前住所地)"
        ANNEX_HERE = "annex_here", "戸籍の附票の写しの交付(本籍地)"
        ANNEX_BEFORE = "annex_before", "戸籍の附票の写しの交付(前本籍地)"

    class Body(models.TextChoices):
        """相談機関."""

        POLICE = "police", "警察"
        SPOUSE_CENTRE = "spouse_centre", "配偶者暴力相談支援センター"
        CHILD_CENTRE = "child_centre", "児童相談所"
        OTHER = "other", "その他の相談機関"

    measure = models.OneToOneField(
        SupportMeasure,
        on_delete=models.PROTECT,
        related_name="application",
        verbose_name="支援措置",
    )
    applied_on = models.DateField("申出年月日")
    ground = models.CharField("申出の理由", max_length=12, choices=Ground)
    offices = ArrayField(
        models.CharField(max_length=12, choices=Office), verbose_name="支援を求められている事務"
    )
    body = models.CharField("相談機関", max_length=14, choices=Body, blank=True, default="")
    body_name = models.CharField("相談機関の名称", max_length=100, blank=True, default="")
    confirmed_on = models.DateField("相談機関の確認年月日", null=True, blank=True)
    recorded_at = models.DateTimeField("記録日時")
    recorded_by = models.CharField("登録者", max_length=120)

    class Meta:
        verbose_name = "支援措置申出"
        verbose_name_plural = "支援措置申出"
        constraints = [
            models.CheckConstraint(
                name="a_confirmed_need_names_the_body_that_confirmed_it",
                condition=Q(confirmed_on__isnull=True) | ~Q(body=""),
            ),
            models.CheckConstraint(
                name="an_application_asks_for_at_least_one_office",
                condition=Q(offices__len__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"支援措置申出 {self.pk}"


class SupportForwarding(models.Model):
    """転送情報: an 申出 sent on to another municipality that holds records of the person, or come from one."""

    class Direction(models.TextChoices):
        """Which way it went."""

        SENT = "sent", "他の市区町村へ転送した"
        RECEIVED = "received", "他の市区町村から転送された"

    measure = models.ForeignKey(
        SupportMeasure,
        on_delete=models.PROTECT,
        related_name="forwardings",
        verbose_name="支援措置",
    )
    direction = models.CharField("転送の向き", max_length=8, choices=Direction)
    municipality_code = models.CharField("市区町村コード", max_length=6)
    forwarded_on = models.DateField("転送年月日")
    recorded_at = models.DateTimeField("記録日時")
    recorded_by = models.CharField("登録者", max_length=120)

    class Meta:
        verbose_name = "支援措置転送"
        verbose_name_plural = "支援措置転送"
        constraints = [
            models.UniqueConstraint(
                name="an_application_is_forwarded_once_to_a_municipality_a_day",
                fields=["measure", "direction", "municipality_code", "forwarded_on"],
            )
        ]

    def __str__(self) -> str:
        return f"支援措置転送 {self.pk}"


class SupportOpponent(models.Model):
    """
    加害者(相手方): against whom the 申出者 is protected, as the application says it, in free words.

    Guarded by a right of its own; who opens it gives a reason and is recorded first. Not in the
    linkage history: only its row number ever leaves this table.
    """

    measure = models.OneToOneField(
        SupportMeasure, on_delete=models.PROTECT, related_name="opponent", verbose_name="支援措置"
    )
    name = models.CharField("氏名", max_length=100)
    name_kana = models.CharField("フリガナ", max_length=100, blank=True, default="")
    born = models.CharField("生年月日", max_length=40, blank=True, default="")
    residence = models.CharField("住所等", max_length=300, blank=True, default="")
    relation = models.CharField("申出者との関係", max_length=100, blank=True, default="")
    note = models.CharField("その他", max_length=300, blank=True, default="")
    recorded_at = models.DateTimeField("記録日時")
    recorded_by = models.CharField("登録者", max_length=120)

    class Meta:
        verbose_name = "支援措置の相手方"
        verbose_name_plural = "支援措置の相手方"

    def __str__(self) -> str:
        return f"相手方 {self.pk}"


class TemporaryLift(models.Model):
    """
    一時解除: one member of staff may open one protected person for a short while, at the counter.

    Nothing else changes: the flag stays in every other app and no system is told.
    """

    LONGEST = timedelta(hours=1)

    measure = models.ForeignKey(
        SupportMeasure, on_delete=models.PROTECT, related_name="lifts", verbose_name="支援措置"
    )
    staff_number = models.CharField("解除を受ける職員", max_length=20)
    granted_by = models.CharField("一時解除した職員", max_length=20)
    since = models.DateTimeField("開始日時")
    until = models.DateTimeField("終了日時")
    reason = models.CharField("理由", max_length=300)
    ended_at = models.DateTimeField("取消日時", null=True, blank=True)

    class Meta:
        verbose_name = "一時解除"
        verbose_name_plural = "一時解除"
        constraints = [
            models.CheckConstraint(
                name="nobody_lifts_protection_for_themselves",
                condition=~Q(staff_number=F("granted_by")),
            ),
            models.CheckConstraint(
                name="a_lift_is_short",
                condition=Q(until__gt=F("since")) & Q(until__lte=F("since") + timedelta(hours=1)),
            ),
        ]
        indexes = [models.Index(fields=["staff_number", "until"], name="lift_by_staff")]

    def __str__(self) -> str:
        return f"一時解除 {self.pk}"


class LookAlarm(models.Model):
    """
    閲覧警報: someone opened, found or was given a protected person; made from the 情報連携記録 of it.

    One for each record and person. It waits until a 支援措置 manager has seen it.
    """

    class Outcome(models.TextChoices):
        """What was shown."""

        SHOWN = "shown", "住所を表示"
        HIDDEN = "hidden", "住所は非表示"
        REFUSED = "refused", "拒否"

    record_id = models.BigIntegerField("記録番号")
    measure = models.ForeignKey(
        SupportMeasure, on_delete=models.PROTECT, related_name="alarms", verbose_name="支援措置"
    )
    at = models.DateTimeField("日時")
    kind = models.CharField("種別", max_length=40)
    path = models.CharField("経路", max_length=10)
    outcome = models.CharField("結果", max_length=8, choices=Outcome)
    detail = models.CharField("画面・詳細", max_length=300, blank=True, default="")
    staff_number = models.CharField("職員番号", max_length=20, blank=True, default="")
    staff_name = models.CharField("職員氏名", max_length=100, blank=True, default="")
    system_code = models.CharField("庁内業務システム", max_length=7, blank=True, default="")
    on_behalf_of = models.CharField("代行元職員", max_length=40, blank=True, default="")
    procedure = models.CharField("事務", max_length=300, blank=True, default="")
    reason = models.CharField("理由", max_length=300, blank=True, default="")
    acknowledged_at = models.DateTimeField("確認日時", null=True, blank=True)
    acknowledged_by = models.CharField("確認者", max_length=120, blank=True, default="")
    note = models.CharField("確認の所見", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "閲覧警報"
        verbose_name_plural = "閲覧警報"
        permissions = [("acknowledge_lookalarm", "閲覧警報を確認済にできる")]
        constraints = [
            models.UniqueConstraint(
                name="one_alarm_per_record_and_measure", fields=["record_id", "measure"]
            ),
            models.CheckConstraint(
                name="an_acknowledged_alarm_says_by_whom",
                condition=Q(acknowledged_at__isnull=True) | ~Q(acknowledged_by=""),
            ),
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="alarm_by_time"),
            models.Index(
                fields=["at"], name="alarm_not_acknowledged", condition=Q(acknowledged_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"閲覧警報 {self.pk}"
