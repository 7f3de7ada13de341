"""照合: a consumer's copy beside the register, by hashes, stretch after stretch."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from resident_basic import selectors
from resident_basic.rules.applications import SNAPSHOT
from resident_basic.services.permits import (
    INFORMATION,
    permit_delivery,
    receiver,
    refuse_other_numbers,
)
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotNow

MOST_COMPARED = 10_000
KIND = "hashes_compared"


class OtherColumns(NotNow):
    """The consumer hashed other items than it is approved for today."""

    code = "columns_changed"
    message = "移転承認項目が変わったため照合できません。全件を受け取り直してください。"


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    What became of a comparison over (after, until] of 宛名番号, as of `receipt`.

    `differs`: both have the person, with other content. `missing`: the copy lacks the person.
    `superfluous`: the register does not know the person. `not_read_yet`: changed after the receipt
    up to which the consumer has read; the feed will bring it. With `has_more`, go on after `until`.
    """

    receipt: int
    until: str
    has_more: bool
    compared: int
    differs: tuple[str, ...]
    missing: tuple[str, ...]
    superfluous: tuple[str, ...]
    not_read_yet: tuple[str, ...]


def reconcile_copy(
    *,
    hashes: Sequence[tuple[str, str]],
    after: str,
    until: str,
    columns: Sequence[str],
    receipt: int,
    act: Act,
) -> Comparison:
    """
    Say where the copy of the acting system differs from the register, and record that it was told.

    The hashes are those of everyone the copy holds in the stretch after one 宛名番号 up to another:
    who is not among them is missing. A stretch reaches over at most `MOST_COMPARED` residents;
    where there are more, the answer says up to where it was compared.

    :param until: last 宛名番号 of the stretch, "" for no end.
    :param columns: the names that were hashed, in their order, as the header of 全件 gives them.
    :param receipt: up to where the copy has read the feed.
    :raises NoApproval: the system has no 利用申請 in force.
    :raises OtherColumns: what was hashed is not what is approved today.
    :raises InvalidRequest: what is no 宛名番号, lies outside the stretch or comes twice.
    """
    approval, act = permit_delivery(act, KIND, form=SNAPSHOT)
    if tuple(columns) != selectors.hash_rows(replace(approval, individual_number=False)).columns:
        raise OtherColumns
    numbers = [number for number, _ in hashes]
    refuse_other_numbers(numbers, field="hashes")
    refuse_other_numbers([bound for bound in (after, until) if bound], field="after")
    _refuse_muddle(numbers, after=after, until=until)
    selectors.CHANGES.publish()
    with transaction.atomic():
        last, ours = selectors.end_of_stretch(after=after, until=until, limit=MOST_COMPARED)
        has_more = ours == MOST_COMPARED and last != until
        # Without an end the stretch reaches as far as anyone's number does.
        end = last if has_more else until or max([last, *numbers])
        told = selectors.differing_numbers(
            approval=approval,
            digests=[(number, digest) for number, digest in hashes if number <= end],
            after=after,
            until=end,
            receipt=receipt,
        )
        base.record_linkage(
            act,
            KIND,
            subjects=[("resident", number) for number, verdict in told if verdict != "superfluous"],
            items=approval.items,
            withheld=approval.withheld,
            receiver_code=receiver(act).code,
            information=INFORMATION,
        )
        named = {
            verdict: tuple(number for number, was in told if was == verdict)
            for verdict in ("differs", "missing", "superfluous", "not_read_yet")
        }
        return Comparison(
            receipt=selectors.CHANGES.head(),
            until=end,
            has_more=has_more,
            compared=ours,
            **named,
        )


def _refuse_muddle(numbers: Sequence[str], *, after: str, until: str) -> None:
    if len(set(numbers)) != len(numbers):
        raise InvalidRequest("同じ宛名番号が2回あります。", fields={"hashes": "重複しています。"})
    if any(number <= after or (until and number > until) for number in numbers):
        raise InvalidRequest(
            "照合する範囲の外の宛名番号があります。", fields={"hashes": "範囲外です。"}
        )
