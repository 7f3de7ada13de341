"""
世帯情報 to 市中間サーバ (評価書 システム5 機能3): as copies, of everyone whose number is known.

市中間サーバ (030-003) is a receiver like any other: it gets the items of its own 利用申請. While it has
none in force its place in the feed stands still; nothing is lost, and 配信状況 shows why.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction

from gateway import services as gateway
from integrated_address import selectors as addressees
from resident_basic import selectors
from resident_basic.models import Delivery, ResidentChange, ResidentVersion, WaitingForwarding
from resident_basic.rules.applications import API
from resident_basic.rules.datasets import Dataset, household_dataset
from resident_basic.rules.items import REGISTER
from resident_basic.selectors import CHANGES
from resident_basic.services.disclosure import record_stretch
from resident_basic.services.permits import INFORMATION, why_not
from sapporo_base import selectors as base
from sapporo_base import services as base_services
from sapporo_base.acts import Act

RECEIVER = "030-003"
_PLACES_AT_ONCE = 5000
_NO_NUMBER = "団体内統合宛名番号がありません。付番されると自動で転送します。"
_HEAD = "02"
_UNDONE = "28"  # 異動の取消し(減)


@dataclass(frozen=True, slots=True)
class Forwarded:
    """
    What became of a run: changes read, copies changed, people that wait for their number.

    `stopped` says why nothing goes out, where 市中間サーバ has no 利用申請 in force.
    """

    read: int
    changed: int
    waiting: int
    stopped: str = ""


def forward_households(*, act: Act, everyone: bool = False) -> Forwarded:
    """
    Forward the 世帯情報 of everyone changed since the last run, and of who waited for a number.

    :param everyone: read the feed from its beginning (全件): what did not change is not sent again.
    """
    receiver = base.system(RECEIVER)
    CHANGES.publish()
    read = changed = 0
    while step := _forward_next(act, everyone):
        everyone = False
        read += step.read
        changed += step.changed
    changed += _forward_waiting(act)
    stopped = ""
    if not _approval(act).disclosed:
        stopped = why_not(system=receiver, act=act).message
    return Forwarded(read, changed, WaitingForwarding.objects.count(), stopped)


def _approval(act: Act) -> selectors.Approval:
    found = selectors.approved_items(system=base.system(RECEIVER), day=act.day, form=API)
    # A year alone is no date of the dataset: what is approved less than whole is left out, by name.
    return replace(found, items=found.whole, reductions={})


def _receiving(act: Act, approval: selectors.Approval) -> Act:
    return replace(act, system=base.system(RECEIVER)).for_purpose(
        procedure=approval.procedure, legal_basis=approval.legal_basis
    )


@transaction.atomic
def _forward_next(act: Act, everyone: bool) -> Forwarded | None:  # noqa: FBT001
    system = base.system(RECEIVER)
    # Its place stands on the board even before anything was approved.
    Delivery.objects.get_or_create(system=system)
    approval = _approval(act)
    if not approval.disclosed:
        return None
    delivery = Delivery.objects.select_for_update().get(system=system)
    after = 0 if everyone else delivery.read_until
    places = CHANGES.after(after, limit=_PLACES_AT_ONCE)
    if not places:
        return None
    entries = ResidentChange.objects.filter(pk__in=[place.entry_id for place in places])
    changed_versions = ResidentVersion.objects.filter(pk__in=entries.values("version_id"))
    numbers = set(changed_versions.values_list("resident_number", flat=True))
    changed = _forward(sorted(numbers), approval, act)
    until = places[-1].receipt
    record_stretch(_receiving(act, approval), approval, after=after, until=until, count=len(places))
    Delivery.objects.filter(system=system).update(
        read_until=until, acknowledged_until=until, acknowledged_at=act.at
    )
    return Forwarded(len(places), changed, 0)


@transaction.atomic
def _forward_waiting(act: Act) -> int:
    approval = _approval(act)
    waiting = list(WaitingForwarding.objects.select_for_update().values_list("pk", flat=True))
    if not waiting or not approval.disclosed:
        return 0
    before = len(waiting)
    changed = _forward(waiting, approval, act)
    still = set(WaitingForwarding.objects.values_list("pk", flat=True))
    if gone := [number for number in waiting if number not in still]:
        base_services.record_linkage(
            _receiving(act, approval),
            "resident_disclosed",
            subjects=[("resident", number) for number in gone],
            items=approval.disclosed,
            withheld=approval.withheld,
            receiver_code=RECEIVER,
            information=INFORMATION,
            detail=f"転送待ち{before}人のうち{len(gone)}人",
        )
    return changed


def _forward(numbers: Sequence[str], approval: selectors.Approval, act: Act) -> int:
    register = base.system(REGISTER)
    numbered = addressees.integrated_numbers_of(system=register, business_numbers=numbers)
    without = [number for number in numbers if number not in numbered]
    WaitingForwarding.objects.filter(pk__in=list(numbered)).delete()
    WaitingForwarding.objects.bulk_create(
        [WaitingForwarding(pk=n, reason=_NO_NUMBER, waiting_since=act.at) for n in without],
        ignore_conflicts=True,
    )
    if not numbered:
        return 0
    dataset = household_dataset(act.day)
    counts = gateway.accept_copies(
        system=register,
        provider=base.system(RECEIVER),
        information_code=dataset.information_code,
        layout_version=dataset.layout_version,
        copies=_copies(list(numbered), approval, dataset),
        act=act,
    )
    return counts.changed


def _copies(
    numbers: Sequence[str], approval: selectors.Approval, dataset: Dataset
) -> Iterator[gateway.CopyData]:
    known = {
        number: (one.valid_from, one.head_resident_number, one.change_reason)
        for number, one in selectors.latest_of(numbers).items()
    }
    heads = selectors.protected_among({head for _, head, _ in known.values()})
    for row in selectors.residents_for(numbers=numbers, approval=approval):
        since, head, reason = known[row.resident_number]
        items = dict(row.items)
        if head in heads and head != row.resident_number:
            # Others are answered about this person without anyone's look: not where the head lives.
            items["head_name"] = None
        began = items.get("became_resident_on")
        yield gateway.CopyData(
            business_number=row.resident_number,
            dataset=dataset.dataset,
            key=row.resident_number,
            items=_items(items, dataset),
            published_from=began if isinstance(began, date) else since,
            # Who left or died stays answerable: others ask about the time when they lived here. Whose
            # 記載 was undone never lived here: nothing of them is to be answered.
            is_withdrawn=reason == _UNDONE,
        )


def _items(row: Mapping[str, Any], dataset: Dataset) -> dict[str, str | None]:
    items = {label: _text(row.get(name)) for label, name in dataset.items.items()}
    if "relationship_1" in row:
        items["世帯主である旨"] = "1" if row["relationship_1"] == _HEAD else "0"
    return items


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    return value.isoformat() if isinstance(value, date) else str(value)
