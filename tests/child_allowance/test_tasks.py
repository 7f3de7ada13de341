"""What goes on by itself reads and asks; it decides nothing."""

import pytest

from child_allowance import tasks
from child_allowance.models import Claim
from tests.child_allowance.factories import ClaimFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("approved_office")]


def test_a_claim_of_somebody_unknown_goes_to_an_examiner_by_itself():
    claim = ClaimFactory()
    assert tasks.work_on_claims() == 1
    claim.refresh_from_db()
    assert claim.state == Claim.State.UNDER_EXAMINATION


def test_without_changes_nothing_is_read():
    assert tasks.read_changes() == 0
