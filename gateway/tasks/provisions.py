"""情報提供 under 自動応答不可: who waits, what they ask, our answers and the permission to send them."""

import logging
from collections.abc import Callable, Sequence

from celery import shared_task

from gateway.models import Exchange, Provision
from gateway.platform import failures, messages
from gateway.services import provisions
from gateway.services.answers import Told, Why
from gateway.tasks import answers, line

logger = logging.getLogger(__name__)
_ONLINE_AT_MOST = 20


@shared_task(name="gateway.tasks.look_for_provisions")
def look_for_provisions() -> int:
    """
    Ask for inquiries of others that wait for staff, and fetch what each asks; return how many are new.

    Where more wait than one message holds, the list and the contents come by file.
    """
    try:
        listed = line.client().waiting_provisions()
        if not listed.is_whole:
            provisions.prepare_provision_list(step="list", act=line.act())
            return 0
        ids = [one.provision_id for one in listed.waiting]
        wanted = provisions.provisions_to_look_at(ids)
        if len(wanted) > _ONLINE_AT_MOST:
            provisions.prepare_provision_list(step="contents", ids=wanted, act=line.act())
            return 0
        contents = [line.client().provision_content(one) for one in wanted]
    except failures.PlatformError as error:
        logger.info("provisions not looked for: %s", type(error).__name__)
        return 0
    return provisions.note_provisions([_as_told(one) for one in contents], act=line.act())


def _as_told(one: messages.ProvisionContent) -> provisions.ToldProvision:
    return provisions.ToldProvision(
        provision_id=one.provision_id,
        integrated_number=one.integrated_number,
        asker_code=one.asker_code,
        asker_name=one.asker_name,
        procedure_code=one.affair_code,
        step_code=one.procedure_code,
        information_code=one.information_code,
        asked_at=one.asked_at,
        not_disclosed=one.withheld,
        answer_due_at=one.answer_due_at,
        is_withdrawn=one.state is messages.ProvisionState.WITHDRAWN,
        copy_items=one.copy_items,
    )


def _list(exchange: Exchange) -> None:
    trip = line.trip(exchange)
    if exchange.interface_id == "IF_TKY_11321":
        answers.in_two_steps(
            exchange,
            send=lambda: line.client().request_waiting_file(correlation=trip),
            fetch=lambda receipt: line.client().fetch_waiting_file(receipt, correlation=trip),
            settle=lambda waiting: provisions.settle_provision_list(
                exchange, [one.provision_id for one in waiting], act=line.act()
            ),
        )
        return
    answers.in_two_steps(
        exchange,
        send=lambda: line.client().upload_content_request(
            exchange.payload["ids"], correlation=trip
        ),
        fetch=lambda receipt: line.client().fetch_contents(receipt, correlation=trip),
        settle=lambda contents: provisions.settle_provision_contents(
            exchange, [_as_told(one) for one in contents], act=line.act()
        ),
    )


def _answer(exchange: Exchange) -> None:
    rows = provisions.provisions_in(exchange)
    trip = line.trip(exchange)
    if exchange.interface_id == "IF_TKY_20311":
        (row,) = rows
        told = _by_one(
            exchange,
            row,
            lambda: line.client().register_answer(
                row.provision_id,
                messages.ProvisionAnswer(row.answer),
                row.answer_items,
                correlation=trip,
            ),
        )
        provisions.settle_answers(exchange, told, act=line.act())
        return
    answers.in_two_steps(
        exchange,
        send=lambda: line.client().upload_answers(
            [
                messages.Answer(
                    provisions.record_id_of(exchange, row),
                    row.provision_id,
                    messages.ProvisionAnswer(row.answer),
                    row.answer_items,
                )
                for row in rows
            ],
            correlation=trip,
        ),
        fetch=lambda receipt: line.client().fetch_answer_results(receipt, correlation=trip),
        settle=lambda outcome: provisions.settle_answers(
            exchange,
            _sent_before(answers.told_of(exchange, _keys(exchange, rows), outcome)),
            act=line.act(),
        ),
    )


def _permit(exchange: Exchange) -> None:
    rows = provisions.provisions_in(exchange)
    trip = line.trip(exchange)
    if exchange.interface_id == "IF_TKY_20511":
        (row,) = rows
        told = _by_one(
            exchange,
            row,
            lambda: line.client().permit_sending(row.provision_id, correlation=trip),
        )
        provisions.settle_permissions(exchange, told, act=line.act())
        return
    answers.in_two_steps(
        exchange,
        send=lambda: line.client().upload_permissions(
            {provisions.record_id_of(exchange, row): row.provision_id for row in rows},
            correlation=trip,
        ),
        fetch=lambda receipt: line.client().fetch_permission_results(receipt, correlation=trip),
        settle=lambda outcome: provisions.settle_permissions(
            exchange,
            _sent_before(answers.told_of(exchange, _keys(exchange, rows), outcome)),
            act=line.act(),
        ),
    )


def _keys(exchange: Exchange, rows: Sequence[Provision]) -> list[str]:
    return [provisions.record_id_of(exchange, row) for row in rows]


def _by_one(exchange: Exchange, row: Provision, send: Callable[[], None]) -> Told:
    key = provisions.record_id_of(exchange, row)
    try:
        send()
    except failures.PlatformRefused as error:
        return _sent_before(Told((), {key: answers.why(error.reason)}))
    return Told((key,))


def _sent_before(told: Told) -> Told:
    """
    Return what is past the point where it can be answered as taken: it was sent before a crash.

    Whether it was sent or withdrawn, 情報提供内容 tells in the next step.
    """
    past = {
        key
        for key, why in told.refused.items()
        if why.code == failures.ReasonCode.WRONG_STATE.value
    }
    refused: dict[str, Why] = {k: why for k, why in told.refused.items() if k not in past}
    return Told({*told.accepted, *past}, refused)


def _fetch_provided(exchange: Exchange) -> None:
    rows = provisions.provisions_in(exchange)
    trip = line.trip(exchange)

    def settle(found: Sequence[messages.Provided]) -> None:
        told = [
            provisions.ToldProvided(
                one.provision_id,
                is_sent=one.state is messages.ProvisionState.SENT,
                is_withdrawn=one.state is messages.ProvisionState.WITHDRAWN,
                result=one.result,
                provided_at=one.provided_at,
                items=one.items,
            )
            for one in found
        ]
        provisions.settle_provided(exchange, told, act=line.act())

    if exchange.interface_id == "IF_TKY_11912":
        settle([line.client().provided(row.provision_id, correlation=trip) for row in rows])
        return
    answers.in_two_steps(
        exchange,
        send=lambda: line.client().upload_provided_request(
            [row.provision_id for row in rows], correlation=trip
        ),
        fetch=lambda receipt: line.client().fetch_provided(receipt, correlation=trip),
        settle=settle,
    )


STEPS = {
    "list_provisions": _list,
    "answer": _answer,
    "permit": _permit,
    "fetch_provided": _fetch_provided,
}
