"""The pages of 市中間サーバ: what waits, why, and when it goes out; answers to others; opening hours."""

from gateway.admin import calendar, copies, exchanges, hours, inquiries, interfaces, queues
from gateway.admin.home import home_block
from gateway.admin.provisions import provision_block

__all__ = [
    "calendar",
    "copies",
    "exchanges",
    "home_block",
    "hours",
    "inquiries",
    "interfaces",
    "provision_block",
    "queues",
]
