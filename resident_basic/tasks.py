"""Periodic work of 個人基本."""

from celery import shared_task

from resident_basic import services
from sapporo_base.tasks import task_act


@shared_task
def forward_households() -> int:
    """Forward 世帯情報 that changed to 市中間サーバ; return how many copies changed."""
    return services.forward_households(act=task_act("030-001")).changed
