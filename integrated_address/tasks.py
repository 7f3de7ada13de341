"""Periodic work of 団体内統合宛名: doubtful identity is looked for behind the intake."""

import time

from celery import shared_task

from integrated_address import services
from sapporo_base.tasks import task_act

_SECONDS = 15.0
_OWN = "032-000"


@shared_task
def match_newcomers() -> int:
    """Match who was numbered or has changed since the last time, for a while; return how many."""
    ends = time.monotonic() + _SECONDS
    matched = 0
    while step := services.match_newcomers(act=task_act(_OWN)):
        matched += step
        if time.monotonic() > ends:
            break
    return matched


@shared_task
def find_candidates() -> int:
    """Compare everybody with whoever is like them; return how many pairs are new or have changed."""
    # Splink and DuckDB are loaded by the worker that runs this, by no other process.
    from integrated_address.services.matching import bulk  # noqa: PLC0415

    return bulk.find_candidates(act=task_act(_OWN)).changed
