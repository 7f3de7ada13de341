"""Who acts in the tests of 個人基本: the register that sends, and systems approved to receive."""

from dataclasses import replace

import pytest

from resident_basic import services
from tests.factories import system
from tests.resident_basic import approvals
from tests.resident_basic.factories import row


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
