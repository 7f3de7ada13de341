"""社会保障宛名 with its versions, 住登外者, the systems that serve them, and the feed of changes."""

from django.db import models
from django.db.models import F, Q


class SocialAddressee(models.Model):
    """
    One person or corporation that 社会保障 knows (source text, システム6 function 3), by 宛名番号.

    A resident bears the 住民宛名番号; everyone else a number of a range reserved with 既存住基
    (M11W2-7). A corporation never gets a 団体内統合宛名番号.
    """

    class Kind(models.TextChoices):
        """個人法人区分."""

        PERSON = "1", "個人"
        CORPORATION = "2", "法人"

    class Origin(models.TextChoices):
        """How it came to be known."""

        RESIDENT = "resident", "個人基本"
        REGISTERED = "registered", "社会保障業務の登録"

    addressee_number = models.CharField("宛名番号", max_length=15, unique=True)
    kind = models.CharField("個人法人区分", max_length=1, choices=Kind, default=Kind.PERSON)
    origin = models.CharField("登録元", max_length=10, choices=Origin)
    corporate_number = models.CharField("法人番号", max_length=13, blank=True, default="")
    integrated_number = models.CharField(
        "団体内統合宛名番号", max_length=15, blank=True, default=""
    )
    not_for_other_work = models.BooleanField(
        "他業務参照不可",
        default=False,
        help_text="登録した業務だけが参照できます(住基ネットで確認した情報など)。",
    )
    registered_by_system = models.CharField("登録した業務", max_length=7, blank=True, default="")
    registered_at = models.DateTimeField("登録日時")

    class Meta:
        verbose_name = "社会保障宛名"
        verbose_name_plural = "社会保障宛名"
        constraints = [
            models.CheckConstraint(
                name="a_corporation_never_gets_an_integrated_number",
                condition=Q(kind="1") | Q(integrated_number=""),
            ),
            models.CheckConstraint(
                name="a_person_has_no_corporate_number",
                condition=Q(kind="2") | Q(corporate_number=""),
            ),
            models.UniqueConstraint(
                name="one_addressee_per_corporate_number",
                fields=["corporate_number"],
                condition=~Q(corporate_number=""),
            ),
            models.UniqueConstraint(
                name="one_registered_addressee_per_integrated_number",
                fields=["integrated_number"],
                condition=Q(origin="registered") & ~Q(integrated_number=""),
            ),
        ]

    def __str__(self) -> str:
        return self.addressee_number


