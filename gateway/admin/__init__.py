"""The pages of 市中間サーバ: what waits, why, and when it goes out; answers to others; opening hours."""

from gateway.admin import (
    calendar,
    code_differences,
    copies,
    disclosures,
    exchanges,
    files,
    flags,
    hours,
    inquiries,
    inspections,
    interfaces,
    notices,
    provisions,
    publications,
    queues,
    reconciliations,
    records,
    waiting_codes,
)
from gateway.admin.home import home_block, provision_block
from gateway.admin.masters import master_block
from gateway.admin.reconciliations import difference_block

__all__ = [
    "calendar",
    "code_differences",
    "copies",
    "difference_block",
    "disclosures",
    "exchanges",
    "files",
    "flags",
    "home_block",
    "hours",
    "inquiries",
    "inspections",
    "interfaces",
    "master_block",
    "notices",
    "provision_block",
    "provisions",
    "publications",
    "queues",
    "reconciliations",
    "records",
    "waiting_codes",
]
