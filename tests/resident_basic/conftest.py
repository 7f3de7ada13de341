"""Who acts in the tests of 個人基本: the register that sends, and systems approved to receive."""

from dataclasses import replace

import pytest
from guardian.shortcuts import assign_perm

from resident_basic import services
from tests.factories import StaffFactory, system
from tests.resident_basic import approvals
from tests.resident_basic.factories import a_file, a_resident_number, row


@pytest.fixture
def register_act(act):
    return replace(act, path="api", system=system("001-000"))


@pytest.fixture
def approve(act):
    """Have a system approved for items, drafted by one and approved by another."""

    def approved(code, *items, **said):
        approvals.approved(code, *items, **said)
        return approvals.receiving(code, act)

    return approved


@pytest.fixture
def receive(register_act):
    """Receive 異動 one by one; return the 宛名番号."""

    def received(**values):
        one = row(**values)
        services.receive_event(values=one, act=register_act)
        return one["resident_number"]

    return received


@pytest.fixture
def section(staff_client):
    """Return a browser of somebody who drafts for these systems."""

    def browser(*codes):
        staff = StaffFactory(roles=("利用申請担当",))
        for code in codes:
            assign_perm("sapporo_base.apply_businesssystem", staff, system(code))
        return staff_client(staff=staff)

    return browser


@pytest.fixture
def decider(staff_client):
    return staff_client(roles=("利用申請承認者",))


@pytest.fixture
def receive_rows(register_act, tmp_path):
    """Receive 異動 as a file of 既存住基."""

    def received(*rows, **changes):
        services.receive_residents(
            path=a_file(tmp_path / f"{len(list(tmp_path.iterdir()))}.csv", *rows),
            act=replace(register_act, **changes),
        )

    return received


@pytest.fixture
def family(receive_rows):
    """A mother with her child in one household, a lodger at the same place, and someone elsewhere."""
    mother, child, lodger, stranger = (a_resident_number() for _ in range(4))
    household = a_resident_number()
    receive_rows(
        row(resident_number=mother, household_number=household, block="５番地"),
        row(resident_number=child, household_number=household, relationship_1="20", block="５番地"),
        row(resident_number=lodger, block="５番地"),
        row(resident_number=stranger, block="６番地"),
    )
    return mother, child, lodger, stranger
