"""
符号照合: numbers and 符号取得状況 compared with the platform range by range, and differences mended.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction

from gateway.models import CodeDifference, CodeReconciliation, Inquiry, PlatformNumber
from gateway.services.numbers import begin_numbers_anew, release_inquiries
from integrated_address import selectors as addressee_questions
from integrated_address import services as addressees
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotNow
from sapporo_base.bulk import temporary_staging
from sapporo_base.nudge import nudge

Kind, State = CodeDifference.Kind, CodeDifference.State
_LONGEST_RUN = timedelta(hours=3)
_TOLD = {"integrated_number": "text", "status": "text", "cause": "text"}
_HELD = {"integrated_number": "text", "code_state": "text", "numbered_at": "timestamptz"}
# What is on its way, or moved since the comparison began, is no difference: the next one shows it.
_COMPARE = """
CREATE TEMPORARY TABLE gateway_codes_compared ON COMMIT DROP AS
SELECT c.*,
    p.exchange_id IS NOT NULL
    OR coalesce(p.state IN ('to_register', 'to_delete'), false)
    OR coalesce(p.state = 'registered' AND p.code_state = 'waiting', false)
    OR coalesce(greatest(p.registered_at, p.requested_at, p.acquired_at) > %(began)s, false)
    OR (p.integrated_number IS NULL AND coalesce(c.numbered_at > %(began)s, false)) AS is_moving
FROM (
    SELECT coalesce(h.integrated_number, t.integrated_number) AS integrated_number,
        h.numbered_at, coalesce(h.code_state, '') AS state_here,
        coalesce(t.status, '') AS state_there, coalesce(t.cause, '') AS cause,
        CASE
            WHEN t.integrated_number IS NULL THEN 'unknown_there'
            WHEN h.integrated_number IS NULL THEN 'unknown_here'
            WHEN h.code_state IN ('', 'not_requested') THEN
                CASE WHEN t.status IN ('acquired', 'requested') THEN 'out_of_date_there' END
            WHEN t.status = 'acquired' AND h.code_state <> 'acquired' THEN 'acquired_there'
            WHEN t.status = 'failed' AND h.code_state <> 'failed' THEN 'failed_there'
            WHEN t.status = 'requested' AND h.code_state NOT IN ('requested', 'requested_again')
                THEN 'requested_there'
            WHEN t.status = 'not_requested' AND h.code_state <> 'failed' THEN 'not_requested_there'
        END AS kind
    FROM gateway_numbers_held_here h FULL JOIN {staging} t USING (integrated_number)
) c
LEFT JOIN gateway_platformnumber p USING (integrated_number)
WHERE c.kind IS NOT NULL
"""
_NAME = """
INSERT INTO gateway_codedifference AS d
    (reconciliation_id, integrated_number, kind, state_here, state_there, cause, state, found_at)
SELECT %(run)s, integrated_number, kind, state_here, state_there, left(cause, 300), 'open', %(at)s
FROM gateway_codes_compared WHERE NOT is_moving
ON CONFLICT (integrated_number) WHERE state IN ('open', 'mending')
DO UPDATE SET reconciliation_id = excluded.reconciliation_id, kind = excluded.kind,
    state_here = excluded.state_here, state_there = excluded.state_there, cause = excluded.cause,
    state = 'open'
"""
_SETTLE = """
UPDATE gateway_codedifference d
SET state = CASE d.state WHEN 'mending' THEN 'mended' ELSE 'gone' END, settled_at = %(at)s
WHERE d.state IN ('open', 'mending') AND d.reconciliation_id <> %(run)s
  AND d.integrated_number > %(after)s AND (%(until)s = '' OR d.integrated_number <= %(until)s)
  AND NOT EXISTS (
    SELECT FROM gateway_codes_compared c WHERE c.integrated_number = d.integrated_number
  )
"""
_FREE = """
SELECT d.id, d.integrated_number, d.kind, d.state_there, d.cause
FROM gateway_codedifference d
LEFT JOIN gateway_platformnumber p USING (integrated_number)
WHERE d.id = ANY(%(ids)s) AND d.state = 'open' AND p.exchange_id IS NULL
ORDER BY d.id FOR UPDATE OF d
"""
_TELL = """
INSERT INTO gateway_platformnumber AS p
    (integrated_number, state, code_state, registers_again, is_urgent, serial, due_at, attempts,
     reason, no_automatic_answer, not_disclosed, sent_no_automatic_answer, sent_not_disclosed,
     flags_attempts, flags_error, correlation_id)
SELECT number, %(state)s, 'none', false, false, '', %(at)s, 0, '', false, false, false, false, 0, '',
    %(trip)s
FROM unnest(%(numbers)s::varchar[]) AS number
ON CONFLICT (integrated_number) DO UPDATE
SET state = excluded.state, due_at = excluded.due_at, attempts = 0, reason = '',
    code_state = CASE excluded.state WHEN 'to_register' THEN 'none' ELSE p.code_state END,
    sent_no_automatic_answer = false, sent_not_disclosed = false,
    flags_due_at = CASE
        WHEN excluded.state = 'to_register' AND (p.no_automatic_answer OR p.not_disclosed)
        THEN excluded.due_at ELSE p.flags_due_at
    END
