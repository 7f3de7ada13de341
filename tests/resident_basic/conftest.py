"""Who acts in the tests of 個人基本: the register that sends, and systems approved to receive."""

from dataclasses import replace
from datetime import date

import pytest

from resident_basic import services
from sapporo_base.selectors import legal_basis_for
from tests.factories import StaffFactory, system


@pytest.fixture
def register_act(act):
    return replace(act, path="api", system=system("001-000"))


@pytest.fixture
def approve(act):
    """Have a system approved for items, drafted by one and approved by another."""

    def approved(code, *items, individual_number=False, protected_people=False, reductions=None):
        drafting = replace(act, staff=StaffFactory())
        application = services.draft_application(
            system=system(code),
            purpose="試験",
            procedure="試験の事務",
            legal_basis=legal_basis_for(kind="transfer", day=act.day, code="transfer-resident"),
            items=[
                services.ItemRequest(item, "試験", (reductions or {}).get(item, ""))
                for item in items
            ],
            valid_from=date(2026, 4, 1),
            valid_until=date(2027, 4, 1),
            individual_number=individual_number,
            protected_people=protected_people,
            act=drafting,
        )
        services.submit_application(application=application, act=drafting)
        services.approve_application(
            application=application, act=replace(act, staff=StaffFactory())
        )
        return replace(act, path="api", system=system(code))

    return approved
