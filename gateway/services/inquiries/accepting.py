"""情報照会 accepted on a legal ground, one by one, and taken back."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from gateway.models import Inquiry, Lane, PlatformNumber
from gateway.rules import waiting
from gateway.rules.codes import organisation_code
from gateway.selectors import opening
from gateway.services.inquiries.results import end_inquiries
from integrated_address import selectors as addressee_questions
from integrated_address import services as addressees
from sapporo_base import selectors as base_questions
from sapporo_base import services as base
from sapporo_base.acts import Act, NotFound, NotNow
from sapporo_base.models import BusinessSystem, LegalBasis
from sapporo_base.nudge import nudge


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryRequest:
    """One thing a business system asks, under its own number; `request_key` makes it idempotent."""

    request_key: str
    business_number: str
    procedure_code: str
    step_code: str
    information_code: str
    provider_code: str
    fiscal_year: int | None = None
    period_from: date | None = None
    period_until: date | None = None
    lane: str = Lane.BATCH
    not_disclosed: bool = False


@dataclass(frozen=True, slots=True)
class AcceptedInquiry:
    """What became of one request: a place to look, or the reason why it was not taken."""

    request_key: str
    id: int | None
    state: str
    estimated_at: datetime | None = None
    why: str = ""
    code: str = ""


def accept_inquiries(
    *, system: BusinessSystem, requests: Sequence[InquiryRequest], act: Act
) -> list[AcceptedInquiry]:
    """
    Accept inquiries for which a legal ground is in force today; the others are refused one by one.

    The same request key again is the same inquiry. Where the 符号 is missing it is requested, and
    the
    inquiry waits for it by itself.
    """
    try:
        return _accept(system, requests, act)
    except IntegrityError:
        # The same key came over another connection at the same moment, and was first: it is known now.
        return _accept(system, requests, act)


@transaction.atomic
def _accept(
    system: BusinessSystem, requests: Sequence[InquiryRequest], act: Act
) -> list[AcceptedInquiry]:
    known = {
        inquiry.request_key: inquiry
        for inquiry in Inquiry.objects.filter(
            system=system, request_key__in=[request.request_key for request in requests]
        )
    }
    # A key that stands twice in one message is one inquiry too.
    fresh = list(
        {
            one.request_key: one for one in reversed(requests) if one.request_key not in known
        }.values()
    )
    numbers = addressee_questions.integrated_numbers_of(
        system=system, business_numbers=[request.business_number for request in fresh]
    )
    states = addressee_questions.code_states_of(set(numbers.values()))
    grounds = _grounds(system, fresh, act)
    rows: list[Inquiry] = []
    refused: dict[str, tuple[str, str]] = {}
    for request in fresh:
        ground = grounds.get(_ground_key(request))
        trouble = _trouble(request, ground, numbers, states)
        if trouble or ground is None:
            refused[request.request_key] = trouble or ("no_ground", _NO_GROUND)
            continue
        number = numbers[request.business_number]
        rows.append(_row(system, request, ground, number, states[number], act))
    Inquiry.objects.bulk_create(rows)
    hasten_codes(rows, act)
    _record(system, rows, refused, act)
    known |= {row.request_key: row for row in rows}
    for lane in {row.lane for row in rows}:
        interactive = lane == Lane.INTERACTIVE
        nudge(
            f"gateway.tasks.work_{'interactive' if interactive else 'bulk'}",
            queue="interactive" if interactive else "bulk",
        )
    opens = opening(group="SKI", at=act.at).at or act.at
    return [_answer(request, known, refused, opens) for request in requests]


_NO_GROUND = (
    "この事務・事務手続・特定個人情報の組合せの照会は、本日現在の法令上の根拠がありません。"
)


def _ground_key(request: InquiryRequest) -> tuple[str, str, str]:
    return (request.procedure_code, request.step_code, request.information_code)


def _grounds(
    system: BusinessSystem, requests: Sequence[InquiryRequest], act: Act
) -> dict[tuple[str, str, str], LegalBasis | None]:
    return {
        key: base_questions.legal_basis_for(
            kind="inquire",
            day=act.day,
            system=system,
            procedure_code=key[0],
            step_code=key[1],
            information_code=key[2],
        )
        for key in {_ground_key(request) for request in requests}
    }


def _trouble(
    request: InquiryRequest,
    ground: LegalBasis | None,
    numbers: Mapping[str, str],
    states: Mapping[str, str],
) -> tuple[str, str] | None:
    if ground is None:
        return ("no_ground", _NO_GROUND)
    number = numbers.get(request.business_number)
    if number is None:
        return (
            "not_numbered",
            "業務番号に団体内統合宛名番号が紐付いていません。付番を依頼してください。",
        )
    if number not in states:
        return ("no_individual_number", "個人番号が登録されていないため照会できません。")
    try:
        organisation_code(request.provider_code)
    except ValueError:
        return ("provider", "情報提供者のコードが正しくありません。")
    return None


def _row(
    system: BusinessSystem,
    request: InquiryRequest,
    ground: LegalBasis,
    number: str,
    code_state: str,
    act: Act,
) -> Inquiry:
    ready = code_state == "acquired"
    return Inquiry(
        system=system,
        request_key=request.request_key,
        record_id=uuid.uuid4().hex,
        lane=request.lane,
        state=Inquiry.State.WAITING if ready else Inquiry.State.WAITING_CODE,
        business_number=request.business_number,
        integrated_number=number,
        legal_basis=ground,
        procedure_code=request.procedure_code,
        step_code=request.step_code,
        information_code=request.information_code,
        provider_code=organisation_code(request.provider_code),
        fiscal_year=request.fiscal_year,
        period_from=request.period_from,
        period_until=request.period_until,
        not_disclosed=request.not_disclosed,
        asked_by=act.on_behalf_of or (act.staff.staff_number if act.staff else ""),
        due_at=act.at,
        accepted_at=act.at,
        code_ready_at=act.at if ready else None,
        correlation_id=act.correlation_id,
    )


def hasten_codes(rows: Sequence[Inquiry], act: Act) -> None:
    """Have the 符号 acquired that these inquiries wait for, before others."""
    waiting_for = sorted(
        {r.integrated_number for r in rows if r.state == Inquiry.State.WAITING_CODE}
    )
    if waiting_for:
        addressees.request_linkage_codes(integrated_numbers=waiting_for, act=act)
        PlatformNumber.objects.filter(pk__in=waiting_for).update(is_urgent=True)


def _record(
    system: BusinessSystem,
    rows: Sequence[Inquiry],
    refused: Mapping[str, tuple[str, str]],
    act: Act,
) -> None:
    by_ground: dict[LegalBasis, list[Inquiry]] = defaultdict(list)
    for row in rows:
        by_ground[row.legal_basis].append(row)
    for ground, asked in by_ground.items():
        base.record_linkage(
            act,
            "inquiry_accepted",
            legal_basis=ground,
            subjects=[("integrated", row.integrated_number) for row in asked],
            inquirer="札幌市長",
            provider=ground.provider,
            requested_at=act.at,
            receiver_code=system.code,
        )
    for code in {code for code, _ in refused.values()}:
        count = sum(1 for one, _ in refused.values() if one == code)
        base.record_refusal(
            act,
            "inquiry_refused",
            detail=f"{next(why for one, why in refused.values() if one == code)}({count}件)",
            receiver_code=system.code,
            subject_count=count,
        )


def _answer(
    request: InquiryRequest,
    known: Mapping[str, Inquiry],
    refused: Mapping[str, tuple[str, str]],
    opens: datetime,
) -> AcceptedInquiry:
    row = known.get(request.request_key)
    if row is None:
        code, why = refused[request.request_key]
        return AcceptedInquiry(request.request_key, None, "refused", why=why, code=code)
    estimated = waiting.estimated_answer(
        opens_at=opens, lane=row.lane, waits_for_code=row.state == Inquiry.State.WAITING_CODE
    )
    return AcceptedInquiry(request.request_key, row.pk, row.state, estimated_at=estimated)


@transaction.atomic
def cancel_inquiry(*, system: BusinessSystem, inquiry_id: int, act: Act) -> Inquiry:
    """
    Take an inquiry back (取りやめ) that has not gone out yet.

    :raises NotFound: the system has no such inquiry. :raises NotNow: it went out already.
    """
    inquiry = (
        Inquiry.objects.select_for_update()
        .select_related("legal_basis", "system")
        .filter(system=system, pk=inquiry_id)
        .first()
    )
    if inquiry is None:
        raise NotFound("該当する照会がありません。")
    if inquiry.state == Inquiry.State.CANCELLED:
        return inquiry
    if inquiry.state not in {Inquiry.State.WAITING, Inquiry.State.WAITING_CODE}:
        raise NotNow("すでに送信済みか完了しているため、取りやめできません。")
    inquiry.state, inquiry.settled_at = Inquiry.State.CANCELLED, act.at
    inquiry.cancel_asked_at = act.at
    inquiry.save(update_fields=["state", "settled_at", "cancel_asked_at"])
    end_inquiries([inquiry], {}, act)
    return inquiry
