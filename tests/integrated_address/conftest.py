"""Who calls and who acts in the tests of 団体内統合宛名."""

from dataclasses import replace

import pytest

from tests.factories import StaffFactory, system


@pytest.fixture
def insurer(client_of):
    """国民健康保険: uses 個人番号, does not hold the integrated number."""
    return client_of(system("024-000"), "032:numbers:write", "032:search:read")


@pytest.fixture
def gateway(client_of):
    """市中間サーバ: holds the integrated number."""
    return client_of(system("030-003"), "032:numbers:write", "032:search:read")


@pytest.fixture
def proposer(act):
    """Return an act of the member of staff who proposes."""
    return replace(act, staff=StaffFactory())


@pytest.fixture
def approver(act):
    """Return an act of another member of staff."""
    return replace(act, staff=StaffFactory())
