"""情報照会 accepted on a legal ground, and taken back."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from gateway.models import Inquiry, Lane, PlatformNumber
from gateway.rules import waiting
from gateway.rules.codes import organisation_code
from gateway.selectors.masters import Combination, not_permitted
from gateway.selectors.permissions import permitted_information
from gateway.selectors.queues import Outlook, outlook
from gateway.services.permissions import not_permitted_words
from integrated_address import selectors as addressee_questions
from integrated_address import services as addressees
from sapporo_base import selectors as base_questions
from sapporo_base import services as base
from sapporo_base.acts import Act
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
    goes_out_at: datetime | None = None
    estimated_at: datetime | None = None
    notice: str = ""
    """Why it does not go out at once, in the words of the calendar, the stop or the pause."""
    why: str = ""
    code: str = ""


_INSERT = """
INSERT INTO gateway_inquiry (
    system_id, request_key, record_id, lane, state, business_number, integrated_number,
    legal_basis_id, procedure_code, step_code, information_code, provider_code, fiscal_year,
    period_from, period_until, not_disclosed, asked_by, due_at, accepted_at, code_ready_at,
    correlation_id, attempts, detail_status, name_status, reason_code, reason
)
SELECT %(system)s, asked.request_key, replace(gen_random_uuid()::text, '-', ''), asked.lane,
    CASE WHEN asked.has_code THEN %(waiting)s ELSE %(waiting_code)s END, asked.business_number,
    asked.integrated_number, %(ground)s, asked.procedure_code, asked.step_code,
    asked.information_code, asked.provider_code, asked.fiscal_year, asked.period_from,
    asked.period_until, asked.not_disclosed, %(asked_by)s, %(at)s, %(at)s,
    CASE WHEN asked.has_code THEN %(at)s END, %(correlation_id)s, 0, '', '', '', ''
FROM jsonb_to_recordset(%(asked)s) AS asked (
    request_key text, lane text, has_code boolean, business_number text, integrated_number text,
    procedure_code text, step_code text, information_code text, provider_code text,
    fiscal_year smallint, period_from date, period_until date, not_disclosed boolean
)
ORDER BY asked.request_key  -- two connections with the same keys wait for each other in one order
ON CONFLICT (system_id, request_key) DO NOTHING
RETURNING request_key, id, lane, state, integrated_number AS number
"""
_KNOWN = """
SELECT request_key, id, lane, state, business_number, procedure_code, step_code, information_code,
    provider_code, fiscal_year, period_from, period_until, not_disclosed
