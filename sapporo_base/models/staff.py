"""Staff (職員) of the city who sign in here."""

from datetime import date
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from guardian.mixins import GuardianUserMixin


class StaffManager(BaseUserManager["Staff"]):
    """Makes staff; `create_superuser` is what Django's own command calls."""

    def create_user(self, staff_number: str, password: str | None = None, **fields: Any) -> "Staff":
        """Make one member of staff; without a password nobody can sign in as them."""
        staff = self.model(staff_number=staff_number, **fields)
        staff.set_password(password)
        staff.save(using=self._db)
        return staff

    def create_superuser(
        self, staff_number: str, password: str | None = None, **fields: Any
    ) -> "Staff":
        """Make one who administers the system."""
        return self.create_user(
            staff_number, password, **{"is_superuser": True, "is_administrator": True, **fields}
        )


class Staff(GuardianUserMixin, AbstractBaseUser, PermissionsMixin):
    """
    One member of staff (職員): who they are, where they belong, which wards they serve, until when.
    """

    staff_number = models.CharField(
        "職員番号",
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[0-9A-Za-z-]+$", "半角英数字とハイフンで入力してください。")],
    )
    name = models.CharField("氏名", max_length=100)
    section = models.CharField("所属", max_length=100)
    wards = ArrayField(
        models.CharField(max_length=6),
        verbose_name="担当区",
        default=list,
        blank=True,
        help_text="空の場合は全区を担当します。",
    )
    email = models.EmailField("メールアドレス", blank=True)
    valid_from = models.DateField("利用開始日")
    valid_until = models.DateField(
        "利用終了日", null=True, blank=True, help_text="この日以降は利用できません。"
    )
    is_active = models.BooleanField("有効", default=True)
    is_administrator = models.BooleanField("システム管理者", default=False)
    created_at = models.DateTimeField("登録日時", auto_now_add=True)

    objects = StaffManager()

    USERNAME_FIELD = "staff_number"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name", "section", "valid_from"]

    class Meta:
        verbose_name = "職員"
        verbose_name_plural = "職員"
        constraints = [
            models.CheckConstraint(
                name="staff_validity_ends_after_it_begins",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}({self.staff_number})"

    @property
    def is_staff(self) -> bool:
        """Everyone in this table works for the city: what they may do is a matter of rights."""
        return True

    def is_valid_on(self, day: date) -> bool:
        """Say whether this person may work on that day."""
        return (
            self.is_active
            and self.valid_from <= day
            and (not self.valid_until or day < self.valid_until)
        )

    def get_full_name(self) -> str:
        """Return the name, as the admin's header shows it."""
        return self.name

    def get_short_name(self) -> str:
        """Return the name."""
        return self.name
