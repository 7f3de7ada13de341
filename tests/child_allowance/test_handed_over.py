"""移行: recipients of the system before, and from when on each of their children counts."""

from datetime import date

import pytest

from child_allowance.models import Recipient
from child_allowance.services.intake import receive_claims
from sapporo_base import layouts
from tests.factories import fictitious_individual_number

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("approved_office")]

CLAIM = {
    "claim_number": "M0000001",
    "claim_kind": "90",
    "channel": "1",
    "received_on": "2024-05-09",
    "claimed_on": "2024-05-09",
    "cause": "09",
    "claimant_individual_number": fictitious_individual_number(1),
    "claimant_name": "札幌　花子",
    "claimant_name_kana": "サッポロ　ハナコ",
    "claimant_born_on": "1990-04-05",
    "claimant_sex": "2",
    "has_spouse": "0",
    "use_public_money_account": "0",
    "approval_number": "000000000000001",
    "approved_on": "2024-05-30",
    "entitled_from": "2024-06",
    "paid_until": "2026-09",
}
CHILD = {
    "claim_number": CLAIM["claim_number"],
    "child_name": "札幌　一",
    "child_name_kana": "サッポロ　ハジメ",
    "child_sex": "1",
    "relationship": "20",
    "living": "1",
    "cared_for": "1",
    "livelihood": "1",
    "studying_abroad": "0",
    "in_facility": "0",
    "care_equivalent": "0",
    "confirmation_submitted": "0",
}


def source(folder, code, *rows):
    """Write a file of a layout and open it."""
    path = folder / f"{code}.csv"
    with path.open("wb") as stream:
        written = layouts.write_records(stream, layouts.load_layout(code), rows)
    assert written.rows == len(rows), written
    return layouts.open_source(path, layouts.load_layout(code))


def test_a_child_counts_from_the_first_month_of_the_recipient_or_the_month_after_its_birth(
    tmp_path, act
):
    births = ("2020-07-07", "2024-05-31", "2024-06-01", "2026-01-31")
    receive_claims(
        claims=source(tmp_path, "claims", {**CLAIM, "child_count": str(len(births))}),
        children=source(
            tmp_path,
            "claim_children",
            *(
                {
                    **CHILD,
                    "child_order": str(place),
                    "child_individual_number": fictitious_individual_number(place + 1),
                    "child_born_on": born,
                }
                for place, born in enumerate(births, start=1)
            ),
        ),
        act=act,
    )
    children = Recipient.objects.get().children.order_by("born_on")
    assert [(child.born_on, child.counted_from) for child in children] == [
        (date(2020, 7, 7), date(2024, 6, 1)),
        (date(2024, 5, 31), date(2024, 6, 1)),
        (date(2024, 6, 1), date(2024, 7, 1)),
        (date(2026, 1, 31), date(2026, 2, 1)),
    ]
