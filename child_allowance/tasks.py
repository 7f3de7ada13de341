"""Work of 児童手当 that goes on by itself: answers, facts, changes. Decisions are people's."""

from celery import shared_task

from child_allowance.services.claims import work_on_claims as work_on_claims_now
from child_allowance.services.proposals import read_changes as read_changes_now
from sapporo_base.acts import NotPermitted
from sapporo_base.tasks import task_act


@shared_task
def work_on_claims() -> int:
    """Read answers, judge claims, ask what is missing; return how many claims were looked at."""
    return work_on_claims_now(act=task_act("027-000")).looked_at


@shared_task
def read_changes() -> int:
    """Read 宛名異動 and propose what may follow; return how many. Without 利用申請 they wait."""
    count = 0
    try:
        while (read := read_changes_now(act=task_act("027-000"))).changes:
            count += read.changes
    except NotPermitted:
        return count
    return count