FROM gateway_inquiry WHERE system_id = %s AND request_key = ANY(%s)
"""
_COMPARED = {
    "lane": "レーン",
    "business_number": "業務番号",
    "procedure_code": "事務コード",
    "step_code": "事務手続コード",
    "information_code": "特定個人情報名コード",
    "provider_code": "情報提供者",
    "fiscal_year": "課税年度",
    "period_from": "照会開始日",
    "period_until": "照会終了日",
    "not_disclosed": "不開示",
}
_AS_ASKED = (
    *("request_key", "lane", "business_number", "procedure_code", "step_code"),
    *("information_code", "fiscal_year", "period_from", "period_until", "not_disclosed"),
)
_NOT_OUT = frozenset({Inquiry.State.WAITING, Inquiry.State.WAITING_CODE})
_UNDER_WAY = frozenset({Inquiry.State.SENDING, Inquiry.State.ASKED, Inquiry.State.ARRIVED})
_NOT_NUMBERED = "業務番号に団体内統合宛名番号が紐付いていません。付番を依頼してください。"
_NO_INDIVIDUAL_NUMBER = "個人番号が登録されていないため照会できません。"
_NO_PROVIDER = "情報提供者のコードが正しくありません。"
_NO_GROUND = (
    "この事務・事務手続・特定個人情報の組合せの照会は、本日現在の法令上の根拠がありません。"
)
_NOT_PERMITTED = (
    "プラットフォームのマスター(許可された組合せ)に、この事務・事務手続・特定個人情報を"
    "この情報提供者へ照会する組合せがありません。情報提供者のコードを確認してください。"
)
_KEY_IN_USE = (
    "この要求キーは、{}の異なる照会に使われています。別の内容は新しい要求キーで依頼してください。"
)


@dataclass(frozen=True, slots=True)
class _Kept:
    """An inquiry as it stands in the table."""

    id: int
    lane: str
    state: str


def accept_inquiries(
    *, system: BusinessSystem, requests: Sequence[InquiryRequest], act: Act
) -> list[AcceptedInquiry]:
    """
    Accept inquiries for which a legal ground is in force today; the others are refused one by one.

    The same request key again is the same inquiry. Where the 符号 is missing it is requested, and
    the inquiry waits for it by itself. One inquiry or a thousand: the same few statements.
    """
    accepted, refused = _accept(system, requests, act)
    # After the transaction: what was refused stays recorded whatever becomes of the rest.
    _record_refusals(system, refused, act)
    return accepted


@transaction.atomic
def _accept(
    system: BusinessSystem, requests: Sequence[InquiryRequest], act: Act
) -> tuple[list[AcceptedInquiry], dict[str, tuple[str, str]]]:
    """Take in what may be asked; also return what was refused, by its key, and why."""
    first: dict[str, InquiryRequest] = {}
    for request in requests:
        first.setdefault(request.request_key, request)
    askable, refused = _judged(system, list(first.values()), act)
    kept: dict[str, _Kept] = {}
    for ground in sorted(askable, key=lambda one: one.pk):
        kept |= _insert(system, ground, askable[ground], act)
    fresh = set(kept)
    reused: dict[str, tuple[str, str]] = {}
    if others := first.keys() - fresh:
        # Refused today or known already; a known one stays what it is, also without its ground.
        known = _known(system, others)
        refused = {key: why for key, why in refused.items() if key not in known}
        for key, (row, asked) in known.items():
            kept[key] = row
            if why := _key_in_use(asked, _compared(first[key])):
                reused[key] = why
    hasten_codes(
        {
            one["integrated_number"]
            for asked in askable.values()
            for one in asked
            if one["request_key"] in fresh and not one["has_code"]
        },
        act,
    )
    for lane in {kept[key].lane for key in fresh}:
        interactive = lane == Lane.INTERACTIVE
        nudge(
            f"gateway.tasks.work_{'interactive' if interactive else 'bulk'}",
            queue="interactive" if interactive else "bulk",
        )
    outlooks = {
        lane: outlook(lane=lane, system=system.pk, at=act.at)
        for lane in {row.lane for row in kept.values()}
    }
    refused |= reused
    return [_answer(one, first, kept, refused, outlooks) for one in requests], refused


def _judged(
    system: BusinessSystem, requests: Sequence[InquiryRequest], act: Act
) -> tuple[dict[LegalBasis, list[dict[str, Any]]], dict[str, tuple[str, str]]]:
    """
    Return what may be asked on which ground, as columns, and why the rest may not (code and words).
    """
    grounds = base_questions.legal_bases_for(
        kind="inquire",
        day=act.day,
        system=system,
        codes={_law_codes(request) for request in requests},
    )
    people = addressee_questions.numbered_people(
        system=system, business_numbers={request.business_number for request in requests}
    )
    permitted = permitted_information(system=system, group="SKI", day=act.day)
    askable: dict[LegalBasis, list[dict[str, Any]]] = defaultdict(list)
    refused: dict[str, tuple[str, str]] = {}
    missing = {
        codes: base_questions.missing_ground(
            kind="inquire", day=act.day, system=system, codes=codes
        )
        for codes in {_law_codes(request) for request in requests} - grounds.keys()
    }
    forbidden = not_permitted(
        combinations={_combination(one) for one in requests if _law_codes(one) in grounds},
        day=act.day,
    )
    for request in requests:
        ground, person = grounds.get(_law_codes(request)), people.get(request.business_number)
        if ground is None:
            why = f"{_NO_GROUND}{missing[_law_codes(request)]}"
            refused[request.request_key] = ("no_ground", why)
        elif not permitted & {"", request.information_code}:
            words = not_permitted_words("SKI", request.information_code)
            refused[request.request_key] = ("interface_not_permitted", words)
        elif person is None:
            refused[request.request_key] = ("not_numbered", _NOT_NUMBERED)
        elif person.code_state is None:
            refused[request.request_key] = ("no_individual_number", _NO_INDIVIDUAL_NUMBER)
        else:
            try:
                provider = organisation_code(request.provider_code)
            except ValueError:
                refused[request.request_key] = ("provider", _NO_PROVIDER)
                continue
            if _combination(request) in forbidden:
                refused[request.request_key] = ("not_permitted", _NOT_PERMITTED)
                continue
            askable[ground].append(
                {
                    **{name: getattr(request, name) for name in _AS_ASKED},
                    "provider_code": provider,
                    "integrated_number": person.integrated_number,
                    "has_code": person.code_state == "acquired",
                }
            )
    return askable, refused


def _law_codes(request: InquiryRequest) -> base_questions.LawCodes:
    return (request.procedure_code, request.step_code, request.information_code)


def _combination(request: InquiryRequest) -> Combination:
    return (*_law_codes(request), _provider(request))


def _provider(request: InquiryRequest) -> str:
    """The 機関コード of who is asked, or what was sent in its place."""
    try:
        return organisation_code(request.provider_code)
    except ValueError:
        return request.provider_code


def _compared(request: InquiryRequest) -> dict[str, Any]:
    return {
        **{name: getattr(request, name) for name in _COMPARED},
        "provider_code": _provider(request),
    }


def _key_in_use(known: Mapping[str, Any], asked: Mapping[str, Any]) -> tuple[str, str] | None:
    """Say in what an inquiry differs from the one that has its key; None where it is the same."""
    differing = [label for name, label in _COMPARED.items() if known[name] != asked[name]]
    return ("key_in_use", _KEY_IN_USE.format("・".join(differing))) if differing else None


def _insert(
    system: BusinessSystem, ground: LegalBasis, asked: Sequence[Mapping[str, Any]], act: Act
) -> dict[str, _Kept]:
    """Write the inquiries on one ground and their record; those known already are left out."""
    rows = base.read_recorded(
        act,
        "inquiry_accepted",
        question=_INSERT,
        values={
            "asked": Jsonb(asked, dumps=_as_json),
            "system": system.pk,
            "ground": ground.pk,
            "waiting": Inquiry.State.WAITING.value,
            "waiting_code": Inquiry.State.WAITING_CODE.value,
            "asked_by": act.on_behalf_of or (act.staff.staff_number if act.staff else ""),
            "at": act.at,
            "correlation_id": act.correlation_id,
        },
        even_of_nobody=False,
        legal_basis=ground,
        inquirer="札幌市長",
        provider=ground.provider,
        requested_at=act.at,
        receiver_code=system.code,
    )
    return {key: _Kept(*row) for key, *row, _ in rows}


def _as_json(asked: Any) -> str:
    return json.dumps(asked, default=date.isoformat)


def _known(
    system: BusinessSystem, keys: Collection[str]
) -> dict[str, tuple[_Kept, dict[str, Any]]]:
    """Return the inquiries that have these keys already, with what they ask."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [system.pk, list(keys)])
        return {
            key: (_Kept(number, lane, state), dict(zip(_COMPARED, (lane, *asked), strict=True)))
            for key, number, lane, state, *asked in cursor.fetchall()
        }


