"""課税情報の連携: from 税宛名, by 個人番号 or the number it bore before, revisions kept."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from integrated_address import selectors as integrated_selectors
from integrated_address import services as integrated_address
from integrated_address.services.numbering import STAGED
from sapporo_base import selectors as base_selectors
from sapporo_base import services as base
from sapporo_base.acts import Act
from sapporo_base.bulk import Progress, Staging, temporary_staging
from sapporo_base.layouts import load_layout
from social_address import selectors

_TAX_SYSTEM: Final = "010-000"
_NOT_ITEMS: Final = frozenset(
    {
        "tax_number",
        "individual_number",
        "name",
        "name_kana",
        "born_on",
        "sex",
        "municipality_code",
        "town_code",
        "prefecture",
        "municipality",
        "town",
        "block",
        "building",
        "postal_code",
    }
)
_EXTRA: Final = {
    "digest": "bytea",
    "integrated_number": "varchar(15)",
    "number_found": "text",
    "addressee_number": "text",
}
_TWICE: Final = """
UPDATE {staging} s SET rejected_item = 'tax_number',
    rejected_reason = '同じ課税年度・更正回数の行が重複している。'
FROM (SELECT tax_number, tax_year, revision::int AS revision, min(row_number) AS first
      FROM {staging} GROUP BY 1, 2, 3 HAVING count(*) > 1) t
WHERE t.tax_number = s.tax_number AND t.tax_year = s.tax_year
    AND t.revision = s.revision::int AND s.row_number > t.first
"""
_PEOPLE: Final = """
INSERT INTO social_address_taxed (business_number, digest, ciphertext, name, name_kana, birth_on,
    birth_text, sex, residential_address, resident_state)
SELECT DISTINCT ON (tax_number) tax_number, digest,
    decode(nullif(split_part(individual_number, ':', 2), ''), 'hex'), name, coalesce(name_kana, ''),
    born_on::date, '', coalesce(sex, '0'),
    concat(prefecture, municipality, town, block, building), ''
FROM {staging}
WHERE rejected_item IS NULL AND digest IS NOT NULL
ORDER BY tax_number, row_number
"""
_ADDRESSEE: Final = """
UPDATE {staging} s SET addressee_number = s.number_found
WHERE s.addressee_number IS NULL AND s.number_found IS NOT NULL AND EXISTS (
    SELECT FROM social_address_socialaddressee a WHERE a.addressee_number = s.number_found)
"""
_ALIKE: Final = """
UPDATE {staging} s SET addressee_number = found.number
FROM (
    SELECT c.row_number, min(a.addressee_number) AS number
    FROM {staging} c
    JOIN social_address_addresseeversion v ON v.is_latest AND v.name = c.name
        AND v.born_on = c.born_on::date AND v.sex = c.sex
    JOIN social_address_socialaddressee a ON a.id = v.addressee_id
    WHERE c.addressee_number IS NULL AND c.digest IS NULL AND c.rejected_item IS NULL
    GROUP BY c.row_number HAVING count(*) = 1
) found WHERE found.row_number = s.row_number
"""
_NOBODY: Final = """
UPDATE {staging} SET rejected_item = CASE WHEN digest IS NULL THEN 'individual_number'
        ELSE 'tax_number' END,
    rejected_reason = CASE WHEN digest IS NULL
        THEN '個人番号がなく、氏名・生年月日・性別からも本人を特定できない。'
        ELSE '社会保障宛名に該当する者がない。' END
WHERE rejected_item IS NULL AND addressee_number IS NULL
"""
_SAME_PERSON_TWICE: Final = """
UPDATE {staging} s SET rejected_item = 'tax_number',
    rejected_reason = '同じ者の同じ課税年度・更正回数の行が重複している。'
FROM (SELECT addressee_number, tax_year, revision::int AS revision, min(row_number) AS first
      FROM {staging} WHERE rejected_item IS NULL GROUP BY 1, 2, 3 HAVING count(*) > 1) t
WHERE t.addressee_number = s.addressee_number AND t.tax_year = s.tax_year
    AND t.revision = s.revision::int AND s.row_number > t.first
"""
_STORE: Final = """
INSERT INTO social_address_taxinformation (addressee_id, tax_number, tax_year, revision, is_latest,
    revised_on, undeclared, taxation, total_income, items, recorded_at)
