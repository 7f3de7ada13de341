"""
The Celery application: broker and schedule come from the settings, tasks from each app's `tasks`.
"""

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import before_task_publish, heartbeat_sent, task_prerun

from sapporo_base.broker import use_whole_files

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sapporo_base.settings")

use_whole_files()
app = Celery("sapporo_base")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_configure.connect
def _make_broker_folders(sender: Celery, **kwargs: Any) -> None:
    options = sender.conf.broker_transport_options or {}
    for name in ("data_folder_in", "data_folder_out", "control_folder"):
        if folder := options.get(name):
            Path(folder).mkdir(parents=True, exist_ok=True)


@before_task_publish.connect
def _send_correlation_id(headers: dict[str, Any], **kwargs: Any) -> None:
    from sapporo_base import correlation

    headers.setdefault("correlation", correlation.current())


@task_prerun.connect
def _join_trip(task: Any, **kwargs: Any) -> None:
    from sapporo_base import correlation

    correlation.begin(task.request.get("correlation"))


@heartbeat_sent.connect
def _note_sign_of_life(sender: Any, **kwargs: Any) -> None:
    """Every few seconds the worker's main process says which queues it serves."""
    from django.db import DatabaseError
    from django.utils import timezone

    from sapporo_base import services

    try:
        for queue in sender.eventer.app.amqp.queues.consume_from:
            services.note_heartbeat(f"worker:{queue}", at=timezone.now())
    except DatabaseError:
        sender.eventer.app.log.get_default_logger().warning("heartbeat could not be stored")
