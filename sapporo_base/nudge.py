"""
Wake-up calls: after a commit, tell a worker that a queue has work.

A nudge may be lost: the row is the queue, and the scheduler finds it again. It only hastens.
"""

import logging
import time
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
_QUIET_SECONDS = 0.2
_last: dict[str, float] = {}


def nudge(task: str, *, queue: str = "interactive", **options: Any) -> None:
    """
    Send the named task without arguments after the present transaction has committed.

    Several nudges of one task within a fifth of a second are one.
    """
    transaction.on_commit(lambda: _send(task, queue, options))


def _send(task: str, queue: str, options: dict[str, Any]) -> None:
    now = time.monotonic()
    if now - _last.get(task, -1.0) < _QUIET_SECONDS:
        # The one under way may have begun before our commit: let another follow.
        options = {"countdown": _QUIET_SECONDS, **options}
        if now < _last.get(task, -1.0):
            return
        _last[task] = now + _QUIET_SECONDS
    else:
        _last[task] = now
    try:
        current_app.send_task(task, queue=queue, ignore_result=True, retry=False, **options)
    except (OperationalError, OSError):
        logger.warning(
            "broker does not take a nudge for %s; the scheduler will find the work", task
        )