"""
# What the platform lost with a number is laid down there again.
_SEND_COPIES_AGAIN = """
UPDATE gateway_copy SET state = 'waiting', due_at = %(at)s, attempts = 0
WHERE integrated_number = ANY(%(numbers)s) AND state = 'forwarded' AND exchange_id IS NULL
"""
_TAKE_OVER = """
UPDATE gateway_platformnumber p
SET code_state = told.state, reason = told.cause, attempts = 0, due_at = %(at)s,
    state = 'registered',
    acquired_at = CASE told.state WHEN 'acquired' THEN %(at)s ELSE p.acquired_at END,
    is_urgent = p.is_urgent AND told.state <> 'acquired'
FROM unnest(%(numbers)s::varchar[], %(states)s::varchar[], %(causes)s::varchar[])
    AS told (number, state, cause)
WHERE p.integrated_number = told.number
"""
_MENDED_HOW = {
    Kind.UNKNOWN_THERE: "registered",
    Kind.UNKNOWN_HERE: "deleted_there",
    Kind.ACQUIRED_THERE: "taken_over",
    Kind.FAILED_THERE: "taken_over",
    Kind.REQUESTED_THERE: "taken_over",
    Kind.NOT_REQUESTED_THERE: "requested_again",
    Kind.OUT_OF_DATE_THERE: "registered_anew",
}


@dataclass(frozen=True, slots=True)
class ToldCode:
    """One number as the platform holds it: the state of its 符号, and why it failed."""

    integrated_number: str
    status: str
    cause: str = ""


@dataclass(frozen=True, slots=True)
class CodeMending:
    """How many differences are mended in which way, and how many are left for now."""

    registered: int = 0
    deleted_there: int = 0
    taken_over: int = 0
    requested_again: int = 0
    registered_anew: int = 0
    left: int = 0


@transaction.atomic
def begin_code_reconciliation(*, act: Act) -> CodeReconciliation:
    """
    Begin a comparison. One that was killed is broken off after a few hours.

    :raises NotNow: another one runs.
    """
    running = CodeReconciliation.objects.select_for_update().filter(
        state=CodeReconciliation.State.RUNNING
    )
    for one in running:
        if act.at - one.started_at < _LONGEST_RUN:
            raise NotNow("符号照合を実行中です。終わってからもう一度実行してください。")
        _end(one, CodeReconciliation.State.BROKEN, act, reason="途中で止まりました。")
    return CodeReconciliation.objects.create(started_at=act.at)


@transaction.atomic
def compare_codes(
    run: CodeReconciliation, told: Sequence[ToldCode], *, after: str, until: str, act: Act
) -> None:
    """
    Compare the numbers in (after, until] with what the platform told of them, and name what differs.

    :param until: empty: to the last one.
    """
    with (
        temporary_staging("gateway_numbers_held_here", _HELD) as held,
        temporary_staging("gateway_numbers_held_there", _TOLD) as there,
    ):
        count_here = addressee_questions.add_code_states_between(
            held, ("integrated_number", "code_state", "numbered_at"), after=after, until=until
        )
        there.copy(list(_TOLD), ((t.integrated_number, t.status, t.cause) for t in told))
        there.execute(_COMPARE, began=run.started_at)
        where = {"run": run.pk, "at": act.at, "after": after, "until": until}
        named = there.execute(_NAME, **where)
        there.execute(_SETTLE, **where)
        ((moving,),) = there.select("SELECT count(*) FROM gateway_codes_compared WHERE is_moving")
        there.execute("DROP TABLE gateway_codes_compared")
    run.count_here += count_here
    run.count_there += len(told)
    run.difference_count += named
    run.in_flight += moving
    run.save(update_fields=["count_here", "count_there", "difference_count", "in_flight"])


@transaction.atomic
def end_code_reconciliation(run: CodeReconciliation, *, act: Act) -> None:
    """End a comparison that saw every number."""
    states = CodeReconciliation.State
    _end(run, states.DIFFERENT if run.difference_count else states.EQUAL, act)


@transaction.atomic
def break_off_code_reconciliation(run: CodeReconciliation, *, reason: str, act: Act) -> None:
    """Note that a comparison did not get to the end; what it found stays, what it did not see too."""
    _end(run, CodeReconciliation.State.BROKEN, act, reason=reason)


def _end(run: CodeReconciliation, state: str, act: Act, *, reason: str = "") -> None:
    run.state, run.ended_at, run.reason = state, act.at, reason[:300]
    run.save(update_fields=["state", "ended_at", "reason"])


@transaction.atomic
def request_code_reconciliation(*, act: Act) -> None:
    """Have numbers and 符号 compared with the platform now, not only at night."""
    base.record_linkage(act, "codes_compared", provider="札幌市長")
    nudge("gateway.tasks.reconcile_codes", queue="bulk")


def open_code_differences(*, kinds: Collection[str] = ()) -> list[int]:
    """Return the 相違番号 that wait, all or of some kinds."""
    waiting = CodeDifference.objects.filter(state=State.OPEN)
    if kinds:
        waiting = waiting.filter(kind__in=kinds)
    return list(waiting.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def mend_code_differences(*, ids: Collection[int], act: Act, dry_run: bool = False) -> CodeMending:
    """
    Mend differences, each by its own act: register again, delete there, take over, request again.

    What is already mended, or on its way in a message, is left.

    :param dry_run: say what would be done, and do nothing.
    :raises InvalidRequest: no reason is given.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FREE, {"ids": list(ids)})
        rows = cursor.fetchall()
    counts = Counter(_MENDED_HOW[Kind(kind)] for _, _, kind, _, _ in rows)
    plan = CodeMending(**counts, left=len(ids) - len(rows))
    if dry_run:
        return plan
    if not act.reason:
        raise InvalidRequest(fields={"reason": "理由を入力してください。"})
    by_how: dict[str, list[tuple[int, str, str, str]]] = {how: [] for how in counts}
    for pk, number, kind, state, cause in rows:
        by_how[_MENDED_HOW[Kind(kind)]].append((pk, number, state, cause))
    for how, members in by_how.items():
        _ACTS[how](members, act)
        is_done = how == "taken_over"
        CodeDifference.objects.filter(pk__in=[pk for pk, *_ in members]).update(
            state=State.MENDED if is_done else State.MENDING,
            settled_at=act.at if is_done else None,
            mended_by=act.staff,
        )
    if rows:
        base.record_linkage(
            act,
            "code_differences_mended",
            subjects=[("integrated", number) for _, number, *_ in rows],
            provider="札幌市長",
            detail="、".join(f"{_WORDS[how]}{count:,}件" for how, count in counts.items()),
        )
        nudge("gateway.tasks.read_feeds")
    return plan


