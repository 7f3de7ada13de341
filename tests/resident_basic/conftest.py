"""Who acts in the tests of 個人基本: the register that sends, and systems approved to receive."""

from dataclasses import replace

import pytest

from tests.factories import system
from tests.resident_basic import approvals


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
