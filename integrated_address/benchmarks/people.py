"""People with numbers and 符号, for the measurements that ask about somebody."""

from collections.abc import Collection

from django.db import connection, transaction

from integrated_address import selectors, services
from integrated_address.services.numbering import STAGED
from sapporo_base import sealing
from sapporo_base import selectors as base
from sapporo_base.benchmarks.callers import measuring_act
from sapporo_base.bulk import temporary_staging
from sapporo_base.sample_city import fictitious_individual_number

# Nobody opens or looks for these 個人番号: bytes of the same length take no key and no time of Python.
_MASSES = """
INSERT INTO {staging}
    (business_number, digest, ciphertext, name, name_kana, kana_key, name_key, resident_state)
SELECT 'B' || serial, sha256(convert_to('d' || serial, 'UTF8')),
    sha256(convert_to('c' || serial, 'UTF8')) || sha256(convert_to('e' || serial, 'UTF8')),
    '測定　太郎', '', '', '測定 太郎', ''
FROM generate_series(%(first)s::int, %(until)s::int - 1) AS serial
"""
_REAL = """
UPDATE {staging} s SET digest = told.digest, ciphertext = told.ciphertext
FROM unnest(%(numbers)s::varchar[], %(digests)s::bytea[], %(ciphertexts)s::bytea[])
    AS told (number, digest, ciphertext)
WHERE s.business_number = told.number
"""
_COLUMNS = ["business_number", "digest", "ciphertext", "name", "name_kana", "resident_state"]
FIRST_SERIAL = 95_000_000
MASSES_FROM = 80_000_000
"""Fifteen million 個人番号 for a register that grows."""


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
    _tidy()
    if not have_codes:
        return
    numbered = selectors.integrated_numbers_of(
        system=base.system(codes[0]), business_numbers=numbers
    )
    services.request_linkage_codes(act=measuring_act())
    acquired = [(number, "acquired", "") for number in numbered.values()]
    services.record_code_states(states=acquired, act=measuring_act())


def grow(*, first: int, until: int, code: str, asked: Collection[int]) -> None:
    """
    Number people as B<first> … below B<until>, made in the database; those who will be asked for
    have a 個人番号, the others what looks like a sealed one.
    """
    sealer = sealing.NumberSealer()
    real = sorted(serial for serial in set(asked) if first <= serial < until)
    sealed = [sealer.seal(fictitious_individual_number(MASSES_FROM + serial)) for serial in real]
    with transaction.atomic(), temporary_staging("bench_people", STAGED) as staging:
        staging.execute(_MASSES, first=first, until=until)
        staging.execute("ANALYZE {staging}")
        staging.execute(
            _REAL,
            numbers=[f"B{serial}" for serial in real],
            digests=[one.digest for one in sealed],
            ciphertexts=[one.ciphertext for one in sealed],
        )
        services.number_newcomers(
            staging=staging, system=base.system(code), act=measuring_act(), fill=False
        )
    _tidy()


def _tidy() -> None:
    """Give the register what the server itself gives one that grew over years: nothing is left to write."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")
