"""What the gateway reads: new and deleted numbers, and requests for 符号, in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from integrated_address.models import AddresseeChange, CodeRequest
from sapporo_base.feed import Feed

CHANGE_FEED = Feed("integrated_address_addresseechange")
REQUEST_FEED = Feed("integrated_address_coderequest")


@dataclass(frozen=True, slots=True)
class AddresseeChangeEntry:
    """
    Up to a thousand numbers that were given ("numbered"), updated or taken out of use ("deleted").

    Of a 名寄せ ("merged") and its undoing ("unmerged") the number that was retired, with the `survivor`
    that is answered for it; both bear the same `trip`. Of a business number that was somebody else's
    ("moved"): whose it was, and whose it is.
    """

    receipt: int
    kind: str
    integrated_numbers: Sequence[str]
    survivor: str = ""
    trip: UUID | None = None


@dataclass(frozen=True, slots=True)
class CodeRequestEntry:
    """Up to a thousand people for whom a 符号 is to be acquired."""

    receipt: int
    integrated_numbers: Sequence[str]


def addressee_changes_after(receipt: int, limit: int) -> list[AddresseeChangeEntry]:
    """Return up to `limit` entries after the receipt, in order."""
    places = CHANGE_FEED.after(receipt, limit=limit)
    rows = AddresseeChange.objects.in_bulk([place.entry_id for place in places])
    return [
        AddresseeChangeEntry(
            place.receipt,
            row.kind,
            row.integrated_numbers,
            row.survivor,
            row.correlation_id,
        )
        for place in places
        for row in (rows[place.entry_id],)
    ]


def code_requests_after(receipt: int, limit: int) -> list[CodeRequestEntry]:
    """Return up to `limit` entries after the receipt, in order."""
    places = REQUEST_FEED.after(receipt, limit=limit)
    rows = CodeRequest.objects.in_bulk([place.entry_id for place in places])
    return [
        CodeRequestEntry(place.receipt, rows[place.entry_id].integrated_numbers) for place in places
    ]
