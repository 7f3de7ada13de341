"""Doubtful identity (同一人の疑い): who may be one person under two numbers, and what was decided."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from integrated_address.models.addressees import IntegratedAddressee


class MatchKey(models.Model):
    """
    One person as matching compares them (照合キー): names, birth and residences made comparable.

    Written by matching itself, behind the intake, which is not made slower by it. `basics` is the
    version of the 基本4情報 that it was made of; where that is not the open one, it is made anew.
    """

    addressee = models.OneToOneField(
        IntegratedAddressee,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        primary_key=True,
        related_name="match_key",
        verbose_name="団体内統合宛名",
    )
    basics = models.BigIntegerField("基本4情報の版")
    name = models.CharField("照合用氏名", max_length=300, blank=True, default="")
    kana = models.CharField("照合用フリガナ", max_length=300, blank=True, default="")
    given = models.CharField("照合用フリガナ(名)", max_length=300, blank=True, default="")
    birth = models.CharField("照合用生年月日", max_length=8, blank=True, default="")
    sex = models.CharField("性別", max_length=1, blank=True, default="")
    residence = models.CharField("照合用住所", max_length=600, blank=True, default="")
    town = models.CharField("照合用町字", max_length=600, blank=True, default="")
    residences = ArrayField(
        models.CharField(max_length=600), verbose_name="照合用住所(過去を含む)", default=list
    )
    has_number = models.BooleanField("個人番号の登録", default=False)

    class Meta:
        verbose_name = "照合キー"
        verbose_name_plural = "照合キー"
        indexes = [
            models.Index(
                fields=["kana"], name="match_key_by_kana", opclasses=["varchar_pattern_ops"]
            ),
            models.Index(
                fields=["birth", "kana"], name="match_key_by_birth", condition=~Q(birth="")
            ),
            models.Index(
                fields=["residence"], name="match_key_by_residence", condition=~Q(residence="")
            ),
        ]

    def __str__(self) -> str:
        return self.addressee_id


class MatchModel(models.Model):
    """
    Weights of matching (照合モデル), learnt from the city's own people. A version is never changed.

    `weights` says for each item and level how much more often it is seen of one person than of two
    (in bits); no person is in it. `expected`: from some scores on, the share of pairs that is one person
    (0 to 1), and how many pairs there are for 1,000 people without a 個人番号; empty where it is not known.
    """

    version = models.PositiveIntegerField("版", primary_key=True)
    is_current = models.BooleanField("使用中", default=False)
    weights = models.JSONField("重み")
    prior = models.FloatField("同一人の事前確率")
    expected = models.JSONField("得点ごとの見込み", default=list, blank=True)
    people = models.PositiveIntegerField("学習に用いた人数")
    library = models.CharField("学習に用いたライブラリ", max_length=60)
    trained_at = models.DateTimeField("学習日時")
    staff_number = models.CharField("学習した職員", max_length=20, blank=True, default="")
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "照合モデル"
        verbose_name_plural = "照合モデル"
        permissions = [("train_match_model", "照合モデルを選択できる")]
        constraints = [
            models.UniqueConstraint(
                name="one_current_match_model", fields=["is_current"], condition=Q(is_current=True)
            )
        ]

    def __str__(self) -> str:
        return f"第{self.version}版"


class MatchThreshold(models.Model):
    """
    From which score on two people are put before a human being (照合しきい値). One row.

    Below `candidate_from` a pair is not kept; from `strong_from` on it is 濃厚 and stands at the top,
    between the two it is 要確認.
    """

    candidate_from = models.DecimalField(
        "候補とする得点",
        max_digits=4,
        decimal_places=1,
        default=0,
        validators=[MinValueValidator(-20), MaxValueValidator(60)],
        help_text="この得点以上の組を候補一覧に載せます。下げると見落としが減り、件数が増えます。",
    )
    strong_from = models.DecimalField(
        "濃厚とする得点",
        max_digits=4,
        decimal_places=1,
        default=5,
        validators=[MinValueValidator(-20), MaxValueValidator(60)],
        help_text="この得点以上の組を「濃厚」、未満の組を「要確認」と表示します。自動で統合することはありません。",
    )
    changed_at = models.DateTimeField("変更日時", null=True, editable=False)

    class Meta:
        verbose_name = "照合しきい値"
        verbose_name_plural = "照合しきい値"
        constraints = [
            models.CheckConstraint(name="one_row_of_match_thresholds", condition=Q(id=1)),
            models.CheckConstraint(
                name="strong_matches_are_candidates",
                condition=Q(strong_from__gte=F("candidate_from")),
            ),
        ]

    def __str__(self) -> str:
        return "照合しきい値"


class MatchReceipt(models.Model):
    """How far matching has read the feed of new and changed people (照合の受領位置). One row."""

    receipt = models.BigIntegerField("受領番号", default=0)
    read_at = models.DateTimeField("受領日時", null=True)

    class Meta:
        verbose_name = "照合の受領位置"
        verbose_name_plural = "照合の受領位置"
        constraints = [models.CheckConstraint(name="one_row_of_match_receipts", condition=Q(id=1))]

    def __str__(self) -> str:
        return str(self.receipt)


class MatchCandidate(models.Model):
    """
    Two people who may be one (同一人候補). A human being decides; 基本4情報 alone never link.

    `fingerprint` is of what was compared: a pair that was judged 別人 comes back only when that has
    changed.
    """

    class State(models.TextChoices):
        """What became of the doubt."""

        WAITING = "waiting", "判定待ち"
        PUT_OFF = "put_off", "保留"
        DIFFERENT = "different", "別人"
        PROPOSED = "proposed", "名寄せ提案中"
        MERGED = "merged", "名寄せ済"
        LAPSED = "lapsed", "解消"

    class Cause(models.TextChoices):
        """How it was found."""

        BULK = "bulk", "一括照合"
        REGISTRATION = "registration", "登録時の照合"
        INDIVIDUAL_NUMBER = "individual_number", "個人番号の判明"

    OPEN = (State.WAITING, State.PUT_OFF)

    first = models.ForeignKey(
        IntegratedAddressee,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name="一人目",
    )
    second = models.ForeignKey(
        IntegratedAddressee,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        verbose_name="二人目",
    )
    score = models.FloatField("得点", help_text="2を底とする対数。1増えるごとに確からしさが2倍。")
    probability = models.FloatField("同一人の確率")
    levels = models.JSONField("項目ごとの一致の程度", default=dict)
    model = models.ForeignKey(
        MatchModel,
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name="照合モデル",
    )
    cause = models.CharField("発見の経緯", max_length=20, choices=Cause)
    fingerprint = models.CharField("比較した内容の指紋", max_length=32)
    found_at = models.DateTimeField("発見日時")
    state = models.CharField("状態", max_length=10, choices=State, default=State.WAITING)
    since = models.DateTimeField("状態の開始日時")
    reason = models.CharField("理由", max_length=300, blank=True, default="")
    decided_by = models.CharField("判定した職員", max_length=20, blank=True, default="")

    class Meta:
        verbose_name = "同一人候補"
        verbose_name_plural = "同一人候補"
        permissions = [("decide_matchcandidate", "同一人かどうかを判定できる")]
        constraints = [
            models.UniqueConstraint(name="one_candidate_per_pair", fields=["first", "second"]),
            models.CheckConstraint(name="a_pair_has_one_order", condition=Q(first__lt=F("second"))),
            models.CheckConstraint(
                name="a_judged_candidate_says_by_whom_and_why",
                condition=~Q(state__in=["put_off", "different"])
                | (~Q(decided_by="") & ~Q(reason="")),
            ),
        ]
        indexes = [
            models.Index(
                F("score").desc(),
                F("found_at"),
                name="candidate_by_score",
                condition=Q(state__in=["waiting", "put_off"]),
            ),
            models.Index(fields=["state", "since"], name="candidate_by_state"),
        ]

    def __str__(self) -> str:
        return f"同一人候補 第{self.pk}号"


class MatchDecision(models.Model):
    """One judgement of a candidate (同一人判定): by whom, when, why. Never changed."""

    candidate = models.ForeignKey(
        MatchCandidate,
        on_delete=models.PROTECT,
        related_name="decisions",
        verbose_name="同一人候補",
    )
    state_before = models.CharField("前の状態", max_length=10, choices=MatchCandidate.State)
    state = models.CharField("判定", max_length=10, choices=MatchCandidate.State)
    reason = models.CharField("理由", max_length=300, blank=True, default="")
    staff_number = models.CharField("職員番号", max_length=20, blank=True, default="")
    at = models.DateTimeField("日時")
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "同一人判定"
        verbose_name_plural = "同一人判定"

    def __str__(self) -> str:
        return f"{self.candidate_id} {self.get_state_display()}"
