"""Links between 団体内統合宛名 and the numbers of business systems."""

from django.db import connection, transaction

from integrated_address.models import BusinessNumber, IntegratedAddressee
from integrated_address.selectors import present_number
from integrated_address.services.locks import wait_for_masses
from sapporo_base import services as base
from sapporo_base.acts import Act, NotFound, Refusal
from sapporo_base.bulk import Staging
from sapporo_base.models import BusinessSystem

_MARK_PROBLEMS = """
UPDATE {staging} s SET problem = '業務番号は別の方に紐付いています。'
FROM integrated_address_businessnumber b
WHERE b.system_id = %(system)s AND b.number = s.{number}
  AND b.valid_until IS NULL AND b.superseded_at IS NULL AND b.addressee_id <> s.{integrated}
  AND b.addressee_id <> integrated_address_present_number(s.{integrated})
"""
_LINK = """
INSERT INTO integrated_address_businessnumber
    (system_id, number, addressee_id, integrated_flag, valid_from, recorded_at)
SELECT %(system)s, pair.number, a.integrated_number, false, %(day)s, %(at)s
FROM (
    SELECT DISTINCT s.{number} AS number, s.{integrated} AS integrated_number
    FROM {{staging}} s WHERE s.{number} IS NOT NULL AND s.{integrated} IS NOT NULL
) pair
LEFT JOIN integrated_address_integratedaddressee gone
    ON gone.integrated_number = pair.integrated_number AND gone.merged_into_id IS NOT NULL
JOIN integrated_address_integratedaddressee a
    ON a.integrated_number = CASE WHEN gone.integrated_number IS NULL THEN pair.integrated_number
        ELSE integrated_address_present_number(gone.integrated_number) END
    AND a.state = 'active'
ON CONFLICT (system_id, number) WHERE valid_until IS NULL AND superseded_at IS NULL DO NOTHING
"""


class NumberBelongsToAnother(Refusal):
    """The business number is already linked to someone else."""

    code = "number_belongs_to_another"
    message = "業務番号は別の方に紐付いています。紐付けを確認してください。"


@transaction.atomic
def link_business_number(
    *, integrated_number: str, system: BusinessSystem, number: str, act: Act
) -> BusinessNumber:
    """
    Link a 業務番号 to an addressee. Linking the same pair again changes nothing.

    A number that was merged stands for the one it is answered with.

    :raises NumberBelongsToAnother: the number is someone else's.
    :raises NotFound: no such 団体内統合宛名番号 is in use.
    """
    wait_for_masses()
    integrated_number = present_number(integrated_number)
    active = IntegratedAddressee.State.ACTIVE
    if not IntegratedAddressee.objects.filter(pk=integrated_number, state=active).exists():
        raise NotFound("該当する団体内統合宛名番号がありません。")
    link, created = BusinessNumber.objects.get_or_create(
        system=system,
        number=number,
        valid_until=None,
        superseded_at=None,
        defaults={
            "addressee_id": integrated_number,
            "valid_from": act.day,
            "recorded_at": act.at,
        },
    )
    if link.addressee_id != integrated_number:
        # The number stays out of the message: logs have more readers than this table has.
        raise NumberBelongsToAnother
    if created:
        base.record_linkage(
            act,
            "number_linked",
            receiver_code=system.code,
            subjects=[("integrated", integrated_number), ("business", number)],
        )
    return link


@transaction.atomic
def link_numbers(
    *,
    staging: Staging,
    system: BusinessSystem,
    number_column: str,
    integrated_column: str,
    act: Act,
) -> int:
    """
    Link the pairs of a staging table; the same again changes nothing. Return how many are new.

    A number that is someone else's stays theirs; where the staging has a column `problem`, it says
    so.
    """
    wait_for_masses()
    number, integrated = (connection.ops.quote_name(c) for c in (number_column, integrated_column))
    parameters = {"system": system.pk, "day": act.day, "at": act.at}
    linked = staging.execute(_LINK.format(number=number, integrated=integrated), **parameters)
    has_problem = staging.select(
        "SELECT count(*) FROM pg_attribute WHERE attrelid = %(table)s::regclass"
        " AND attname = 'problem' AND NOT attisdropped",
        table=staging.filled("{staging}"),
    )
    if has_problem[0][0]:
        statement = _MARK_PROBLEMS.replace("{number}", number).replace("{integrated}", integrated)
        staging.execute(statement, **parameters)
    base.record_linkage(act, "numbers_linked", receiver_code=system.code, subject_count=linked)
    return linked
