"""付番 by file: business numbers of any systems with their people (layout `business_numbers`)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from integrated_address.rules import RESIDENT_REGISTER, Doubt
from integrated_address.services.numbering import STAGED, number_newcomers
from sapporo_base import selectors as base_selectors
from sapporo_base import services as base
from sapporo_base.acts import Act
from sapporo_base.bulk import Progress, Staging, temporary_staging
from sapporo_base.selectors.reference import UnknownSystem

LAYOUT: Final = "business_numbers"
_TWICE: Final = """
UPDATE {staging} s SET rejected_item = 'business_number',
    rejected_reason = '同じ業務番号の行が、このファイルに既にある(' || t.first || '行)。'
FROM (
    SELECT system_code, business_number, min(row_number) AS first FROM {staging}
    GROUP BY 1, 2 HAVING count(*) > 1
) t
WHERE t.system_code = s.system_code AND t.business_number = s.business_number
  AND s.row_number > t.first
"""
# Each system's numbers are looked for in the file, in every plan: what was just linked is in no statistics yet.
_INDEX: Final = "CREATE INDEX ON {staging} (system_code, business_number)"
_REJECT_SYSTEM: Final = """
UPDATE {staging} SET rejected_item = %(item)s, rejected_reason = %(reason)s
WHERE rejected_item IS NULL AND system_code = %(code)s
"""
_ENDS_EARLY: Final = """
UPDATE {staging} SET rejected_item = 'valid_until',
    rejected_reason = '有効終了年月日が有効開始年月日より前である。'
WHERE rejected_item IS NULL AND valid_until::date < valid_from::date
"""
# An end that lies ahead has not come: until then the number is in use, and a later file tells it again.
_NOT_YET: Final = """
UPDATE {staging} SET valid_until = NULL
WHERE rejected_item IS NULL AND valid_until::date > %(day)s
"""
# What ended is told again with every file: known as it is, it changes nothing.
_ENDED_ALREADY: Final = """
UPDATE {staging} s SET is_known = true
FROM integrated_address_businessnumber b
WHERE s.system_code = %(code)s AND s.rejected_item IS NULL AND s.valid_until IS NOT NULL
  AND b.system_id = %(system)s AND b.number = s.business_number AND b.superseded_at IS NULL
  AND b.valid_until = s.valid_until::date
"""
_OTHER_TIMES: Final = """
UPDATE {staging} s SET rejected_item = 'valid_from',
    rejected_reason = '有効開始年月日が、この業務番号の終了した紐付の期間にある。'
FROM integrated_address_businessnumber b
WHERE s.system_code = %(code)s AND s.rejected_item IS NULL AND NOT s.is_known
  AND b.system_id = %(system)s AND b.number = s.business_number AND b.superseded_at IS NULL
  AND b.valid_until > s.valid_from::date
  AND NOT EXISTS (
      SELECT FROM integrated_address_businessnumber o
      WHERE o.system_id = b.system_id AND o.number = b.number
        AND o.valid_until IS NULL AND o.superseded_at IS NULL)
"""
_FILL: Final = """
INSERT INTO {newcomers} (business_number, digest, ciphertext, name, name_kana, birth_on, sex,
    residential_address, resident_state, resident_number, valid_from)
SELECT s.business_number,
    CASE WHEN %(may_use)s THEN decode(split_part(s.individual_number, ':', 1), 'hex') END,
    CASE WHEN %(may_use)s THEN decode(split_part(s.individual_number, ':', 2), 'hex') END,
    s.name, coalesce(s.name_kana, ''), s.born_on::date, s.sex,
    concat(s.prefecture, s.municipality, s.town, s.block,
        CASE WHEN s.building IS NOT NULL THEN '　' || s.building END),
    '', CASE WHEN %(is_register)s THEN NULL ELSE s.resident_number END, s.valid_from::date
FROM {{staging}} s
WHERE s.system_code = %(code)s AND s.rejected_item IS NULL AND NOT s.is_known
"""
_MAY_NOT: Final = """
UPDATE {staging} SET rejected_item = 'individual_number',
    rejected_reason = 'この庁内業務システムは個人番号を利用できない。住民宛名番号で紐付ける。'
