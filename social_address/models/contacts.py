"""対応記録: what was said with whom, at the counter, by telephone, by letter."""

from django.db import models
from django.db.models import Q

from social_address.models.addressees import SocialAddressee


class ContactRecord(models.Model):
    """One 対応記録: a contact with an addressee, written by staff, with its follow-up if one is due."""

    class Channel(models.TextChoices):
        """How it came about."""

        COUNTER = "counter", "窓口"
        TELEPHONE = "telephone", "電話"
        LETTER = "letter", "郵送"
        ONLINE = "online", "オンライン"
        VISIT = "visit", "訪問"

    addressee = models.ForeignKey(
        SocialAddressee,
        on_delete=models.PROTECT,
        related_name="contacts",
        verbose_name="社会保障宛名",
    )
    system_code = models.CharField("業務", max_length=7)
    channel = models.CharField("対応方法", max_length=10, choices=Channel)
    contacted_at = models.DateTimeField("対応日時")
    subject = models.CharField("件名", max_length=100)
    content = models.TextField("内容", max_length=2000)
    staff_number = models.CharField("対応職員番号", max_length=20)
    staff_name = models.CharField("対応職員", max_length=100)
    follow_up_on = models.DateField("次回対応日", null=True, blank=True)
    followed_up_at = models.DateTimeField("対応完了日時", null=True, blank=True)
    followed_up_by = models.CharField("対応完了職員番号", max_length=20, blank=True, default="")

    class Meta:
        verbose_name = "対応記録"
        verbose_name_plural = "対応記録"
        constraints = [
            models.CheckConstraint(
                name="a_follow_up_that_is_done_says_by_whom",
                condition=Q(followed_up_at__isnull=True) | ~Q(followed_up_by=""),
            )
        ]
        indexes = [
            models.Index(fields=["addressee", "-contacted_at"], name="contact_by_addressee"),
            models.Index(
                fields=["follow_up_on"],
                name="contact_to_follow_up",
                condition=Q(follow_up_on__isnull=False, followed_up_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        # Nothing of the free text: this stands in histories and messages.
        return f"{self.get_channel_display()} {self.pk}"
