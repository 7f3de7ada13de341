"""People with numbers and 符号, for the measurements that ask about somebody."""

from django.db import connection, transaction

from integrated_address import selectors, services
from integrated_address.services.numbering import STAGED
from sapporo_base import sealing
from sapporo_base import selectors as base
from sapporo_base.benchmarks.callers import measuring_act
from sapporo_base.bulk import temporary_staging
from sapporo_base.sample_city import fictitious_individual_number

_COLUMNS = ["business_number", "digest", "ciphertext", "name", "name_kana", "resident_state"]
FIRST_SERIAL = 95_000_000


def number_people(people: int, *, codes: tuple[str, ...], have_codes: bool = True) -> None:
    """Number people as B0 … of each system, with their 符号 acquired or not."""
    sealer = sealing.NumberSealer()
    numbers = [f"B{serial}" for serial in range(people)]
    for code in codes:
        with transaction.atomic(), temporary_staging("bench_people", STAGED) as staging:
            rows = []
            for serial, number in enumerate(numbers):
                sealed = sealer.seal(fictitious_individual_number(FIRST_SERIAL + serial))
                rows.append((number, sealed.digest, sealed.ciphertext, "測定　太郎", "", ""))
            staging.copy(_COLUMNS, rows)
            services.number_newcomers(
                staging=staging, system=base.system(code), act=measuring_act()
            )
    # What a register that grew over years has: statistics. Without them a list is a seq scan a row.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    if not have_codes:
        return
    numbered = selectors.integrated_numbers_of(
        system=base.system(codes[0]), business_numbers=numbers
    )
    services.request_linkage_codes(act=measuring_act())
    acquired = [(number, "acquired", "") for number in numbered.values()]
    services.record_code_states(states=acquired, act=measuring_act())
