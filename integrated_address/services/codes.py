"""符号取得状況の管理: what was asked for, what came of it. The 符号 itself never comes here."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection, transaction

from integrated_address.models import IntegratedAddressee, LinkageCodeStatus
from integrated_address.rules import CodeState
from integrated_address.selectors.codes import SELECTED, CodeSelection
from integrated_address.services.sql import REQUEST_CODES
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotFound, NotNow
from sapporo_base.nudge import nudge

_REQUEST = (
    """
WITH moved AS (
    UPDATE integrated_address_linkagecodestatus s
    SET state = CASE s.state WHEN 'failed' THEN 'requested_again' ELSE 'requested' END,
        since = %(at)s, cause = ''
    FROM integrated_address_integratedaddressee a
    WHERE a.integrated_number = s.addressee_id AND a.state = 'active' AND {wanted}
    RETURNING s.addressee_id, old.state AS state_before, new.state
), told AS (
    INSERT INTO integrated_address_linkagecodestep
        (addressee_id, state_before, state, at, cause, correlation_id)
    SELECT addressee_id, state_before, state, %(at)s, %(reason)s, %(trip)s FROM moved
    RETURNING addressee_id
)
"""
    + REQUEST_CODES
)
_ALL_NEW = "s.state = 'not_requested'"
_NAMED = "s.state IN ('not_requested', 'failed') AND s.addressee_id = ANY(%(numbers)s)"
_SELECTED = f"{SELECTED} AND (%(with_protected)s OR NOT a.under_support)"
# The platform has lost, or never had, what the city holds: asked for anew, whatever it held.
_ANEW = (
    """
WITH moved AS (
    UPDATE integrated_address_linkagecodestatus s
    SET state = 'requested_again', since = %(at)s, cause = %(reason)s
    FROM integrated_address_integratedaddressee a
    WHERE a.integrated_number = s.addressee_id AND a.state = 'active'
      AND s.addressee_id = ANY(%(numbers)s)
    RETURNING s.addressee_id, old.state AS state_before, new.state
), told AS (
    INSERT INTO integrated_address_linkagecodestep
        (addressee_id, state_before, state, at, cause, correlation_id)
    SELECT addressee_id, state_before, state, %(at)s, %(reason)s, %(trip)s FROM moved
    RETURNING addressee_id
)
"""
    + REQUEST_CODES
)

# The state is hidden from the statistics: after a mass of requests they are stale, say that nobody waits,
# and the join is planned as one look through the whole list for each person.
_RECORD = """
WITH told AS (
    SELECT * FROM unnest(%(numbers)s::varchar[], %(states)s::varchar[], %(causes)s::varchar[])
        AS t (integrated_number, state, cause)
), moved AS (
    UPDATE integrated_address_linkagecodestatus s
    SET state = told.state, since = %(at)s, cause = told.cause
    FROM told
    WHERE s.addressee_id = told.integrated_number AND {movable}
    RETURNING new.addressee_id, old.state AS state_before, new.state, new.cause
)
INSERT INTO integrated_address_linkagecodestep
    (addressee_id, state_before, state, at, cause, correlation_id)
