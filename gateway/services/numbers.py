"""Flow E: numbers told to the platform, 符号 requested for them, their status written back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from gateway.models import Copy, Exchange, FeedReceipt, Inquiry, PlatformNumber
from gateway.rules import waiting
from gateway.services import merges
from gateway.services.answers import UNKNOWN_NUMBER, Told, Why
from gateway.services.exchanges import finish, held, new_exchange
from gateway.services.inquiries.results import end_inquiries
from integrated_address import selectors as addressee_questions
from integrated_address import services as addressees
from sapporo_base.acts import Act
from sapporo_base.nudge import nudge

CHANGES, REQUESTS = "integrated_address changes", "integrated_address code requests"
_DELETED = "団体内統合宛名が削除されたため、符号は取得しません。"
_PARCELS = 20
_NUMBERS_AT_ONCE = 5000
_REQUESTED = """
UPDATE gateway_platformnumber n
SET code_state = 'requested', serial = told.serial, requested_at = %(at)s, attempts = 0,
    due_at = %(due)s, exchange_id = NULL
FROM unnest(%(numbers)s::varchar[], %(serials)s::varchar[]) AS told (number, serial)
WHERE n.integrated_number = told.number AND n.exchange_id = %(exchange)s
"""


@transaction.atomic
def read_feeds(*, act: Act) -> int:
    """
    Read new and deleted numbers and requests for 符号 from 団体内統合宛名; return how many entries.
    """
    changes = _locked_receipt(CHANGES)
    read = 0
    for entry in addressee_questions.addressee_changes_after(changes.receipt, _PARCELS):
        if entry.kind in {"merged", "unmerged"}:
            merges.follow_merge(entry, act=act)
        elif entry.kind == "moved":
            merges.follow_move(entry, act=act)
        else:
            _note_change(entry.kind, entry.integrated_numbers, act)
        changes.receipt, read = entry.receipt, read + 1
    requests = _locked_receipt(REQUESTS)
    for request in addressee_questions.code_requests_after(requests.receipt, _PARCELS):
        _note_request(request.integrated_numbers, act)
        requests.receipt, read = request.receipt, read + 1
    for receipt in (changes, requests):
        receipt.read_at = act.at
        receipt.save()
    return read


def _locked_receipt(feed: str) -> FeedReceipt:
    FeedReceipt.objects.get_or_create(feed=feed)
    return FeedReceipt.objects.select_for_update().get(feed=feed)


def _note_change(kind: str, numbers: Sequence[str], act: Act) -> None:
    if kind == "numbered":
        PlatformNumber.objects.bulk_create(
            [
                PlatformNumber(
                    integrated_number=n, due_at=act.at, correlation_id=act.correlation_id
                )
                for n in numbers
            ],
            ignore_conflicts=True,
        )
    elif kind == "deleted":
        PlatformNumber.objects.filter(pk__in=numbers).update(
            state=PlatformNumber.State.TO_DELETE,
            registers_again=False,
            due_at=act.at,
            exchange=None,
        )
        _end_waiting_inquiries(numbers, act)


def _end_waiting_inquiries(numbers: Sequence[str], act: Act) -> None:
    """Who was deleted gets no 符号: an inquiry that waits for it is answered, and does not wait on."""
    waiting_for_code = Inquiry.objects.select_for_update().filter(
        state=Inquiry.State.WAITING_CODE, integrated_number__in=numbers
    )
    ended = list(waiting_for_code)
    for inquiry in ended:
        inquiry.state, inquiry.settled_at = Inquiry.State.FAILED, act.at
        inquiry.reason_code, inquiry.reason = "addressee_deleted", _DELETED
    Inquiry.objects.bulk_update(ended, ["state", "settled_at", "reason_code", "reason"], 1000)
    end_inquiries([one.pk for one in ended], {}, act)


def _note_request(numbers: Sequence[str], act: Act) -> None:
    _note_change("numbered", numbers, act)
    people = PlatformNumber.objects.filter(pk__in=numbers)
    # 団体内統合宛名 asks for somebody whose 符号 is there only after 番号訂正: it was another's.
    old = people.filter(
        code_state__in=[PlatformNumber.CodeState.REQUESTED, PlatformNumber.CodeState.ACQUIRED]
    )
    begin_numbers_anew(list(old.values_list("pk", flat=True)), act)
    people.update(code_state=PlatformNumber.CodeState.WAITING, due_at=act.at, attempts=0, reason="")


def begin_numbers_anew(numbers: Sequence[str], act: Act) -> None:
    """
    Have the platform forget numbers with their 符号 and copies, and take them, and the copies, again.
    """
    PlatformNumber.objects.filter(pk__in=numbers).update(
        state=PlatformNumber.State.TO_DELETE,
        registers_again=True,
        code_state=PlatformNumber.CodeState.NONE,
        due_at=act.at,
        attempts=0,
        exchange=None,
    )


@transaction.atomic
def prepare_number_exchanges(*, act: Act) -> int:
    """
    Put what is due into messages: registrations, deletions, 符号 requests and looks after them.
    """
    state, code = PlatformNumber.State, PlatformNumber.CodeState
    registered = {"state": state.REGISTERED}
    kinds = (
        ("register_numbers", {"state": state.TO_REGISTER}),
        ("delete_numbers", {"state": state.TO_DELETE}),
        ("request_codes", {**registered, "code_state": code.WAITING}),
        ("check_codes", {**registered, "code_state": code.REQUESTED}),
    )
    return sum(_prepare(work, which, act) for work, which in kinds)


def _prepare(work: str, which: Mapping[str, str], act: Act) -> int:
    made = 0
    while True:
        due = PlatformNumber.objects.filter(exchange=None, due_at__lte=act.at, **which)
        if work == "delete_numbers":
            due = due.exclude(merges.still_needed())
        numbers = list(
            due.select_for_update(skip_locked=True)
            .order_by("-is_urgent", "due_at", "pk")
            .values_list("pk", flat=True)[:_NUMBERS_AT_ONCE]
        )
        if not numbers:
            return made
        exchange = new_exchange(work=work, lane="numbers", ids=[], count=len(numbers), act=act)
        PlatformNumber.objects.filter(pk__in=numbers).update(exchange=exchange)
        made += 1


def numbers_in(exchange: Exchange) -> list[str]:
    """Return the numbers that a message carries, in a fixed order."""
    return list(exchange.numbers.order_by("pk").values_list("pk", flat=True))


def sealed_for(requests: Mapping[str, str], *, public_key: bytes, act: Act) -> dict[str, str]:
    """
    Return 処理通番 → sealed 個人番号 for the 符号取得依頼.

    :param requests: 処理通番 → 団体内統合宛名番号.
    """
    sealed = addressees.seal_numbers_for_transport(
        integrated_numbers=list(requests.values()), public_key=public_key, act=act
    )
    return {serial: sealed[n] for serial, n in requests.items() if n in sealed}


@transaction.atomic
def settle_numbers(exchange: Exchange, told: Told, *, act: Act) -> None:
    """Settle a message that told the platform of numbers or of their end."""
    row = held(exchange)
    if row is None:
        return
    deleting = row.work == "delete_numbers"
    taken, rejected = told.taken(), told.rejected()
    if deleting:
        # What the platform does not know is as gone as it should be.
        taken |= {n for n, why in rejected.items() if why.code == UNKNOWN_NUMBER}
        rejected = {n: why for n, why in rejected.items() if n not in taken}
        _forget_copies(row, taken, act)
    numbers = row.numbers
    numbers.filter(pk__in=taken).update(
        state=PlatformNumber.State.DELETED if deleting else PlatformNumber.State.REGISTERED,
        registered_at=act.at,
        exchange=None,
        due_at=act.at,
        attempts=0,
    )
    for number, why in rejected.items():
        numbers.filter(pk=number).update(
            state=PlatformNumber.State.REFUSED, reason=why.words[:300], exchange=None
        )
    if deleting:
        # The 符号 goes with the number; one that is awaited is asked for when the number is back.
        PlatformNumber.objects.filter(pk__in=taken).exclude(
            code_state=PlatformNumber.CodeState.WAITING, registers_again=True
        ).update(code_state=PlatformNumber.CodeState.NONE, acquired_at=None)
        PlatformNumber.objects.filter(pk__in=taken, registers_again=True).update(
            state=PlatformNumber.State.TO_REGISTER, registers_again=False
        )
    _release_the_rest(row, act.at)
    finish(row, at=act.at, accepted=len(taken), refused=len(rejected))


def _forget_copies(exchange: Exchange, gone: Collection[str], act: Act) -> None:
    """The platform deletes copies with their number: laid down again if the number comes back."""
    again = exchange.numbers.filter(pk__in=gone, registers_again=True).values("pk")
    copies = Copy.objects.filter(state=Copy.State.FORWARDED, exchange=None)
    copies.filter(integrated_number__in=again).update(
        state=Copy.State.WAITING, due_at=act.at, attempts=0
    )
    copies.filter(integrated_number__in=gone).update(state=Copy.State.DELETED)


@transaction.atomic
def settle_code_requests(
    exchange: Exchange,
    told: Told,
    requests: Mapping[str, str],
    refused: Mapping[str, Why],
    *,
    act: Act,
) -> None:
    """
    Settle a 符号取得依頼.

    :param told: by 処理通番. :param requests: 処理通番 → number. :param refused: by number, at
    once.
    """
    row = held(exchange)
    if row is None:
        return
    asked = {requests[serial]: serial for serial in told.taken() if serial in requests}
    failed = dict(refused) | {
        requests[serial]: why for serial, why in told.rejected().items() if serial in requests
    }
    with connection.cursor() as cursor:
        cursor.execute(
            _REQUESTED,
            {
                "numbers": list(asked),
                "serials": list(asked.values()),
                "exchange": row.pk,
                "at": act.at,
                "due": act.at + waiting.code_look_after(0),
            },
        )
    _codes_failed(failed, act)
    _release_the_rest(row, act.at)
    finish(row, at=act.at, accepted=len(asked), refused=len(failed))


@transaction.atomic
def settle_code_states(
    exchange: Exchange, acquired: Sequence[str], failed: Mapping[str, Why], *, act: Act
) -> None:
    """
    Settle a look after 符号: acquired and failed are written back, the others looked after again.
    """
    row = held(exchange)
    if row is None:
        return
    row.numbers.filter(pk__in=acquired).update(
        code_state=PlatformNumber.CodeState.ACQUIRED,
        acquired_at=act.at,
        is_urgent=False,
        exchange=None,
        reason="",
    )
    addressees.record_code_states(states=[(n, "acquired", "") for n in acquired], act=act)
    release_inquiries(acquired, act)
    _codes_failed(failed, act)
    still = row.numbers.filter(exchange=row)
    looks = (still.aggregate(most=Max("attempts"))["most"] or 0) + 1
    still.update(attempts=looks, due_at=act.at + waiting.code_look_after(looks), exchange=None)
    finish(row, at=act.at, accepted=len(acquired), refused=len(failed))


def release_inquiries(acquired: Sequence[str], act: Act) -> None:
    """Let inquiries go out that waited for these 符号."""
    Inquiry.objects.filter(state=Inquiry.State.WAITING_CODE, integrated_number__in=acquired).update(
        state=Inquiry.State.WAITING, code_ready_at=act.at, due_at=act.at
    )
    nudge("gateway.tasks.work_interactive")


def _codes_failed(failed: Mapping[str, Why], act: Act) -> None:
    if not failed:
        return
    people = list(PlatformNumber.objects.filter(pk__in=failed))
    for person in people:
        person.code_state = PlatformNumber.CodeState.FAILED
        person.reason, person.exchange = failed[person.pk].words[:300], None
    PlatformNumber.objects.bulk_update(people, ["code_state", "reason", "exchange"])
    addressees.record_code_states(
        states=[(number, "failed", why.words) for number, why in failed.items()], act=act
    )


def _release_the_rest(exchange: Exchange, at: datetime) -> None:
    """Numbers that the platform said nothing of are due again, a little later."""
    exchange.numbers.filter(exchange=exchange).update(
        exchange=None, due_at=at + waiting.retry_after(2)
    )
