"""The same question over two connections at the same moment is one inquiry."""

import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from gateway import services
from gateway.models import Inquiry
from gateway.services import InquiryRequest
from sapporo_base.acts import Act
from sapporo_base.models import LinkageRecord
from sapporo_base.rehearsal import wait_until
from tests.factories import system
from tests.gateway.far_end import TAX
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.django_db(transaction=True)


def accept(*keys):
    return services.accept_inquiries(
        system=system("027-000"),
        requests=[
            InquiryRequest(
                request_key=key,
                business_number="J1",
                procedure_code="JM99000000000074",
                step_code="JT99000000000074",
                information_code=TAX,
                provider_code="131041",
                fiscal_year=2024,
            )
            for key in keys
        ],
        act=Act(at=timezone.now(), path="api", system=system("027-000")),
    )


@pytest.fixture
def hanako(act):
    """A person under 児童手当's number J1."""
    return numbered(act, number="J1", code="027-000", serial=1)


def test_who_comes_second_is_told_of_the_first(hanako):
    told = []

    def second():
        told.extend(accept("again", "of the second"))
        connection.close()

    other = threading.Thread(target=second)
    with transaction.atomic():
        (first,) = accept("again")
        other.start()
        wait_until("the second waits for the first", somebody_waits, seconds=20, every=0.05)
    other.join()

    assert told[0].id == first.id
    assert sorted(Inquiry.objects.values_list("request_key", flat=True)) == [
        "again",
        "of the second",
    ]
    accepted = LinkageRecord.objects.filter(kind="inquiry_accepted")
    assert sum(accepted.values_list("subject_count", flat=True)) == Inquiry.objects.count()


def test_a_key_that_stands_twice_in_one_message_is_one(hanako):
    first, again = accept("same", "same")
    assert first.id == again.id
    assert Inquiry.objects.count() == 1


def somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'")
        return bool(cursor.fetchall())
