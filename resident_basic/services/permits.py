"""The one question before every delivery: may this system be given anything now, in this form?"""

from collections.abc import Sequence

from resident_basic import selectors
from resident_basic.rules.applications import API, NO_ITEM
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotPermitted
from sapporo_base.models import BusinessSystem
from sapporo_base.rules.check_digits import is_resident_number

INFORMATION = "住民基本台帳ファイル"

_MOST_TOLD = 10


class NoApproval(NotPermitted):
    """The system has no 利用申請 in force; `fields` holds the cause, and the 利用申請 that tells it."""

    code = "no_approval"
    message = (
        "承認された利用申請がないため情報移転できません。"
        "スマートシティ推進部へ利用申請をしてください。"
    )


def receiver(act: Act) -> BusinessSystem:
    """
    Return the system that receives.

    :raises NoApproval: nobody acts for a system.
    """
    if act.system is None:
        raise NoApproval
    return act.system


def permit_delivery(act: Act, kind: str, *, form: str = API) -> tuple[selectors.Approval, Act]:
    """
    Return what the acting system may be given at this moment, and its act with 事務 and legal basis.

    Every path asks here, each time: list, detail, feed, file, snapshot, webhook, and the consumers in
    this process. A refusal is recorded, in a transaction of its own where none is open.

    :param kind: of the 情報連携記録 that the delivery will write.
    :param form: `rules.applications.FORMS`; an approval counts only for the forms it was given for.
    :raises NoApproval: with the cause in words and in `fields`.
    """
    system = receiver(act)
    approval = selectors.approved_items(system=system, day=act.day, form=form)
    if approval.disclosed:
        purpose = act.for_purpose(procedure=approval.procedure, legal_basis=approval.legal_basis)
        return approval, purpose
    refusal = why_not(system=system, act=act, form=form)
    base.record_refusal(
        act,
        kind,
        detail=refusal.message,
        information=INFORMATION,
        receiver_code=system.code,
    )
    raise refusal


def why_not(*, system: BusinessSystem, act: Act, form: str = API) -> NoApproval:
    """Return the refusal that says why a system is given nothing today."""
    obstacle = selectors.obstacle_of(system=system, day=act.day, form=form)
    cause = obstacle.cause if obstacle else NO_ITEM
    fields: dict[str, object] = {"cause": cause.code}
    if obstacle is not None and obstacle.application is not None:
        fields["application"] = obstacle.application
    return NoApproval(f"情報移転できません。{cause.words}{cause.cure}", fields=fields)


def refuse_other_numbers(numbers: Sequence[str], *, field: str) -> None:
    """
    Will pass silently if all are 宛名番号. A 個人番号 that someone sends in their place gets no further:
    neither into the 情報連携記録 nor back in an answer.

    :raises InvalidRequest: some are not; their places are named, never themselves.
    """
    wrong = [f"{at}件目" for at, number in enumerate(numbers, 1) if not is_resident_number(number)]
    if wrong:
        raise InvalidRequest(
            fields={
                field: "宛名番号(15桁、末尾は検査数字)ではありません: "
                + "、".join(wrong[:_MOST_TOLD])
                + (" ほか" if len(wrong) > _MOST_TOLD else "")
            }
        )
