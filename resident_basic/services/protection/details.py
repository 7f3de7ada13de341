"""What belongs to a 支援措置: the 申出, where it was sent on to, and the 相手方, which is guarded."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from django.db import IntegrityError, transaction

from resident_basic.models import (
    SupportApplication,
    SupportForwarding,
    SupportMeasure,
    SupportOpponent,
)
from resident_basic.services.protection.measures import acting_staff
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotNow


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationFacts:
    """支援措置申出 as the form says it."""

    applied_on: date
    ground: str
    offices: Sequence[str]
    body: str = ""
    body_name: str = ""
    confirmed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpponentFacts:
    """相手方 as the 申出 says it, in free words."""

    name: str
    name_kana: str = ""
    born: str = ""
    residence: str = ""
    relation: str = ""
    note: str = ""


@transaction.atomic
def record_support_application(
    *, measure: SupportMeasure, facts: ApplicationFacts, act: Act
) -> SupportApplication:
    """
    Keep what the 申出者 asked for; writing it again replaces it, the linkage history shows how.

    :raises InvalidRequest: no 事務 is named, or a confirmation without the body that gave it.
    """
    if not facts.offices:
        raise InvalidRequest(fields={"offices": "支援を求められている事務を選んでください。"})
    if facts.confirmed_on and not facts.body:
        raise InvalidRequest(fields={"body": "確認した相談機関を選んでください。"})
    application, _ = SupportApplication.objects.update_or_create(
        measure=measure,
        defaults={
            **asdict(facts),
            "offices": sorted(facts.offices),
            "recorded_at": act.at,
            "recorded_by": acting_staff(act),
        },
    )
    _record("support_application_recorded", measure, ["支援措置申出"], act)
    return application


@transaction.atomic
def record_support_forwarding(
    *,
    measure: SupportMeasure,
    direction: str,
    municipality_code: str,
    forwarded_on: date,
    act: Act,
) -> SupportForwarding:
    """
    Keep that the 申出 was sent on to another municipality, or came from one.

    :raises NotNow: the same is kept already.
    """
    try:
        with transaction.atomic():
            forwarding = SupportForwarding.objects.create(
                measure=measure,
                direction=direction,
                municipality_code=municipality_code,
                forwarded_on=forwarded_on,
                recorded_at=act.at,
                recorded_by=acting_staff(act),
            )
    except IntegrityError as error:
        raise NotNow("同じ転送情報が既に登録されています。") from error
    _record("support_forwarded", measure, ["転送情報"], act)
    return forwarding


@transaction.atomic
def record_support_opponent(
    *, measure: SupportMeasure, facts: OpponentFacts, act: Act
) -> SupportOpponent:
    """Keep the 相手方 of a 支援措置; writing it again replaces it."""
    opponent, _ = SupportOpponent.objects.update_or_create(
        measure=measure,
        defaults={**asdict(facts), "recorded_at": act.at, "recorded_by": acting_staff(act)},
    )
    _record("support_opponent_recorded", measure, ["相手方"], act)
    return opponent


@transaction.atomic
def open_support_opponent(*, measure: SupportMeasure, act: Act) -> SupportOpponent | None:
    """
    Return the 相手方, recorded before it is shown; None where none is kept.

    :raises InvalidRequest: no reason.
    """
    if not act.reason:
        raise InvalidRequest(fields={"reason": "理由を入力してください。"})
    _record("support_opponent_opened", measure, ["相手方"], act)
    return SupportOpponent.objects.filter(measure=measure).first()


def _record(kind: str, measure: SupportMeasure, items: Sequence[str], act: Act) -> None:
    base.record_linkage(act, kind, subjects=[("resident", measure.resident_number)], items=items)