SELECT a.id, s.tax_number, s.tax_year::int, s.revision::int, false, s.revised_on::date,
    s.undeclared, s.taxation, s.total_income::bigint,
    jsonb_strip_nulls(to_jsonb(s) - %(left_out)s::text[]), %(at)s::timestamptz
FROM {staging} s JOIN social_address_socialaddressee a ON a.addressee_number = s.addressee_number
WHERE s.rejected_item IS NULL
ON CONFLICT (addressee_id, tax_year, revision) DO UPDATE SET tax_number = EXCLUDED.tax_number,
    revised_on = EXCLUDED.revised_on, undeclared = EXCLUDED.undeclared,
    taxation = EXCLUDED.taxation, total_income = EXCLUDED.total_income, items = EXCLUDED.items,
    recorded_at = EXCLUDED.recorded_at
WHERE (social_address_taxinformation.items, social_address_taxinformation.revised_on)
    IS DISTINCT FROM (EXCLUDED.items, EXCLUDED.revised_on)
"""
_OF_FILE: Final = """
FROM (SELECT DISTINCT a.id, s.tax_year::int AS tax_year FROM {staging} s
      JOIN social_address_socialaddressee a ON a.addressee_number = s.addressee_number
      WHERE s.rejected_item IS NULL) f
WHERE t.addressee_id = f.id AND t.tax_year = f.tax_year
"""
_HIGHER: Final = """
EXISTS (SELECT FROM social_address_taxinformation n WHERE n.addressee_id = t.addressee_id
    AND n.tax_year = t.tax_year AND n.revision > t.revision)
"""
_NOT_LATEST: Final = (
    "UPDATE social_address_taxinformation t SET is_latest = false"
    f" {_OF_FILE} AND t.is_latest AND {_HIGHER}"
)
_LATEST: Final = (
    "UPDATE social_address_taxinformation t SET is_latest = true"
    f" {_OF_FILE} AND NOT t.is_latest AND NOT {_HIGHER}"
)


def receive_taxes(
    *,
    path: Path,
    act: Act,
    dry_run: bool = False,
    progress: Progress | None = None,
    encoding: str = "",
) -> base.Receipt:
    """
    Receive the file of 税宛名; the same file again changes nothing (source text, function 2).

    People are found by 個人番号 in 団体内統合宛名, where the 税宛名番号 is linked on the way; who has
    none there is found by name, birth and sex, if that is one person.

    :raises UnreadableFile: the file as a whole can't be received; nothing is stored.
    """
    return base.receive_file(
        path=path,
        layout="tax",
        kind="receive_taxes",
        extra=_EXTRA,
        merge=_merge,
        act=act,
        dry_run=dry_run,
        progress=progress,
        encoding=encoding,
    )


def _merge(staging: Staging, act: Act) -> Mapping[str, int]:
    staging.execute(
        "UPDATE {staging} SET digest = decode(split_part(individual_number, ':', 1), 'hex')"
        " WHERE individual_number IS NOT NULL"
    )
    staging.execute(_TWICE)
    tax_system = base_selectors.system(_TAX_SYSTEM)
    with temporary_staging("social_address_taxed", STAGED) as taxed:
        staging.execute(_PEOPLE)
        taxed.execute("ANALYZE {staging}")
        integrated_address.number_newcomers(staging=taxed, system=tax_system, act=act)
    integrated_selectors.fill_integrated_numbers_by_digest(staging)
    for code in (selectors.RESIDENT_REGISTER, selectors.OWN_SYSTEM):
        integrated_selectors.fill_business_numbers(
            staging, base_selectors.system(code), "integrated_number", "number_found"
        )
        staging.execute(_ADDRESSEE)
    for statement in (_ALIKE, _NOBODY, _SAME_PERSON_TWICE):
        staging.execute(statement)
    kept = {one.name for one in load_layout("tax").fields} - _NOT_ITEMS
    left_out = [
        *_NOT_ITEMS,
        *_EXTRA,
        "row_number",
        "rejected_item",
        "rejected_reason",
    ]
    stored = staging.execute(_STORE, at=act.at, left_out=left_out)
    staging.execute(_NOT_LATEST)
    staging.execute(_LATEST)
    taken = staging.count("rejected_item IS NULL")
    base.record_linkage(
        act,
        "taxes_received",
        subject_count=taken,
        items=kept,
        information="地方税関係情報",
        detail="税宛名からの課税情報",
    )
    return {"受領": taken, "登録・変更": stored}