WHERE rejected_item IS NULL AND system_code = %(code)s AND individual_number IS NOT NULL
"""
_DOUBTS: Final = """
UPDATE {staging} s SET rejected_item = %(item)s, rejected_reason = %(words)s
FROM {newcomers} n
WHERE s.system_code = %(code)s AND n.business_number = s.business_number AND n.doubt = %(doubt)s
"""
# Links that the file says have ended: the open one is superseded by one with an end.
_END: Final = """
WITH ended AS (
    UPDATE integrated_address_businessnumber b SET superseded_at = %(at)s
    FROM {staging} s
    WHERE s.system_code = %(code)s AND s.rejected_item IS NULL AND NOT s.is_known
      AND s.valid_until IS NOT NULL AND b.system_id = %(system)s AND b.number = s.business_number
      AND b.valid_until IS NULL AND b.superseded_at IS NULL
    RETURNING b.system_id, b.number, b.addressee_id, b.valid_from, s.valid_until::date AS until
)
INSERT INTO integrated_address_businessnumber
    (system_id, number, addressee_id, integrated_flag, valid_from, valid_until, recorded_at)
SELECT system_id, number, addressee_id, false, valid_from, greatest(until, valid_from), %(at)s
FROM ended
"""
_ITEMS: Final = {
    Doubt.NUMBER_IS_ANOTHERS: "business_number",
    Doubt.RESIDENT_IS_UNKNOWN: "resident_number",
}


def number_people(
    *,
    path: Path,
    act: Act,
    dry_run: bool = False,
    progress: Progress | None = None,
    encoding: str = "",
) -> base.Receipt:
    """
    Number the people of a file, or link their business numbers; the same file again changes nothing.

    A system that uses 個人番号 is linked by it, every other by the 住民宛名番号. What a human must look
    at is rejected with its reason, the rest is done.

    :raises UnreadableFile: the file as a whole can't be received; nothing is stored.
    """
    return base.receive_file(
        path=path,
        layout=LAYOUT,
        kind="number_people",
        extra={"is_known": "boolean DEFAULT false"},
        merge=_merge,
        act=act,
        dry_run=dry_run,
        progress=progress,
        encoding=encoding,
    )


def _merge(staging: Staging, act: Act) -> Mapping[str, int]:
    staging.execute(_INDEX)
    staging.execute(_TWICE)
    staging.execute(_ENDS_EARLY)
    ahead = staging.execute(_NOT_YET, day=act.day)
    total = {"付番": 0, "紐付": 0, "終了": 0, "変更なし": 0}
    for (code,) in staging.select("SELECT DISTINCT system_code FROM {staging} ORDER BY 1"):
        for name, count in _of_system(staging, code, act).items():
            total[name] += count
    return {**total, "うち終了日が先(まだ終了していない)": ahead}


def _of_system(staging: Staging, code: str, act: Act) -> Mapping[str, int]:
    try:
        system = base_selectors.system(code)
    except UnknownSystem:
        reason = "庁内業務システムが登録されていない。"
        staging.execute(_REJECT_SYSTEM, item="system_code", reason=reason, code=code)
        return {}
    which = {"code": code, "system": system.pk}
    if not system.uses_individual_number:
        staging.execute(_MAY_NOT, **which)
    staging.execute(_ENDED_ALREADY, **which)
    staging.execute(_OTHER_TIMES, **which)
    with temporary_staging("integrated_file", STAGED) as newcomers:
        staging.execute(
            _FILL.format(newcomers=newcomers.name),
            **which,
            may_use=system.uses_individual_number,
            is_register=code in RESIDENT_REGISTER,
        )
        counts = number_newcomers(staging=newcomers, system=system, act=act)
        for doubt in counts.doubts:
            staging.execute(
                _DOUBTS.replace("{newcomers}", newcomers.name),
                **which,
                doubt=doubt.value,
                words=doubt.words,
                item=_ITEMS.get(doubt, "individual_number"),
            )
    ended = staging.execute(_END, **which, at=act.at)
    known = staging.count(f"system_code = '{system.code}' AND is_known")
    return {
        "付番": counts.numbered,
        "紐付": counts.linked,
        "終了": ended,
        "変更なし": counts.known + known,
    }
