"""What is due for a month, computed for everybody at once from the law and the present facts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from child_allowance.models import Proposal
from child_allowance.rules.amounts import Child, amounts_for
from child_allowance.rules.income import Benefit, Dependants, benefit_for, income_year
from child_allowance.rules.months import Month
from child_allowance.rules.statutes import NoLawForMonth, law_of
from sapporo_base.acts import Act, Refusal
from sapporo_base.bulk import Progress, SilentProgress, Staging, temporary_staging

FETCHED_AT_ONCE = 20_000

# One row a recipient: the children that count in the month, in arrays of one order.
SITUATIONS = """
SELECT r.id, i.income, i.dependants, i.elderly,
       array_agg(c.id ORDER BY c.born_on, c.id),
       array_agg(c.born_on ORDER BY c.born_on, c.id),
       array_agg(c.cared_for AND c.confirmed_on IS NOT NULL ORDER BY c.born_on, c.id)
  FROM child_allowance_recipient r
  JOIN child_allowance_supportedchild c ON c.recipient_id = r.id
   AND c.counted_from <= %(month)s AND (c.counted_until IS NULL OR c.counted_until > %(month)s)
   AND NOT c.in_facility
  LEFT JOIN child_allowance_incomeassessment i
    ON i.recipient_id = r.id AND i.income_year = %(income_year)s
 WHERE r.entitled_from <= %(month)s AND (r.entitled_until IS NULL OR r.entitled_until > %(month)s)
   AND (r.settled_before IS NULL OR r.settled_before <= %(month)s)
   {narrowed}
 GROUP BY r.id, i.income, i.dependants, i.elderly
"""

# What is in a payment that went out stays; everything else follows the facts.
TAKE_OVER = """
MERGE INTO child_allowance_entitlement e
USING {staging} s ON e.child_id = s.child_id AND e.month = s.month
WHEN MATCHED AND e.payment_id IS NULL
     AND (e.amount, e.rule, e.rank) IS DISTINCT FROM (s.amount, s.rule, s.rank) THEN
  UPDATE SET amount = s.amount, rule = s.rule, rank = s.rank, computed_at = %(at)s
WHEN NOT MATCHED THEN
  INSERT (child_id, recipient_id, month, amount, rule, rank, computed_at)
  VALUES (s.child_id, s.recipient_id, s.month, s.amount, s.rule, s.rank, %(at)s)
"""

NO_LONGER_DUE = """
DELETE FROM child_allowance_entitlement e
 WHERE e.month = %(month)s AND e.payment_id IS NULL
   AND (%(only)s::bigint[] IS NULL OR e.recipient_id = ANY(%(only)s::bigint[]))
   AND NOT EXISTS (SELECT FROM {staging} s WHERE s.child_id = e.child_id)
"""

PAID_OTHERWISE = """
INSERT INTO child_allowance_proposal
       (recipient_id, child_id, kind, month, reason, source, state, raised_at, settled_because)
SELECT e.recipient_id, e.child_id, %(kind)s, e.month,
       '支払済 ' || e.amount || '円、再計算 ' || coalesce(s.amount, 0) || '円',
       'compute ' || coalesce(s.amount, 0), 'open', %(at)s, ''
  FROM child_allowance_entitlement e
  LEFT JOIN {staging} s ON s.child_id = e.child_id
 WHERE e.month = %(month)s AND e.payment_id IS NOT NULL
   AND (%(only)s::bigint[] IS NULL OR e.recipient_id = ANY(%(only)s::bigint[]))
   AND e.amount IS DISTINCT FROM coalesce(s.amount, 0)
    ON CONFLICT DO NOTHING
"""


class MonthCannotBeComputed(Refusal):
    """The law of the month is not known here."""

    code = "month_not_computable"
    message = "この月分は計算できません(2012年6月分からが対象です)。"


@dataclass(frozen=True)
class ComputedMonth:
    """What a computation did; `without_income`: recipients whose income of then is unknown."""

    month: Month
    recipients: int
    children: int
    yen: int
    without_income: int
    differences: int


@transaction.atomic
def compute_entitlements(
    *,
    month: Month,
    act: Act,
    recipient_ids: list[int] | None = None,
    progress: Progress | None = None,
) -> ComputedMonth:
    """
    Write what each child is worth in a month; computing again changes only what the facts changed.

    What was paid out stays as it is: a difference becomes an 異動提案 for staff.

    :param recipient_ids: only these, or everybody.
    :raises MonthCannotBeComputed: the month lies before 2012-06.
    """
    try:
        law_of(month)
    except NoLawForMonth:
        raise MonthCannotBeComputed from None
    progress = progress or SilentProgress()
    progress.begin(f"{month}分の算定")
    with temporary_staging(
        "child_allowance_due",
        {
            "child_id": "bigint",
            "recipient_id": "bigint",
            "month": "date",
            "amount": "integer",
            "rule": "text",
            "rank": "smallint",
        },
    ) as staging:
        counts = _fill(staging, month, recipient_ids, progress)
        staging.execute("ANALYZE {staging}")
        told: dict[str, Any] = {"month": month.first_day, "only": recipient_ids, "at": act.at}
        staging.execute(TAKE_OVER, at=act.at)
        staging.execute(NO_LONGER_DUE, **told)
        differences = staging.execute(PAID_OTHERWISE, kind=Proposal.Kind.DIFFERENCE, **told)
    return ComputedMonth(month=month, differences=differences, **counts)


def _fill(
    staging: Staging, month: Month, recipient_ids: list[int] | None, progress: Progress
) -> dict[str, int]:
    counts = {"recipients": 0, "children": 0, "yen": 0, "without_income": 0}
    for situations in _situations(month, recipient_ids):
        rows = list(_due(situations, month, counts))
        staging.copy(["child_id", "recipient_id", "month", "amount", "rule", "rank"], rows)
        counts["children"] += len(rows)
        counts["yen"] += sum(row[3] for row in rows)
        progress.advance(len(situations))
    return counts


def _situations(month: Month, recipient_ids: list[int] | None) -> Iterator[list[tuple[Any, ...]]]:
    narrowed = "" if recipient_ids is None else "AND r.id = ANY(%(only)s)"
    connection.ensure_connection()
    with connection.connection.cursor(name="child_allowance_situations") as cursor:
        cursor.execute(
            SITUATIONS.replace("{narrowed}", narrowed),
            {
                "month": month.first_day,
                "income_year": income_year(month),
                "only": recipient_ids,
            },
        )
        while situations := cursor.fetchmany(FETCHED_AT_ONCE):
            yield situations


def _due(
    situations: list[tuple[Any, ...]], month: Month, counts: dict[str, int]
) -> Iterator[tuple[int, int, date, int, str, int | None]]:
    law, first_day = law_of(month), month.first_day
    for recipient, income, dependants, elderly, ids, births, cared_for in situations:
        if law.income.tested and income is None:
            counts["without_income"] += 1
            continue
        benefit = (
            benefit_for(law, income, Dependants(dependants, elderly))
            if law.income.tested
            else Benefit.CHILD_ALLOWANCE
        )
        counts["recipients"] += 1
        # A birth that nobody knows is never computed: such children wait for an examiner.
        known = [
            (child, Child(birth, cared_for=counted))
            for child, birth, counted in zip(ids, births, cared_for, strict=True)
            if birth is not None
        ]
        amounts = amounts_for([child for _, child in known], month, benefit)
        for (child, _), found in zip(known, amounts, strict=True):
            if found.amount:
                yield child, recipient, first_day, found.amount, found.rule.value, found.rank