def hasten_codes(integrated_numbers: Collection[str], act: Act) -> None:
    """Have the 符号 of these people, for which inquiries wait, acquired before others."""
    if integrated_numbers:
        waiting_for = sorted(integrated_numbers)
        addressees.request_linkage_codes(integrated_numbers=waiting_for, act=act)
        PlatformNumber.objects.filter(pk__in=waiting_for).update(is_urgent=True)


def _record_refusals(
    system: BusinessSystem, refused: Mapping[str, tuple[str, str]], act: Act
) -> None:
    for (_, why), count in Counter(refused.values()).items():
        base.record_refusal(
            act,
            "inquiry_refused",
            detail=f"{why}({count}件)",
            receiver_code=system.code,
            subject_count=count,
        )


def _answer(
    request: InquiryRequest,
    first: Mapping[str, InquiryRequest],
    kept: Mapping[str, _Kept],
    refused: Mapping[str, tuple[str, str]],
    outlooks: Mapping[str, Outlook],
) -> AcceptedInquiry:
    request_key = request.request_key
    row = kept.get(request_key)
    why_not = _key_in_use(_compared(first[request_key]), _compared(request))
    if why_not is None and (row is None or request_key in refused):
        why_not = refused[request_key]
    if why_not is not None or row is None:
        code, why = why_not or refused[request_key]
        return AcceptedInquiry(request_key, None, "refused", why=why, code=code)
    out = outlooks[row.lane]
    if row.state not in _NOT_OUT:
        # A key that is known already: it went out, and perhaps ended.
        estimated = out.answered_at if row.state in _UNDER_WAY else None
        return AcceptedInquiry(request_key, row.id, row.state, estimated_at=estimated)
    before = waiting.usual_code() if row.state == Inquiry.State.WAITING_CODE else timedelta()
    return AcceptedInquiry(
        request_key,
        row.id,
        row.state,
        goes_out_at=out.goes_out_at and out.goes_out_at + before,
        estimated_at=out.answered_at and out.answered_at + before,
        notice=out.why,
    )
