"""The pages of 市中間サーバ: what waits, why, and when it goes out; answers to others; opening hours."""

from gateway.admin import (
    calendar,
    copies,
    disclosures,
    exchanges,
    hours,
    inquiries,
    interfaces,
    notices,
    queues,
)
from gateway.admin.home import home_block
from gateway.admin.masters import master_block
from gateway.admin.provisions import provision_block

__all__ = [
    "calendar",
    "copies",
    "disclosures",
    "exchanges",
    "home_block",
    "hours",
    "inquiries",
    "interfaces",
    "master_block",
    "notices",
    "provision_block",
    "queues",
]
