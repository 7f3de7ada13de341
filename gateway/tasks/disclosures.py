"""自己情報提供: learned of every few minutes; which items were shown, every night by file."""

import logging

from celery import shared_task

from gateway.models import Exchange
from gateway.platform import failures, messages
from gateway.services import disclosures
from gateway.tasks import answers, line

logger = logging.getLogger(__name__)
_ONLINE_PAGE = 100


@shared_task(name="gateway.tasks.fetch_disclosures")
def fetch_disclosures() -> int:
    """
    Learn which people looked at their own data since the last time; return how many looks.

    A full page online (IF_JTK_10112) means that there are many: then they come as a file.
    """
    disclosures.forget_contents(act=line.act())
    after = disclosures.sequence_read()
    try:
        told = line.client().disclosures(after)
        if len(told) >= _ONLINE_PAGE:
            receipt = line.client().request_disclosure_file(after)
            told = answers.made(lambda: line.client().fetch_disclosures(receipt)) or told
    except failures.PlatformError as error:
        logger.info("self disclosures not fetched: %s", type(error).__name__)
        return 0
    return disclosures.note_disclosures([_as_told(one) for one in told], act=line.act())


def _as_told(one: messages.Disclosure) -> disclosures.ToldDisclosure:
    return disclosures.ToldDisclosure(
        sequence=one.sequence,
        disclosure_id=one.disclosure_id,
        integrated_number=one.integrated_number,
        information_code=one.information_code,
        requested_at=one.requested_at,
        provided_at=one.provided_at,
        result=str(one.result),
        result_code=one.result_code,
    )


@shared_task(name="gateway.tasks.fetch_disclosed_items")
def fetch_disclosed_items() -> int:
    """Learn by file which items people were shown, by name only; return of how many looks."""
    ids = disclosures.without_item_names()
    if not ids:
        return 0
    try:
        receipt = line.client().upload_disclosed_request(ids)
        told = answers.made(lambda: line.client().fetch_disclosed_contents(receipt))
    except failures.PlatformError as error:
        logger.info("disclosed items not fetched: %s", type(error).__name__)
        return 0
    names = {one.disclosure_id: sorted(one.items) for one in told or () if one.reason is None}
    return disclosures.keep_item_names(names, act=line.act())


def _show(exchange: Exchange) -> None:
    disclosure = disclosures.disclosure_in(exchange)
    (content,) = line.client().disclosed_contents([disclosure.pk], correlation=line.trip(exchange))
    disclosures.settle_content(
        exchange,
        content.items,
        answers.why(content.reason) if content.reason else None,
        act=line.act(),
    )


STEPS = {"show_disclosed": _show}
