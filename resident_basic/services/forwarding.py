"""世帯情報 to 市中間サーバ (評価書 システム5 機能3): as copies, of everyone whose number is known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from gateway import services as gateway
from integrated_address import selectors as addressees
from resident_basic.models import Delivery, ResidentChange, ResidentVersion, WaitingForwarding
from resident_basic.selectors import CHANGES
from sapporo_base import selectors as base
from sapporo_base.acts import Act

INFORMATION_CODE = "TM99000000000001"
DATASET = "0001"
REGISTER = "001-000"
FORWARDER = "030-001"
_REGISTERED = "1"
_PLACES_AT_ONCE = 5000
_NO_NUMBER = "団体内統合宛名番号がありません。付番されると自動で転送します。"
# The items of 住民基本台帳法第7条第4号 and what they hang on. The layout of 住民票関係情報 is not public:
# names and set are assumed (docs/decisions/0140-household-copies.md).
_ITEMS = (
    ("世帯番号", "household_number"),
    ("世帯主氏名", "head_name"),
    ("続柄コード1", "relationship_1"),
    ("続柄コード2", "relationship_2"),
    ("続柄コード3", "relationship_3"),
    ("続柄コード4", "relationship_4"),
    ("異動年月日", "changed_on"),
    ("住民となった年月日", "became_resident_on"),
    ("住所を定めた年月日", "residence_fixed_on"),
    ("住所市区町村コード", "municipality_code"),
    ("住民状態", "resident_status"),
)
_HEAD = "02"


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What became of a run: changes read, copies changed, people that wait for their number."""

    read: int
    changed: int
    waiting: int


def forward_households(*, act: Act, everyone: bool = False) -> Forwarded:
    """
    Forward the 世帯情報 of everyone changed since the last run, and of who waited for a number.

    :param everyone: read the feed from its beginning (全件): what did not change is not sent again.
    """
    CHANGES.publish()
    read = changed = 0
    while True:
        step = _forward_next(act, everyone)
        if step is None:
            break
        everyone = False
        read += step.read
        changed += step.changed
    changed += _forward_waiting(act)
    return Forwarded(read, changed, WaitingForwarding.objects.count())


@transaction.atomic
def _forward_next(act: Act, everyone: bool) -> Forwarded | None:  # noqa: FBT001
    system = base.system(FORWARDER)
    Delivery.objects.get_or_create(system=system)
    delivery = Delivery.objects.select_for_update().get(system=system)
    after = 0 if everyone else delivery.read_until
    places = CHANGES.after(after, limit=_PLACES_AT_ONCE)
    if not places:
        return None
    entries = ResidentChange.objects.filter(pk__in=[place.entry_id for place in places])
    changed_versions = ResidentVersion.objects.filter(pk__in=entries.values("version_id"))
    numbers = set(changed_versions.values_list("resident_number", flat=True))
    changed = _forward(sorted(numbers), act)
    delivery.read_until = delivery.acknowledged_until = places[-1].receipt
    delivery.read_at = delivery.acknowledged_at = act.at
    delivery.save()
    return Forwarded(len(places), changed, 0)


@transaction.atomic
def _forward_waiting(act: Act) -> int:
    waiting = list(WaitingForwarding.objects.select_for_update().values_list("pk", flat=True))
    return _forward(waiting, act) if waiting else 0


def _forward(numbers: Sequence[str], act: Act) -> int:
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
    counts = gateway.accept_copies(
        system=register,
        information_code=INFORMATION_CODE,
        copies=_copies(list(numbered)),
        act=act,
    )
    return counts.changed


def _copies(numbers: Sequence[str]) -> Iterator[gateway.CopyData]:
    rows = ResidentVersion.objects.filter(resident_number__in=numbers, is_latest=True)
    for row in rows.order_by("resident_number").values():
        yield gateway.CopyData(
            business_number=row["resident_number"],
            dataset=DATASET,
            key=row["resident_number"],
            items=_items(row),
            published_from=_published_from(row),
            # Who left stays answerable: others ask about the time when they lived here.
        )


def _items(row: Mapping[str, Any]) -> dict[str, str | None]:
    items = {label: _text(row[name]) for label, name in _ITEMS}
    items["世帯主である旨"] = "1" if row["relationship_1"] == _HEAD else "0"
    return items


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    return value.isoformat() if isinstance(value, date) else str(value)


def _published_from(row: Mapping[str, Any]) -> date:
    began: date = row["became_resident_on"] or row["valid_from"]
    return began
