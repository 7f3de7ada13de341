"""Links between 団体内統合宛名 and the numbers of business systems."""

from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from integrated_address.models import BusinessNumber, IntegratedAddressee
from integrated_address.selectors import present_number
from integrated_address.services.locks import lock_people, wait_for_masses
from integrated_address.services.time import KNOWN, OPEN, end, hand_on_flag, instead
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotFound, NotNow, Refusal
from sapporo_base.bulk import Staging
from sapporo_base.models import BusinessSystem

NOT_AHEAD = (
    "先の日付にはできません。その日までは有効な業務番号のため、その日になってから終了してください。"
)
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


class PeriodIsTaken(Refusal):
    """The business number was somebody else's within the period."""

    code = "period_is_taken"
    message = (
        "この業務番号は、指定した期間に別の方のものでした。"
        "期間を確かめるか、紐付誤りの訂正を起案してください。"
    )


@transaction.atomic
def end_link(*, system: BusinessSystem, number: str, on: date, act: Act) -> BusinessNumber:
    """
    End the link of a business number: `on` is the first day on which it is not the person's any more.

    The person stays, and what the number was until then can be asked for. The same again changes nothing.

    :raises NotFound: the system has no such number in use.
    :raises InvalidRequest: the day lies before the link began, or ahead: until then the number is in use.
    """
    wait_for_masses()
    link = _locked(system, number, **OPEN)
    if link is None:
        ended = _newest_closed(system, number)
        if ended is not None and ended.valid_until == on:
            return ended
        raise NotFound("該当する業務番号がないか、既に終了しています。")
    if on < link.valid_from:
        raise InvalidRequest(fields={"on": "有効開始日より前の日では終了できません。"})
    if on > act.day:
        raise InvalidRequest(fields={"on": NOT_AHEAD})
    ended = end(link, act, on=on)
    hand_on_flag(ended.addressee_id)
    _record(act, "link_ended", ended)
    return ended


@transaction.atomic
def reopen_link(*, system: BusinessSystem, number: str, act: Act) -> BusinessNumber:
    """
    Open the link of a business number again that ended last, as if it had not ended.

    :raises NotFound: the number was never ended, or is in use.
    :raises NumberBelongsToAnother: the number is in use by someone else meanwhile.
    :raises NotNow: the person was deleted.
    """
    wait_for_masses()
    in_use = _locked(system, number, **OPEN)
    ended = _newest_closed(system, number)
    if in_use is not None and ended is not None and in_use.addressee_id != ended.addressee_id:
        raise NumberBelongsToAnother
    if in_use is not None or ended is None:
        raise NotFound("終了した紐付がありません。")
    if ended.addressee.state != IntegratedAddressee.State.ACTIVE:
        raise NotNow("この方の団体内統合宛名は削除されています。")
    link = instead(ended, act, valid_until=None, integrated_flag=_bears_flag_again(ended))
    hand_on_flag(link.addressee_id)
    _record(act, "link_reopened", link)
    return link


@transaction.atomic
def correct_period(
    *, link_id: int, valid_from: date, valid_until: date | None, act: Act
) -> BusinessNumber:
    """
    Correct since when and until when a business number was a person's; the wrong period stays readable.

    :raises NotFound: no such link is known (any more).
    :raises InvalidRequest: it would end before it begins, or ends ahead: until then it is open.
    :raises PeriodIsTaken: it was somebody else's within the period.
    """
    wait_for_masses()
    known = BusinessNumber.objects.filter(pk=link_id, **KNOWN)
    lock_people(known.values_list("addressee_id", flat=True))
    link = known.select_related("system").first()
    if link is None:
        raise NotFound("この紐付は、既に訂正されています。画面を開き直してください。")
    if valid_until is not None and valid_until < valid_from:
        raise InvalidRequest(fields={"valid_until": "有効終了日は有効開始日以後にしてください。"})
    if valid_until is not None and valid_until > act.day:
        raise InvalidRequest(fields={"valid_until": NOT_AHEAD})
    others = BusinessNumber.objects.filter(system=link.system, number=link.number, **KNOWN)
    others = others.exclude(pk=link.pk).filter(Q(valid_until=None) | Q(valid_until__gt=valid_from))
    if valid_until is not None:
        others = others.filter(valid_from__lt=valid_until)
    if others.exists():
        raise PeriodIsTaken
    flag = valid_until is None and _bears_flag_again(link)
    corrected = instead(
        link, act, valid_from=valid_from, valid_until=valid_until, integrated_flag=flag
    )
    hand_on_flag(corrected.addressee_id)
    _record(act, "link_corrected", corrected)
    return corrected


def _locked(system: BusinessSystem, number: str, **which: Any) -> BusinessNumber | None:
    links = BusinessNumber.objects.filter(system=system, number=number, **which)
    lock_people(links.values_list("addressee_id", flat=True))
    return links.select_related("system", "addressee").first()


def _bears_flag_again(link: BusinessNumber) -> bool:
    """Say whether a link that bore the 統合宛名フラグ bears it when it is open: nobody else got it meanwhile."""
    others = BusinessNumber.objects.filter(addressee=link.addressee_id, **OPEN).exclude(pk=link.pk)
    return link.integrated_flag and not others.filter(integrated_flag=True).exists()


def _newest_closed(system: BusinessSystem, number: str) -> BusinessNumber | None:
    closed = BusinessNumber.objects.filter(
        system=system, number=number, valid_until__isnull=False, **KNOWN
    ).order_by("-valid_until", "-pk")
    lock_people(closed.values_list("addressee_id", flat=True))
    return closed.select_related("system", "addressee").first()


def _record(act: Act, kind: str, link: BusinessNumber) -> None:
    base.record_linkage(
        act,
        kind,
        receiver_code=link.system.code,
        subjects=[("integrated", link.addressee_id), ("business", link.number)],
    )


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
