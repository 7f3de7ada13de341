"""児童手当 as it works in ordinary times: with its 利用申請 approved."""

import pytest

from resident_basic.rules.items import resident_items
from tests.resident_basic.approvals import approved


@pytest.fixture
def approved_office(db):
    """Have 児童手当 approved for the items of 個人基本; return the 利用申請."""
    return approved("027-000", *resident_items(), protected_people=True)