SELECT addressee_id, state_before, state, %(at)s, cause, %(trip)s FROM moved
"""
_AWAITED = """coalesce(s.state, '') IN ('requested', 'requested_again')
      AND told.state IN ('acquired', 'failed')"""
_DIFFERING = "coalesce(s.state, '') <> told.state"


class NoIndividualNumber(NotNow):
    """A 符号 belongs to a 個人番号: without one there is none to acquire."""

    code = "no_individual_number"
    message = (
        "個人番号が登録されていないため、符号を要求できません。"
        "個人番号を登録すると「未要求」になり、要求できます。"
    )


class NothingToRequest(NotNow):
    """The 符号 is there or on its way."""

    code = "nothing_to_request"
    message = "符号は取得済か要求中です。依頼するものはありません。"


@transaction.atomic
def request_linkage_codes(*, integrated_numbers: Collection[str] | None = None, act: Act) -> int:
    """
    Request the 符号 of these people, or of everyone for whom none was requested; return how many.

    Who has one, or waits for one, is left alone; after an error it is a 再要求. People without a
    個人番号 have no 符号取得状況 and are never asked for.
    """
    if integrated_numbers is None:
        return _request(_REQUEST.format(wanted=_ALL_NEW), {}, act)
    return _request(_REQUEST.format(wanted=_NAMED), {"numbers": list(integrated_numbers)}, act)


@transaction.atomic
def request_selected_codes(*, selection: CodeSelection, act: Act) -> int:
    """
    Request the 符号 of everyone whom the selection takes, in one statement; return how many.

    Who was 未要求 becomes 要求中, who was エラー 再要求; each step bears the reason of the act.

    :raises InvalidRequest: no reason is given, or the state has nothing to request.
    """
    if not act.reason:
        raise InvalidRequest(fields={"reason": "理由を入力してください。"})
    if selection.state not in {CodeState.NOT_REQUESTED, CodeState.FAILED}:
        raise InvalidRequest("一括で依頼できるのは、未要求の方とエラーの方です。")
    return _request(
        _REQUEST.format(wanted=_SELECTED),
        selection.as_parameters(),
        act,
        detail=f"一括: {selection.in_words()}",
    )


@transaction.atomic
def request_code_of_person(*, integrated_number: str, act: Act) -> str:
    """
    Request the 符号 of one person; return the state that follows.

    :raises NotFound: no such number is in use. :raises NoIndividualNumber: 個人番号未登録.
    :raises NothingToRequest: the 符号 is there or on its way.
    """
    person = IntegratedAddressee.objects.filter(pk=integrated_number, state="active").first()
    if person is None:
        raise NotFound("この団体内統合宛名番号は使われていません(削除または名寄せ済)。")
    if not LinkageCodeStatus.objects.filter(addressee=person).exists():
        raise NoIndividualNumber
    if not request_linkage_codes(integrated_numbers=[integrated_number], act=act):
        raise NothingToRequest
    return LinkageCodeStatus.objects.get(addressee=person).state


@transaction.atomic
def request_codes_anew(*, integrated_numbers: Collection[str], act: Act) -> int:
    """
    Request 符号 again whatever the city holds of them: the platform does not have them.

    For the reconciliation with the platform (符号照合); the reason of the act stands in each step.
    """
    return _request(_ANEW, {"numbers": list(integrated_numbers)}, act, detail="符号照合")


def _request(statement: str, values: dict[str, Any], act: Act, *, detail: str = "") -> int:
    with connection.cursor() as cursor:
        common = {"at": act.at, "trip": act.correlation_id, "reason": act.reason[:300]}
        cursor.execute(statement, values | common)
        count = sum(int(size) for (size,) in cursor.fetchall())
    if count:
        base.record_linkage(act, "codes_requested", subject_count=count, detail=detail)
        nudge("gateway.tasks.read_feeds")
    return count


@transaction.atomic
def record_code_states(*, states: Iterable[tuple[str, str, str]], act: Act) -> int:
    """
    Write down what the platform says of requested 符号; return how many moved.

    :param states: (団体内統合宛名番号, "acquired" or "failed", cause). Repetitions change nothing.
    """
    return _record(_AWAITED, states, act)


@transaction.atomic
def take_over_code_states(*, states: Iterable[tuple[str, str, str]], act: Act) -> int:
    """
    Take over what the platform holds of these people, from whatever the city held (符号照合).

    :param states: (団体内統合宛名番号, 符号取得状況, cause). Return how many moved.
    """
    return _record(_DIFFERING, states, act, detail="符号照合")


def _record(
    movable: str, states: Iterable[tuple[str, str, str]], act: Act, *, detail: str = ""
) -> int:
    told = list(states)
    if not told:
        return 0
    numbers, values, causes = zip(*told, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORD.format(movable=movable),
            {
                "at": act.at,
                "trip": act.correlation_id,
                "numbers": list(numbers),
                "states": list(values),
                "causes": [cause[:300] for cause in causes],
            },
        )
        moved = int(cursor.rowcount)
    if moved:
        base.record_linkage(act, "code_states_recorded", subject_count=moved, detail=detail)
    return moved
