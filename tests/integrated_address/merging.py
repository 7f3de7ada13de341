"""Two numbers of one person as tests of 名寄せ need them: merged, and all that is known of them."""

from contextlib import contextmanager
from dataclasses import replace

from django.db import transaction

from integrated_address import services
from integrated_address.models import (
    BasicItems,
    BusinessNumber,
    IndividualNumber,
    IntegratedAddressee,
)
from tests.integrated_address.factories import HANAKO

MOVED_HANAKO = replace(HANAKO, residential_address="北海道札幌市北区北七条西五丁目")


def merged(one, other, proposer, approver):
    """Propose and approve."""
    merge = services.propose_merge(addressee=one, other=other, cause="judged", act=proposer)
    return services.approve_merge(merge_number=merge.pk, reason="本人確認書類で確認", act=approver)


def known(*numbers):
    """Return all that is known now of these people, whatever the ids of the rows are."""
    state = {}
    for number in numbers:
        person = IntegratedAddressee.objects.get(pk=number)
        rows = {"addressee": number, "superseded_at": None}
        state[number] = {
            "person": (
                person.state,
                person.deleted_at,
                person.merged_into_id,
                person.under_support,
            ),
            "links": sorted(
                BusinessNumber.objects.filter(**_rows(rows)).values_list(
                    "system_id", "number", "integrated_flag", "valid_from", "valid_until"
                ),
                key=str,
            ),
            "basics": sorted(
                BasicItems.objects.filter(**_rows(rows)).values_list(
                    "name",
                    "name_kana",
                    "kana_key",
                    "birth_on",
                    "residential_address",
                    "resident_state",
                    "source_id",
                    "valid_from",
                    "valid_until",
                ),
                key=str,
            ),
            "individual": sorted(
                [
                    (
                        bytes(row.ciphertext),
                        bytes(row.digest or b""),
                        row.cause,
                        row.valid_from,
                        row.valid_until,
                    )
                    for row in IndividualNumber.objects.filter(**_rows(rows))
                ],
                key=str,
            ),
        }
    return state


def _rows(rows):
    return {"addressee_id": rows["addressee"], "superseded_at": rows["superseded_at"]}


@contextmanager
def forgotten():
    """Run something and forget it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
