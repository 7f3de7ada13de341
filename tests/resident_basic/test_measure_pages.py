"""支援措置 in the hands of its managers, and how soon other connections know of it."""

import threading
from datetime import date

import pytest
import time_machine
from django.db import connection, transaction
from django.urls import reverse

from resident_basic import selectors, services
from resident_basic.models import SupportMeasure
from sapporo_base.models import LinkageRecord
from tests.protection import member_of_staff, text_of
from tests.resident_basic.approvals import approved, receiving
from tests.resident_basic.factories import a_file, a_resident_number, row
from tests.resident_basic.measures import begin


@pytest.mark.django_db
class TestPages:
    LIST = "admin:resident_basic_supportmeasure_changelist"

    def test_the_list_is_for_who_may_open_protected_people_and_sorted_by_end(
        self, family, act, staff_client
    ):
        mother, _, lodger, _ = family
        begin(mother, act, since=date(2026, 6, 1))
        begin(lodger, act, since=date(2025, 12, 10))
        manager = staff_client(staff=member_of_staff(with_right=True))

        rows = manager.get(reverse(self.LIST)).context["cl"].result_list
        refused = staff_client(staff=member_of_staff()).get(reverse(self.LIST))

        assert [one.resident_number for one in rows] == [lodger, mother]
        assert refused.status_code == 403
        assert "支援措置対象者を閲覧" in text_of(refused)
        assert not LinkageRecord.objects.filter(kind="listed").exists()

    def test_two_managers_bring_it_from_registration_to_its_end(self, family, act, staff_client):
        mother, child, *_ = family
        one, other = (staff_client(staff=member_of_staff(with_right=True)) for _ in range(2))
        with time_machine.travel(act.at, tick=False):
            one.post(
                reverse("admin:resident_basic_resident_start_measure", args=[mother]),
                {
                    "_confirmed": "1",
                    "kind": "2",
                    "since": "令和8年11月24日",
                    "family": [child],
                    "reason": "申出",
                },
            )
            measure = SupportMeasure.objects.get(resident_number=mother)
            (together,) = selectors.open_family_of(measure)

            def do(browser, name, **said):
                page = reverse(f"admin:resident_basic_supportmeasure_{name}", args=[measure.pk])
                browser.post(page, {"_look_reason": "1", "reason": "手続"})
                shown = text_of(browser.get(page))
                return shown, browser.post(page, {"_confirmed": "1", **said})

            shown, _ = do(
                one,
                "decide",
                since="令和8年11月24日",
                family=[together.pk],
                reason="相談機関に確認",
            )
            assert "札幌　花子" in shown
            do(one, "propose_end", because="no_need", family=[together.pk], reason="必要なし")
            do(one, "confirm_end")
            assert selectors.protected_among([mother, child]) == {mother, child}
            do(other, "confirm_end")

        assert not selectors.protected_among([mother, child])


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_readers_on_other_connections_see_suppression_from_the_commit_on(act, receive_committed):
    number = receive_committed()
    approved("017-000", "building", "town")

    def told():
        found = []

        def read():
            (one,) = services.disclose_residents(numbers=[number], act=receiving("017-000", act))
            found.append(one.items["town"])
            connection.close()

        reader = threading.Thread(target=read)
        reader.start()
        reader.join()
        return found[0]

    assert told() == "北一条西"
    with transaction.atomic():
        begin(number, act)
        # Not committed: another connection still sees what holds for it.
        assert told() == "北一条西"
    assert told() is None


@pytest.fixture
def receive_committed(register_act, tmp_path):
    def received():
        number = a_resident_number()
        services.receive_residents(
            path=a_file(tmp_path / "one.csv", row(resident_number=number)), act=register_act
        )
        return number

    return received
