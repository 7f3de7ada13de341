"""
Tables of 団体内統合宛名: one number per person, and what it is linked to.

The tables that are filled in bulk point to their addressee by a statement trigger
(`links_point_to_an_addressee`) and not by a foreign key: two million single look-ups take longer
than
the load itself. Addressees are never deleted, so nothing can be left hanging.
"""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from integrated_address.rules import CodeState

_OPEN = Q(valid_until__isnull=True, superseded_at__isnull=True)
_KNOWN = Q(superseded_at__isnull=True)


class TwoAxes(models.Model):
    """
    A fact with two axes of time: when it was true, and when the city knew it.

    Nothing is overwritten: a fact that ends, or was wrong, is superseded, and what is known now
    is a new row. The open row (no end, not superseded) is what holds today.
    """

    valid_from = models.DateField("有効開始日")
    valid_until = models.DateField("有効終了日", null=True, blank=True)
    recorded_at = models.DateTimeField("記録日時")
    superseded_at = models.DateTimeField("更新日時", null=True, blank=True)

    class Meta:
        abstract = True


class IntegratedAddressee(models.Model):
    """
    One person under one 団体内統合宛名番号 (0320002).

    The number is drawn from a sequence and never given again: a deleted addressee stays, with its
    state. `under_support` is the 支援措置 flag that every subsystem obeys.
    """

    class State(models.TextChoices):
        """Whether the number is in use."""

        ACTIVE = "active", "有効"
        DELETED = "deleted", "削除"

    integrated_number = models.CharField("団体内統合宛名番号", max_length=15, primary_key=True)
    state = models.CharField("状態", max_length=8, choices=State, default=State.ACTIVE)
    under_support = models.BooleanField("支援措置", default=False)
    numbered_at = models.DateTimeField("付番日時")
    deleted_at = models.DateTimeField("削除日時", null=True, blank=True)

    class Meta:
        verbose_name = "団体内統合宛名"
        verbose_name_plural = "団体内統合宛名"
        permissions = [
            ("number_person", "団体内統合宛名番号を付番できる"),
            ("request_linkage_code", "符号の取得を依頼できる"),
        ]
        constraints = [
            models.CheckConstraint(
                name="integrated_number_is_fifteen_digits",
                condition=Q(integrated_number__regex=r"^[0-9]{15}$"),
            ),
            models.CheckConstraint(
                name="deleted_addressee_says_when",
                condition=Q(state="active", deleted_at__isnull=True)
                | Q(state="deleted", deleted_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["integrated_number"],
                name="addressee_under_support",
                condition=Q(under_support=True),
            )
        ]

    def __str__(self) -> str:
        return self.integrated_number


class BasicItems(TwoAxes):
    """One version of a person's 基本4情報, with the system that told it and the 住民状態."""

    addressee = models.ForeignKey(
        IntegratedAddressee,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="basic_items",
        verbose_name="団体内統合宛名",
    )
    name = models.CharField("氏名", max_length=300)
    name_kana = models.CharField("氏名フリガナ", max_length=300, blank=True, default="")
    # A trigger makes it where the writer has not (`kana_keys_are_made`).
    kana_key = models.CharField("検索用フリガナ", max_length=300, blank=True, default="")
    birth_on = models.DateField("生年月日", null=True, blank=True)
    birth_text = models.CharField("生年月日(不詳表記)", max_length=72, blank=True, default="")
    sex = models.CharField("性別", max_length=1, default="0")
    residential_address = models.CharField("住所", max_length=600, blank=True, default="")
    resident_state = models.CharField("住民状態", max_length=1, blank=True, default="")
    source = models.ForeignKey(
        "sapporo_base.BusinessSystem",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name="情報元",
    )

    class Meta:
        verbose_name = "基本4情報"
        verbose_name_plural = "基本4情報"
        constraints = [
            models.UniqueConstraint(
                name="one_open_set_of_basic_items_per_addressee",
                fields=["addressee"],
                condition=_OPEN,
            )
        ]
        indexes = [
            models.Index(
                fields=["kana_key"],
                name="basic_items_by_kana",
                opclasses=["varchar_pattern_ops"],
                condition=_OPEN,
            ),
            models.Index(fields=["birth_on"], name="basic_items_by_birth", condition=_OPEN),
            models.Index(
                fields=["addressee"],
                name="basic_items_of_the_past",
                condition=Q(superseded_at__isnull=False) | Q(valid_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class IndividualNumber(TwoAxes):
    """
    One 個人番号 of one person, sealed (番号法第12条, 安全管理措置).

    The ciphertext opens only through a recorded service. A digest per active key serves search and
    uniqueness: `digest` and `second_digest` are the columns of the two `DigestKey` slots; outside a
    rotation one of them is empty.
    """

    class Cause(models.TextChoices):
        """Why the city has it since then."""

        NUMBERED = "numbered", "付番依頼"
        ARRIVED = "arrived", "後日判明"
        ON_REQUEST = "on_request", "請求による変更"
        EX_OFFICIO = "ex_officio", "職権による変更"
        CORRECTED = "corrected", "訂正"

    addressee = models.ForeignKey(
        IntegratedAddressee,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="individual_numbers",
        verbose_name="団体内統合宛名",
    )
    ciphertext = models.BinaryField("個人番号(封緘)")
    digest = models.BinaryField("ダイジェスト", max_length=32, null=True)
    second_digest = models.BinaryField("ダイジェスト(第2)", max_length=32, null=True)
    cause = models.CharField("事由", max_length=12, choices=Cause)

    class Meta:
        verbose_name = "個人番号"
        verbose_name_plural = "個人番号"
        constraints = [
            models.UniqueConstraint(
                name="one_open_holder_per_individual_number", fields=["digest"], condition=_OPEN
            ),
            models.UniqueConstraint(
                name="one_open_holder_per_individual_number_by_second_digest",
                fields=["second_digest"],
                condition=_OPEN & Q(second_digest__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_open_individual_number_per_addressee",
                fields=["addressee"],
                condition=_OPEN,
            ),
            models.CheckConstraint(
                name="individual_number_can_be_found",
                condition=Q(digest__isnull=False) | Q(second_digest__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["digest"],
                name="individual_number_of_the_past",
                condition=Q(superseded_at__isnull=True, valid_until__isnull=False),
            ),
            models.Index(
                fields=["second_digest"],
                name="individual_number_of_past_2nd",
                condition=Q(superseded_at__isnull=True, valid_until__isnull=False),
            ),
            models.Index(
                fields=["addressee"],
                name="individual_number_history",
                condition=Q(superseded_at__isnull=False) | Q(valid_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.addressee_id} {self.get_cause_display()}"


class DigestKey(models.Model):
    """
    One key of the 個人番号 digests that is active now, and the column (slot) that holds its
    digests.

    A second one appears for a rotation: it is `filling` until every row has its digest, then the
    switch makes it `current` and the other `retiring` until nobody uses that key any more.
    """

    class State(models.TextChoices):
        """What the column is used for."""

        CURRENT = "current", "使用中"
        FILLING = "filling", "書込中"
        RETIRING = "retiring", "廃止予定"

    slot = models.PositiveSmallIntegerField("列", primary_key=True)
    key_id = models.CharField("鍵ID", max_length=16, unique=True)
    state = models.CharField("状態", max_length=8, choices=State)
    since = models.DateTimeField("開始日時")

    class Meta:
        verbose_name = "ダイジェスト鍵"
        verbose_name_plural = "ダイジェスト鍵"
        constraints = [
            models.CheckConstraint(
                name="a_digest_key_has_one_of_two_slots", condition=Q(slot__in=[1, 2])
            ),
            models.UniqueConstraint(
                name="one_current_digest_key", fields=["state"], condition=Q(state="current")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key_id} {self.get_state_display()}"


class BusinessNumber(TwoAxes):
    """
    One 業務番号: a number under which a business system knows a person, for a period.

    One number of one system belongs to one person at a time. `integrated_flag` is the
    統合宛名フラグ:
    the row whose system's word on the 基本4情報 counts (0320002, 0320003).
    """

    system = models.ForeignKey(
        "sapporo_base.BusinessSystem",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name="庁内業務システム",
    )
    number = models.CharField("業務番号", max_length=20)
    addressee = models.ForeignKey(
        IntegratedAddressee,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="business_numbers",
        verbose_name="団体内統合宛名",
    )
    integrated_flag = models.BooleanField("統合宛名フラグ", default=False)

    class Meta:
        verbose_name = "業務番号"
        verbose_name_plural = "業務番号"
        constraints = [
            models.UniqueConstraint(
                name="one_open_link_per_business_number",
                fields=["system", "number"],
                condition=_OPEN,
            ),
            models.UniqueConstraint(
                name="one_integrated_flag_per_addressee",
                fields=["addressee"],
                condition=_OPEN & Q(integrated_flag=True),
            ),
            models.CheckConstraint(
                name="link_ends_after_it_begins",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
            ),
        ]
        indexes = [
            models.Index(fields=["addressee"], name="business_number_of_addressee"),
            models.Index(
                fields=["system", "number"],
                name="closed_business_number",
                condition=_KNOWN & Q(valid_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class LinkageCodeStatus(models.Model):
    """
    符号取得状況 of one person who has a 個人番号 (番号法第21条の2).

    A person whose 個人番号 is 未登録 has no row: no 符号 can be requested for them.
    """

    class State(models.TextChoices):
        """Where it stands."""

        NOT_REQUESTED = CodeState.NOT_REQUESTED, "未要求"
        REQUESTED = CodeState.REQUESTED, "要求中"
        ACQUIRED = CodeState.ACQUIRED, "取得済"
        FAILED = CodeState.FAILED, "エラー"
        REQUESTED_AGAIN = CodeState.REQUESTED_AGAIN, "再要求"

    addressee = models.OneToOneField(
        IntegratedAddressee,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        primary_key=True,
        related_name="linkage_code_status",
        verbose_name="団体内統合宛名",
    )
    state = models.CharField("状態", max_length=15, choices=State, default=State.NOT_REQUESTED)
    since = models.DateTimeField("状態の開始日時")
    cause = models.CharField("理由", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "符号取得状況"
        verbose_name_plural = "符号取得状況"
        indexes = [
            models.Index(
                fields=["state", "since"],
                name="linkage_code_status_by_age",
                condition=~Q(state="acquired"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.addressee_id} {self.get_state_display()}"


class LinkageCodeStep(models.Model):
    """One step of a person's 符号取得状況: from where to where, when and why. Never changed."""

    addressee = models.ForeignKey(
        IntegratedAddressee,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="linkage_code_steps",
        verbose_name="団体内統合宛名",
    )
    state_before = models.CharField("前の状態", max_length=15, choices=LinkageCodeStatus.State)
    state = models.CharField("状態", max_length=15, choices=LinkageCodeStatus.State)
    at = models.DateTimeField("日時")
    cause = models.CharField("理由", max_length=300, blank=True, default="")
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "符号取得履歴"
        verbose_name_plural = "符号取得履歴"
        indexes = [models.Index(fields=["addressee"], name="code_steps_of_addressee")]

    def __str__(self) -> str:
        return f"{self.addressee_id} {self.get_state_display()}"


class AddresseeChange(models.Model):
    """
    What 中間サーバー連携 (0320008) has to be told: numbers given, numbers deleted. A feed.

    A row holds up to a thousand numbers, so that two million newcomers are two thousand rows.
    """

    class Kind(models.TextChoices):
        """What happened to these people."""

        NUMBERED = "numbered", "付番"
        DELETED = "deleted", "削除"

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField("種別", max_length=8, choices=Kind)
    integrated_numbers = ArrayField(
        models.CharField(max_length=15), verbose_name="団体内統合宛名番号"
    )
    at = models.DateTimeField("日時")
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "統合宛名異動"
        verbose_name_plural = "統合宛名異動"

    def __str__(self) -> str:
        return f"{self.pk} {self.get_kind_display()}"


class CodeRequest(models.Model):
    """符号取得依頼: people (up to a thousand a row) for whom a 符号 is to be acquired. A feed."""

    id = models.BigAutoField(primary_key=True)
    integrated_numbers = ArrayField(
        models.CharField(max_length=15), verbose_name="団体内統合宛名番号"
    )
    at = models.DateTimeField("日時")
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "符号取得依頼"
        verbose_name_plural = "符号取得依頼"

    def __str__(self) -> str:
        return str(self.pk)
