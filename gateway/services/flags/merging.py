"""
Flags follow a 名寄せ: what is protected under either number is protected under the one that remains, and
after the undoing each has what it had.
"""

from collections.abc import Iterable
from uuid import UUID

from gateway.models import Copy, InformationFlag, PlatformNumber
from sapporo_base.acts import Act

FlagRow = InformationFlag | PlatformNumber
Pair = tuple[bool, bool]


def carry_flags(*, retired: PlatformNumber, survivor: PlatformNumber, trip: UUID, act: Act) -> None:
    """
    Protect the survivor as either was protected; the same 名寄せ again changes nothing.

    The retired number leaves the platform with its flags: its rows keep what was wanted.
    """
    if _carry(survivor, _wanted(retired), trip):
        survivor.flags_due_at = act.at
        survivor.save(
            update_fields=["no_automatic_answer", "not_disclosed", "flags_due_at", "before_merges"]
        )
    _carry_all(_by_information(retired.pk).values(), survivor.pk, trip, act)
    InformationFlag.objects.filter(integrated_number=retired.pk).update(
        due_at=None,
        set_at=None,
        sent_no_automatic_answer=False,
        sent_not_disclosed=False,
        differed_at=None,
    )


def protect_as_before(*, first: str, target: str, trip: UUID, act: Act) -> None:
    """
    Protect what was moved from one person to another as it was protected; of the first it stays so too,
    until somebody who knows why says otherwise.
    """
    moved = Copy.objects.filter(integrated_number=first, correlation_id=trip, is_withdrawn=True)
    codes = set(moved.values_list("information_code", flat=True))
    rows = [row for code, row in _by_information(first).items() if code in codes]
    _carry_all(rows, target, trip, act)


def _carry_all(rows: Iterable[InformationFlag], number: str, trip: UUID, act: Act) -> None:
    known = _by_information(number)
    for row in rows:
        own = known.get(row.information_code) or InformationFlag(
            integrated_number=number,
            information_code=row.information_code,
            system_id=row.system_id,
            correlation_id=act.correlation_id,
        )
        if _carry(own, _wanted(row), trip):
            own.due_at = own.changed_at = act.at
            own.attempts, own.error = 0, ""
            own.save()


def return_flags(
    *, retired: PlatformNumber, survivor: PlatformNumber, trip: UUID, act: Act
) -> None:
    """
    Give each number the flags it had; what was set for the survivor meanwhile holds for both.

    The platform forgot the flags of the retired number: they are told again.
    """
    meanwhile = _return(survivor, trip)
    if meanwhile is not None:
        survivor.flags_due_at = act.at
        survivor.save(
            update_fields=["no_automatic_answer", "not_disclosed", "flags_due_at", "before_merges"]
        )
        _protect(retired, meanwhile)
    if any(_wanted(retired)):
        retired.flags_due_at = act.at
    retired.save(update_fields=["no_automatic_answer", "not_disclosed", "flags_due_at"])
    of_retired = _by_information(retired.pk)
    for code, own in _by_information(survivor.pk).items():
        meanwhile = _return(own, trip)
        if meanwhile is None:
            continue
        if code in of_retired:
            _protect(of_retired[code], meanwhile)
        own.due_at = own.changed_at = act.at
        own.save()
    for row in of_retired.values():
        row.due_at = row.changed_at = act.at
        row.attempts, row.error = 0, ""
        row.save()


def _by_information(number: str) -> dict[str, InformationFlag]:
    rows: Iterable[InformationFlag] = InformationFlag.objects.select_for_update().filter(
        integrated_number=number
    )
    return {row.information_code: row for row in rows}


def _wanted(row: FlagRow) -> Pair:
    return row.no_automatic_answer, row.not_disclosed


def _protect(row: FlagRow, flags: Pair) -> None:
    row.no_automatic_answer = row.no_automatic_answer or flags[0]
    row.not_disclosed = row.not_disclosed or flags[1]


def _carry(row: FlagRow, flags: Pair, trip: UUID) -> bool:
    """Add flags to a row and note what it was; say whether it changed."""
    before = _wanted(row)
    if any(told["merge"] == str(trip) for told in row.before_merges):
        return False
    _protect(row, flags)
    if _wanted(row) == before:
        return False
    row.before_merges = [
        *row.before_merges,
        {"merge": str(trip), "before": list(before), "after": list(_wanted(row))},
    ]
    return True


def _return(row: FlagRow, trip: UUID) -> Pair | None:
    """
    Take back what a 名寄せ added to a row; None where it added nothing.

    Return what was set meanwhile, which stays: nothing, where the row is as the 名寄せ left it.
    """
    told = next((one for one in row.before_merges if one["merge"] == str(trip)), None)
    if told is None:
        return None
    row.before_merges = [one for one in row.before_merges if one is not told]
    if list(_wanted(row)) != told["after"]:
        return _wanted(row)
    row.no_automatic_answer, row.not_disclosed = told["before"]
    return False, False
