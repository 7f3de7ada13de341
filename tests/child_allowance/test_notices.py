"""児童手当 has マイナポータル tell a 受給者 something, as any business system would."""

import pytest
from django.urls import reverse
from guardian.shortcuts import assign_perm

from child_allowance.services.notices import notify_recipient
from gateway.models import PlatformNumber, PortalNotice
from sapporo_base.acts import NotNow
from sapporo_base.models import LinkageRecord, PersonalInformationFile
from tests.child_allowance.factories import RecipientFactory
from tests.factories import StaffFactory
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.django_db
WORDS = {"title": "現況届について", "text": "6月30日までに提出してください。", "shown_days": 60}


@pytest.fixture
def recipient(act):
    """A recipient whose 符号 is known at the platform."""
    one = RecipientFactory()
    person = numbered(act, number=one.addressee_number, code="027-000", serial=5)
    PlatformNumber.objects.update_or_create(
        pk=person.integrated_number,
        defaults={"state": "registered", "code_state": "acquired", "due_at": act.at},
    )
    return one


def test_a_recipient_is_told_and_who_told_is_recorded(recipient, act):
    told = notify_recipient(recipient=recipient, act=act, **WORDS)

    notice = PortalNotice.objects.get(pk=told.id)
    assert (notice.system.code, notice.state) == ("027-000", "waiting")
    assert (notice.shown_until - notice.shown_from).days == 60
    assert LinkageRecord.objects.filter(kind="recipient_notified").count() == 1


def test_who_cannot_be_reached_is_said_and_nothing_is_kept(act):
    with pytest.raises(NotNow, match="別の方法で連絡してください"):
        notify_recipient(recipient=RecipientFactory(), act=act, **WORDS)
    assert not PortalNotice.objects.exists()


def test_the_page_asks_for_the_words_and_is_not_for_everybody(recipient, staff_client):
    file = PersonalInformationFile.objects.get(code="child-allowance")

    def posted(*rights):
        staff = StaffFactory(rights=rights)
        assign_perm("open_personalinformationfile", staff, file)
        url = reverse("admin:child_allowance_recipient_notify", args=[recipient.pk])
        return staff_client(staff=staff).post(url, {"_confirmed": "1", **WORDS})

    assert posted("child_allowance.view_recipient").status_code == 403
    both = posted("child_allowance.view_recipient", "child_allowance.notify_recipient")
    assert both.status_code == 302
    assert PortalNotice.objects.get().title == WORDS["title"]
