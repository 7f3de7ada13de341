"""The pages of 市中間サーバ: what waits, why, and when it goes out; answers to others; opening hours."""

from gateway.admin import copies, exchanges, hours, inquiries, interfaces
from gateway.admin.home import home_block
from gateway.admin.provisions import provision_block

__all__ = [
    "copies",
    "exchanges",
    "home_block",
    "hours",
    "inquiries",
    "interfaces",
    "provision_block",
]
