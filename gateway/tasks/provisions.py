"""情報提供 under 自動応答不可, and the platform's 情報提供等記録."""

import logging
import time

from celery import shared_task

from gateway.models import Exchange
from gateway.platform import failures, messages
from gateway.services import provisions
from gateway.tasks import line

logger = logging.getLogger(__name__)
_PAUSE_SECONDS = 0.05


@shared_task(name="gateway.tasks.look_for_provisions")
def look_for_provisions() -> int:
    """Ask for inquiries of others that wait for staff, and fetch what each asks."""
    try:
        waiting = line.client().waiting_provisions()
        known = provisions.known_provisions([one.provision_id for one in waiting])
        contents = [
            line.client().provision_content(one.provision_id)
            for one in waiting
            if one.provision_id not in known
        ]
    except failures.PlatformError as error:
        logger.info("provisions not looked for: %s", type(error).__name__)
        return 0
    told = [
        provisions.ToldProvision(
            provision_id=one.provision_id,
            integrated_number=one.integrated_number,
            asker_code=one.asker_code,
            asker_name=one.asker_name,
            procedure_code=one.affair_code,
            step_code=one.procedure_code,
            information_code=one.information_code,
            asked_at=one.asked_at,
            not_disclosed=one.withheld,
            copy_items=one.copy_items,
        )
        for one in contents
    ]
    return provisions.note_provisions(told, act=line.act())


def _answer(exchange: Exchange) -> None:
    provision = provisions.provision_in(exchange)
    try:
        line.client().register_answer(
            provision.provision_id,
            messages.ProvisionAnswer(provision.answer),
            provision.answer_items,
            correlation=line.trip(exchange),
        )
        line.client().permit_sending(provision.provision_id, correlation=line.trip(exchange))
    except failures.PlatformRefused as error:
        if error.reason.code != failures.ReasonCode.WRONG_STATE:
            raise
        # It was sent before a crash: the platform has the answer.
    provisions.settle_answer(exchange, act=line.act())


@shared_task(name="gateway.tasks.fetch_exchange_records")
def fetch_exchange_records() -> int:
    """Fetch the platform's 情報提供等記録 since the last time (番号法第23条)."""
    kept = 0
    try:
        receipt = line.client().request_exchange_records(provisions.records_read())
        for _ in range(100):
            records = line.client().fetch_exchange_records(receipt)
            if records is not None:
                break
            time.sleep(_PAUSE_SECONDS)
        else:
            return 0
    except failures.PlatformError as error:
        logger.info("exchange records not fetched: %s", type(error).__name__)
        return 0
    told = [
        provisions.ToldRecord(
            sequence=one.sequence,
            as_inquirer=one.side is messages.RecordSide.INQUIRER,
            inquirer=one.inquirer_code,
            provider=one.provider_code,
            integrated_number=one.integrated_number,
            procedure_code=one.affair_code,
            information_code=one.information_code,
            requested_at=one.requested_at,
            provided_at=one.provided_at,
            result=one.result,
            items=one.items,
            not_disclosed=one.withheld,
        )
        for one in records
    ]
    kept += provisions.keep_exchange_records(told, act=line.act())
    return kept


STEPS = {"answer": _answer}
