"""What was refused stays recorded, whatever becomes of the transaction in which it was asked."""

from contextlib import suppress

import pytest
from django.db import transaction

from gateway import services
from gateway.models import Copy, Inquiry
from sapporo_base.acts import NotPermitted
from sapporo_base.models import LegalBasis, LinkageRecord, LinkageRecordSubject
from sapporo_base.services import record_linkage, record_refusal
from tests.factories import system
from tests.gateway.far_end import CHILD_ALLOWANCE
from tests.gateway.flows import asked
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.django_db(transaction=True)


class UndoneByItsCaller(Exception):
    """What ends the transaction around a refusal."""


def test_for_want_of_a_ground_though_the_caller_undoes_everything(act):
    LegalBasis.objects.filter(kind__in=["inquire", "provide"]).delete()
    allowance = system("027-000")
    numbered(act, number="J1", code="027-000", serial=1)
    with suppress(NotPermitted), transaction.atomic():
        services.accept_inquiries(system=allowance, requests=[asked("k1")], act=act)
        services.accept_copies(
            system=allowance, information_code=CHILD_ALLOWANCE, copies=[], act=act
        )

    refused = LinkageRecord.objects.filter(result="refused").order_by("pk")
    assert [record.kind for record in refused] == ["inquiry_refused", "copies_refused"]
    assert {record.receiver_code for record in refused} == {"027-000"}
    assert {record.correlation_id for record in refused} == {act.correlation_id}
    assert all("法令上の根拠がありません" in record.detail for record in refused)
    assert not Inquiry.objects.exists()
    assert not Copy.objects.exists()


def test_with_whom_it_was_about_beside_what_was_undone(act):
    with suppress(UndoneByItsCaller), transaction.atomic():
        record_linkage(act, "looked_up", subjects=[("integrated", "1" * 15)])
        record_refusal(act, "look_refused", subjects=[("integrated", "2" * 15)])
        raise UndoneByItsCaller
    with transaction.atomic():
        record_refusal(act, "look_refused")

    assert list(LinkageRecord.objects.values_list("kind", flat=True)) == ["look_refused"] * 2
    assert list(LinkageRecordSubject.objects.values_list("number", flat=True)) == ["2" * 15]
