"""Everybody who is linked is told of a 名寄せ and of its undoing: the platform, matching, the systems."""

from collections.abc import Sequence

from integrated_address.models import AddresseeChange, Merge, MergeNotice
from integrated_address.selectors.doubts import NumbersOfSystem
from sapporo_base.acts import Act
from sapporo_base.nudge import nudge


def tell_all(
    merge: Merge, kind: MergeNotice.Kind, systems: Sequence[NumbersOfSystem], act: Act
) -> None:
    """Put it into the feed that the gateway reads, and a notice of its own numbers for each system."""
    AddresseeChange.objects.create(
        kind=kind.value,
        integrated_numbers=[merge.retired_id],
        survivor=merge.survivor_id,
        at=act.at,
        # The undoing finds by it what the 名寄せ did.
        correlation_id=merge.correlation_id,
    )
    MergeNotice.objects.bulk_create(
        [
            MergeNotice(
                merge=merge,
                kind=kind,
                system_id=system.system_id,
                moved_numbers=list(system.moved),
                kept_numbers=list(system.kept),
                at=act.at,
                correlation_id=act.correlation_id,
            )
            for system in systems
        ]
    )
    nudge("gateway.tasks.read_feeds")
