"""マスター更新情報: fetched every hour, so that nobody learns of a change by a refusal."""

import logging

from celery import shared_task

from gateway.platform import failures
from gateway.services import masters
from gateway.tasks import line

logger = logging.getLogger(__name__)
_PAGES = 100


@shared_task(name="gateway.tasks.fetch_master_updates")
def fetch_master_updates() -> int:
    """Fetch マスター更新情報 since the last time (IF_SCM_30112); return how many are new."""
    received = 0
    for _ in range(_PAGES):
        try:
            updates = line.client().master_updates(masters.newest_update())
        except failures.PlatformError as error:
            logger.info("master updates not fetched: %s", type(error).__name__)
            break
        if not updates:
            break
        told = [
            masters.ToldUpdate(
                sequence=one.sequence,
                kind=str(one.kind),
                change=str(one.change),
                valid_from=one.valid_from,
                valid_until=one.valid_until,
                table=one.table,
                code=one.code,
                name=one.name,
                procedure_code=one.affair_code,
                step_code=one.procedure_code,
                information_code=one.information_code,
                inquirer_code=one.inquirer_code,
                provider_code=one.provider_code,
            )
            for one in updates
        ]
        received += masters.receive_updates(told, act=line.act())
    return received
