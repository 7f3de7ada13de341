"""Makes people for the tests of 団体内統合宛名."""

from datetime import date

from django.db import transaction

from integrated_address import selectors, services
from integrated_address.models import BusinessNumber
from integrated_address.services import FourBasicItems
from integrated_address.services.numbering import STAGED
from sapporo_base import sealing
from sapporo_base.bulk import temporary_staging
from tests.factories import fictitious_individual_number, system

HANAKO = FourBasicItems(
    name="札幌　花子",
    name_kana="サッポロ　ハナコ",
    birth_on=date(1990, 4, 5),
    sex="2",
    residential_address="北海道札幌市中央区北一条西二丁目",
)


def numbered(act, *, number="100", serial=1, code="001-000", basics=HANAKO, state="1"):
    """Number one person by the register's request; `serial` None means without 個人番号."""
    return services.number_person(
        system=system(code),
        business_number=number,
        individual_number=None if serial is None else fictitious_individual_number(serial),
        basics=basics,
        resident_state=state,
        act=act,
    )


def number_many(act, *, people, code, first_serial=1):
    """Number people as N1, N2, … of a system; return business number → 団体内統合宛名番号."""
    sealer = sealing.NumberSealer()
    rows = []
    for serial in range(first_serial, first_serial + people):
        sealed = sealer.seal(fictitious_individual_number(serial))
        rows.append((f"N{serial}", sealed.digest, sealed.ciphertext, "札幌　花子"))
    with transaction.atomic(), temporary_staging("newcomers", STAGED) as staging:
        staging.copy(["business_number", "digest", "ciphertext", "name"], rows)
        services.number_newcomers(staging=staging, system=system(code), act=act)
    return selectors.integrated_numbers_of(
        system=system(code), business_numbers=[number for number, *_ in rows]
    )


def open_flag():
    """Return the business number whose row bears the 統合宛名フラグ."""
    return BusinessNumber.objects.get(integrated_flag=True, superseded_at=None).number
