"""Who acts in the tests of 社会保障宛名."""

import dataclasses

import pytest

from social_address import services
from tests.factories import system
from tests.social_address.factories import (
    approve,
    resident,
)


@pytest.fixture
def own_act(act):
    return dataclasses.replace(act, system=system("030-002"))


@pytest.fixture
def allowance_act(act):
    return dataclasses.replace(act, system=system("027-000"))


@pytest.fixture
def followed(own_act):
    """One resident whom 社会保障宛名 has taken over, approvals for itself and for 児童手当."""
    approve("030-002")
    approve("027-000")
    number = resident(1, own_act)
    services.follow_residents(act=own_act)
    return number
