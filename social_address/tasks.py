"""Periodic work of 社会保障宛名."""

from celery import shared_task

from sapporo_base.acts import NotPermitted
from sapporo_base.tasks import task_act
from social_address import services


@shared_task
def follow_residents() -> int:
    """Take over the 異動情報 of 個人基本; return how many. Nothing without an approved 利用申請."""
    try:
        return services.follow_residents(act=task_act("030-002")).count
    except NotPermitted:
        return 0


@shared_task
def follow_merges() -> int:
    """Take over the 名寄せ of 団体内統合宛名 that concern its own numbers; return how many notices."""
    return services.follow_merges(act=task_act("030-002"))
