"""世帯情報 to 市中間サーバ: a dated dataset, nobody without a number, nothing that tells of a protected head."""

from dataclasses import replace
from datetime import date
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from gateway import tasks
from gateway.models import Copy, PlatformNumber
from resident_basic import services
from resident_basic.models import SupportMeasure
from resident_basic.rules.datasets import NoDataset, household_dataset
from resident_basic.rules.items import resident_items
from tests.conftest import NOON
from tests.factories import system
from tests.gateway.far_end import FarEnd
from tests.resident_basic.factories import a_file, a_resident_number, an_individual_number, row

pytestmark = pytest.mark.django_db


def test_the_dataset_is_dated_says_how_sure_it_is_and_names_items_of_the_register():
    dataset = household_dataset(date(2026, 11, 24))

    assert dataset.certainty == "assumed"
    assert set(dataset.items.values()) <= set(resident_items())
    with pytest.raises(NoDataset):
        household_dataset(date(2015, 10, 4))


@pytest.fixture
def receive(register_act, tmp_path):
    def received(*rows):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.csv"
        services.receive_residents(path=a_file(path, *rows), act=register_act)

    return received


def forward(act):
    return services.forward_households(act=replace(act, path="task", system=system("030-001")))


def copy_of(number):
    return Copy.objects.get(business_number=number)


@pytest.fixture
def couple(receive):
    """A head and a partner in one household."""
    head, other, household = a_resident_number(), a_resident_number(), a_resident_number()
    same = {"household_number": household, "head_name": "札幌　花子", "head_resident_number": head}
    receive(
        row(resident_number=head, individual_number=an_individual_number(), **same),
        row(
            resident_number=other,
            individual_number=an_individual_number(),
            relationship_1="11",
            **same,
        ),
    )
    return head, other


def test_a_protected_head_is_not_named_in_the_copy_of_another_from_then_on(couple, act):
    head, other = couple
    forward(act)
    assert copy_of(other).items["世帯主氏名"] == "札幌　花子"

    services.start_support_measure(
        resident_number=head,
        kind=SupportMeasure.Kind.DECIDED,
        subject_kind=SupportMeasure.SubjectKind.APPLICANT,
        since=act.day,
        reason="申出",
        act=act,
    )
    forward(act)

    assert copy_of(other).items["世帯主氏名"] is None
    assert copy_of(head).items["世帯主氏名"] == "札幌　花子"


def test_who_left_stays_answerable_and_whose_entry_was_undone_does_not(couple, receive, act):
    head, other = couple
    forward(act)
    receive(
        row(
            resident_number=head,
            history_number=2,
            change_reason="21",
            processed_on="2026-10-05",
            resident_status="2",
        ),
        row(
            resident_number=other,
            history_number=2,
            change_reason="28",
            processed_on="2026-10-05",
            resident_status="9",
        ),
    )

    forward(act)

    assert not copy_of(head).is_withdrawn
    assert copy_of(other).is_withdrawn


@pytest.fixture
def far_end(tmp_path, monkeypatch):
    class Now:
        def __call__(self):
            return timezone.now()

    with time_machine.travel(NOON, tick=True):
        end = FarEnd(tmp_path, clock=Now())
        monkeypatch.setattr(tasks.line, "client", lambda: end.client)
        yield end
        end.journal.close()


def test_both_sides_are_compared_by_count_and_hash_after_forwarding(couple, far_end):
    for _ in range(3):
        call_command("forward_households", stdout=StringIO())
        tasks.work_bulk()
    said = StringIO()

    call_command("forward_households", "--reconcile", stdout=said)
    assert "一致" in said.getvalue()
    assert "市2件 プラットフォーム2件" in said.getvalue()
    assert tasks.reconcile_all_copies() == 0

    Copy.objects.filter(pk=Copy.objects.first().pk).update(digest=bytes(32))
    with pytest.raises(CommandError, match="一致しません"):
        call_command("forward_households", "--reconcile", stdout=StringIO())
    assert PlatformNumber.objects.filter(state="registered").count() == 2