_Members = Sequence[tuple[int, str, str, str]]


def _register_again(members: _Members, act: Act) -> None:
    numbers = [number for _, number, *_ in members]
    _tell(PlatformNumber.State.TO_REGISTER, numbers, act)
    with connection.cursor() as cursor:
        cursor.execute(_SEND_COPIES_AGAIN, {"numbers": numbers, "at": act.at})
    states = addressee_questions.code_states_of(numbers)
    lost = [number for number in numbers if states.get(number, "not_requested") in _ONCE_ASKED]
    _ask_anew(lost, "プラットフォームに番号がなかったため", act)


def _delete_there(members: _Members, act: Act) -> None:
    _tell(PlatformNumber.State.TO_DELETE, [number for _, number, *_ in members], act)


def _take_over(members: _Members, act: Act) -> None:
    numbers, states, causes = zip(*((n, s, c) for _, n, s, c in members), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE_OVER,
            {
                "numbers": list(numbers),
                "states": list(states),
                "causes": list(causes),
                "at": act.at,
            },
        )
    addressees.take_over_code_states(
        states=[(n, s, c or _TAKEN_OVER) for n, s, c in zip(numbers, states, causes, strict=True)],
        act=act,
    )
    acquired = [n for n, s in zip(numbers, states, strict=True) if s == "acquired"]
    release_inquiries(acquired, act)


def _request_again(members: _Members, act: Act) -> None:
    numbers = [number for _, number, *_ in members]
    PlatformNumber.objects.filter(pk__in=numbers).update(
        code_state=PlatformNumber.CodeState.NONE, state=PlatformNumber.State.REGISTERED
    )
    _ask_anew(numbers, "プラットフォームで未要求だったため", act)


def _register_anew(members: _Members, act: Act) -> None:
    begin_numbers_anew([number for _, number, *_ in members], act)


def _tell(state: str, numbers: Sequence[str], act: Act) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _TELL,
            {
                "numbers": list(numbers),
                "state": state,
                "at": act.at,
                "trip": act.correlation_id,
            },
        )


def _ask_anew(numbers: Sequence[str], why: str, act: Act) -> None:
    if numbers:
        reason = f"符号照合: {why}({act.reason})"
        addressees.request_codes_anew(
            integrated_numbers=numbers, act=act.for_purpose(reason=reason)
        )
        waiting = Inquiry.State.WAITING_CODE
        urgent = Inquiry.objects.filter(state=waiting, integrated_number__in=numbers)
        PlatformNumber.objects.filter(pk__in=urgent.values("integrated_number")).update(
            is_urgent=True
        )


_TAKEN_OVER = "符号照合で中間サーバの状態を引き継ぎました。"
_ONCE_ASKED = {"requested", "requested_again", "acquired"}
_WORDS = {
    "registered": "再登録",
    "deleted_there": "プラットフォームから削除",
    "taken_over": "状態の引継ぎ",
    "requested_again": "再要求",
    "registered_anew": "登録し直し",
}
_ACTS = {
    "registered": _register_again,
    "deleted_there": _delete_there,
    "taken_over": _take_over,
    "requested_again": _request_again,
    "registered_anew": _register_anew,
}
