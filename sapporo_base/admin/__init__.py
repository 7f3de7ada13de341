"""Admin pages of the ground floor and the bases that every subsystem's pages are made from."""

from sapporo_base.admin import (
    alarms,
    batches,
    conversions,
    law,
    linkage_history,
    records,
    staff,
    systems,
    work,
)

__all__ = [
    "alarms",
    "batches",
    "conversions",
    "law",
    "linkage_history",
    "records",
    "staff",
    "systems",
    "work",
]