class AddresseeVersion(models.Model):
    """
    One 履歴 of a 社会保障宛名: all items, on two axes of time.

    True from `valid_from` (until the next 履歴番号), known from `recorded_at` until `superseded_at`:
    other content for a 履歴番号 is a correction and the old row stays as what was known. `source`
    says whether the items are 個人基本's: those leave this app only to receivers approved for them.
    """

    class Source(models.TextChoices):
        """Where the items come from."""

        RESIDENT_BASIC = "resident_basic", "個人基本"
        REGISTERED = "registered", "社会保障業務の登録"

    addressee = models.ForeignKey(
        SocialAddressee,
        on_delete=models.PROTECT,
        related_name="versions",
        verbose_name="社会保障宛名",
    )
    history_number = models.PositiveSmallIntegerField("履歴番号")
    is_latest = models.BooleanField("最新", default=True)
    source = models.CharField("情報源", max_length=14, choices=Source)
    name = models.TextField("氏名・名称")
    name_kana = models.TextField("フリガナ", blank=True, default="")
    alias = models.TextField("通称", blank=True, default="")
    born_on = models.DateField("生年月日", null=True, blank=True)
    born_text = models.TextField("生年月日_不詳表記", blank=True, default="")
    sex = models.CharField("性別", max_length=1, blank=True, default="")
    household_number = models.CharField("世帯番号", max_length=15, blank=True, default="")
    head_number = models.CharField("世帯主宛名番号", max_length=15, blank=True, default="")
    relationship = models.CharField(
        "続柄コード", max_length=8, blank=True, default="", help_text="2桁のコードを4つまで連ねる。"
    )
    municipality_code = models.CharField("市区町村コード", max_length=6, blank=True, default="")
    postal_code = models.CharField("郵便番号", max_length=7, blank=True, default="")
    residential_address = models.TextField("住所", blank=True, default="")
    resident_status = models.CharField("住民状態", max_length=1, blank=True, default="")
    resident_since = models.DateField("住民となった年月日", null=True, blank=True)
    previous_municipality_code = models.CharField(
        "転入前市区町村コード", max_length=6, blank=True, default=""
    )
    moved_out_on = models.DateField("転出年月日", null=True, blank=True)
    moved_to_municipality_code = models.CharField(
        "転出先市区町村コード", max_length=6, blank=True, default=""
    )
    removed_on = models.DateField("消除年月日", null=True, blank=True)
    name_key = models.TextField("検索用氏名", blank=True, default="")
    kana_key = models.TextField("検索用カナ", blank=True, default="")
    fingerprint = models.CharField("内容の指紋", max_length=32)
    valid_from = models.DateField("有効開始日")
    recorded_at = models.DateTimeField("記録日時")
    superseded_at = models.DateTimeField("訂正日時", null=True, blank=True)

    class Meta:
        verbose_name = "社会保障宛名履歴"
        verbose_name_plural = "社会保障宛名履歴"
        constraints = [
            models.UniqueConstraint(
                name="one_known_addressee_version_per_history_number",
                fields=["addressee", "history_number"],
                condition=Q(superseded_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="one_latest_version_per_addressee",
                fields=["addressee"],
                condition=Q(is_latest=True),
            ),
            models.CheckConstraint(
                name="the_latest_addressee_version_is_a_known_one",
                condition=Q(is_latest=False) | Q(superseded_at__isnull=True),
            ),
            models.CheckConstraint(
                name="an_addressee_version_is_superseded_after_it_was_known",
                condition=Q(superseded_at__isnull=True) | Q(superseded_at__gte=F("recorded_at")),
            ),
        ]
        indexes = [
            models.Index(
                name="addressee_by_kana",
                fields=["kana_key", "addressee"],
                opclasses=["text_pattern_ops", "int8_ops"],
                condition=Q(is_latest=True),
            ),
            models.Index(
                name="addressee_by_name",
                fields=["name_key", "addressee"],
                opclasses=["text_pattern_ops", "int8_ops"],
                condition=Q(is_latest=True),
            ),
            models.Index(
                name="addressee_by_birth",
                fields=["born_on", "addressee"],
                condition=Q(is_latest=True),
            ),
            models.Index(
                name="addressee_by_household",
                fields=["household_number"],
                condition=Q(is_latest=True) & ~Q(household_number=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.addressee_id} 履歴{self.history_number}"


class AddresseeNumberRange(models.Model):
    """
    A range of serials reserved with 既存住基 for numbers that are not residents' (宛名番号範囲).

    `next_serial` is the first one not yet looked at; serials whose check digit would be 10 are
    skipped.
    """

    first_serial = models.BigIntegerField("開始連番")
    last_serial = models.BigIntegerField("終了連番")
    next_serial = models.BigIntegerField("次の連番")
    note = models.CharField("備考", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "宛名番号範囲"
        verbose_name_plural = "宛名番号範囲"
        constraints = [
            models.CheckConstraint(
                name="a_number_range_goes_upward",
                condition=Q(first_serial__gte=1)
                & Q(last_serial__gte=F("first_serial"))
                & Q(last_serial__lt=10**14),
            ),
            models.CheckConstraint(
                name="the_next_serial_is_of_the_range",
                condition=Q(next_serial__gte=F("first_serial"))
                & Q(next_serial__lte=F("last_serial") + 1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_serial:,} から {self.last_serial:,}"


class OutOfRegistryPerson(models.Model):
    """
    住登外者: someone who is not in the 住民基本台帳 of this city, with the 基本4情報 in the versions.

    A resident who moved out and is still served keeps the number; one who moves in gets a
    住民宛名番号, and `resident_number` leads to it.
    """

    addressee = models.OneToOneField(
        SocialAddressee,
        on_delete=models.PROTECT,
        related_name="out_of_registry",
        verbose_name="社会保障宛名",
    )
    since = models.DateField("住登外となった日")
    became_resident_on = models.DateField("住民となった日", null=True, blank=True)
    resident_number = models.CharField("住民宛名番号", max_length=15, blank=True, default="")

    class Meta:
        verbose_name = "住登外者"
        verbose_name_plural = "住登外者"
        constraints = [
            models.CheckConstraint(
                name="who_became_a_resident_has_a_day_and_a_number",
                condition=(Q(became_resident_on__isnull=True) & Q(resident_number=""))
                | (Q(became_resident_on__isnull=False) & ~Q(resident_number="")),
            )
        ]

    def __str__(self) -> str:
        return str(self.addressee_id)


class ServiceSubject(models.Model):
    """
    業務対象者: a 社会保障 system that serves an addressee, from a day until a day.

    Taxes, accounts and contacts go only to systems that serve the person.
    """

    addressee = models.ForeignKey(
        SocialAddressee,
        on_delete=models.PROTECT,
        related_name="served_by",
        verbose_name="社会保障宛名",
    )
    system_code = models.CharField("庁内業務システム", max_length=7)
    since = models.DateField("開始日")
    until = models.DateField("終了日", null=True, blank=True)

    class Meta:
        verbose_name = "業務対象者"
        verbose_name_plural = "業務対象者"
        constraints = [
            models.UniqueConstraint(
                name="one_open_service_per_addressee_and_system",
                fields=["addressee", "system_code"],
                condition=Q(until__isnull=True),
            ),
            models.CheckConstraint(
                name="a_service_ends_after_it_begins",
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
            ),
        ]
        indexes = [models.Index(fields=["system_code", "addressee"], name="subject_by_system")]

    def __str__(self) -> str:
        return f"{self.system_code} {self.addressee_id}"


class SocialAddresseeChange(models.Model):
    """One 宛名異動: an addressee changed. The feed that 社会保障 systems read by receipt."""

    id = models.BigAutoField("宛名異動番号", primary_key=True)
    addressee = models.ForeignKey(
        SocialAddressee, on_delete=models.PROTECT, related_name="+", verbose_name="社会保障宛名"
    )
    version = models.ForeignKey(
        AddresseeVersion, on_delete=models.PROTECT, related_name="+", verbose_name="履歴"
    )
    kind = models.CharField("種別", max_length=10)
    change_reason = models.CharField("異動事由", max_length=2, blank=True, default="")
    changed_on = models.DateField("異動年月日", null=True, blank=True)
    recorded_at = models.DateTimeField("記録日時")

    class Meta:
        verbose_name = "宛名異動"
        verbose_name_plural = "宛名異動"
        indexes = [models.Index(fields=["addressee", "id"], name="change_by_addressee")]

    def __str__(self) -> str:
        return f"{self.pk} {self.kind}"


class ResidentFeedReceipt(models.Model):
    """How far the feed of 個人基本 was taken over (個人基本受領位置): written with what was taken."""

    receipt = models.BigIntegerField("受領位置", default=0)
    read_at = models.DateTimeField("最終受領日時", null=True, blank=True)

    class Meta:
        verbose_name = "個人基本受領位置"
        verbose_name_plural = "個人基本受領位置"
        constraints = [
            models.CheckConstraint(name="one_receipt_for_the_resident_feed", condition=Q(id=1))
        ]

    def __str__(self) -> str:
        return f"{self.receipt}"
