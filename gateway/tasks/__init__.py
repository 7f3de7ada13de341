"""
The gateway at work: claim, speak to the platform, settle. The only place that uses
`gateway.platform`.

Each message is leased, sent and settled in steps of their own; a kill at any line leaves a lease
that expires, and sending again sends the same records, which the platform takes for one.
"""

from gateway.tasks.copies import reconcile_all_copies, reconcile_copies
from gateway.tasks.disclosures import fetch_disclosed_items, fetch_disclosures
from gateway.tasks.files import dispose_of_exchanged, exchange_files
from gateway.tasks.flags import check_flags
from gateway.tasks.holdings import discard_inspections
from gateway.tasks.inquiries import compare_unclear_inquiries
from gateway.tasks.masters import fetch_master_updates
from gateway.tasks.numbers import read_feeds, reconcile_codes
from gateway.tasks.provisions import look_for_provisions
from gateway.tasks.records import compare_exchange_records, fetch_exchange_records
from gateway.tasks.state import check_platform, measure_queues, test_connection
from gateway.tasks.working import carry_out, work_bulk, work_interactive

__all__ = [
    "carry_out",
    "check_flags",
    "check_platform",
    "compare_exchange_records",
    "compare_unclear_inquiries",
    "discard_inspections",
    "dispose_of_exchanged",
    "exchange_files",
    "fetch_disclosed_items",
    "fetch_disclosures",
    "fetch_exchange_records",
    "fetch_master_updates",
    "look_for_provisions",
    "measure_queues",
    "read_feeds",
    "reconcile_all_copies",
    "reconcile_codes",
    "reconcile_copies",
    "test_connection",
    "work_bulk",
    "work_interactive",
]
