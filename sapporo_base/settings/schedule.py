"""The periodic work of all apps, by name; a task that finds nothing to do costs nothing."""

from typing import Any

from celery.schedules import crontab

BEAT: dict[str, dict[str, Any]] = {
    "scheduler heartbeat": {"task": "sapporo_base.tasks.beat", "schedule": 10.0},
    "relay the outbox": {"task": "sapporo_base.tasks.relay_outbox", "schedule": 2.0},
    "seal the records": {"task": "sapporo_base.tasks.seal_records", "schedule": 60.0},
    "state of the platform": {"task": "gateway.tasks.check_platform", "schedule": 5.0},
    "numbers for the platform": {"task": "gateway.tasks.read_feeds", "schedule": 10.0},
    "interactive inquiries": {"task": "gateway.tasks.work_interactive", "schedule": 2.0},
    "messages in bulk": {
        "task": "gateway.tasks.work_bulk",
        "schedule": 5.0,
        "options": {"queue": "bulk", "expires": 30},
    },
    "figures of the queues": {
        "task": "gateway.tasks.measure_queues",
        "schedule": 15.0,
        "options": {"queue": "bulk", "expires": 15},
    },
    "inquiries of others": {"task": "gateway.tasks.look_for_provisions", "schedule": 30.0},
    "exchange records": {
        "task": "gateway.tasks.fetch_exchange_records",
        "schedule": 60.0,
        "options": {"queue": "bulk"},
    },
    "doubtful identity of newcomers": {
        "task": "integrated_address.tasks.match_newcomers",
        "schedule": 30.0,
        "options": {"queue": "bulk", "expires": 30},
    },
    "doubtful identity of everybody": {
        "task": "integrated_address.tasks.find_candidates",
        "schedule": crontab(hour=4, minute=0, day_of_week="sunday"),
        "options": {"queue": "bulk"},
    },
    "household copies": {
        "task": "resident_basic.tasks.forward_households",
        "schedule": 60.0,
        "options": {"queue": "bulk"},
    },
    "nightly reconciliation of copies": {
        "task": "gateway.tasks.reconcile_all_copies",
        "schedule": crontab(hour=3, minute=15),
        "options": {"queue": "bulk"},
    },
    "nightly reconciliation of numbers and codes": {
        "task": "gateway.tasks.reconcile_codes",
        "schedule": crontab(hour=3, minute=40),
        "options": {"queue": "bulk"},
    },
    "master updates": {
        "task": "gateway.tasks.fetch_master_updates",
        "schedule": 3_600.0,
        "options": {"queue": "bulk", "expires": 3_600},
    },
    "looks of people at their own data": {
        "task": "gateway.tasks.fetch_disclosures",
        "schedule": 120.0,
        "options": {"queue": "bulk", "expires": 120},
    },
    "items shown to people": {
        "task": "gateway.tasks.fetch_disclosed_items",
        "schedule": crontab(hour=4, minute=10),
        "options": {"queue": "bulk"},
    },
    "unclear inquiries compared": {
        "task": "gateway.tasks.compare_unclear_inquiries",
        "schedule": crontab(hour=2, minute=10),
        "options": {"queue": "bulk"},
    },
    "nightly check of flags": {
        "task": "gateway.tasks.check_flags",
        "schedule": crontab(hour=3, minute=30),
        "options": {"queue": "bulk"},
    },
    "nightly comparison of exchange records": {
        "task": "gateway.tasks.compare_exchange_records",
        "schedule": crontab(hour=4, minute=0),
        "options": {"queue": "bulk"},
    },
    "files of business systems": {
        "task": "gateway.tasks.exchange_files",
        "schedule": 30.0,
        "options": {"queue": "bulk", "expires": 30},
    },
    "files and results that are kept no longer": {
        "task": "gateway.tasks.dispose_of_exchanged",
        "schedule": crontab(hour=2, minute=50),
        "options": {"queue": "bulk"},
    },
    "contents that were looked at": {
        "task": "gateway.tasks.discard_inspections",
        "schedule": 600.0,
        "options": {"queue": "bulk"},
    },
    "alarms of looks": {"task": "resident_basic.tasks.raise_look_alarms", "schedule": 10.0},
    "contradictions among residents": {
        "task": "resident_basic.tasks.check_residents",
        "schedule": crontab(hour=2, minute=30),
        "options": {"queue": "bulk"},
    },
    "wake-up calls": {
        "task": "resident_basic.tasks.wake_consumers",
        "schedule": 5.0,
        "options": {"queue": "outward", "expires": 5},
    },
    "files of the day": {
        "task": "resident_basic.tasks.deliver_files",
        "schedule": 900.0,
        "options": {"queue": "bulk"},
    },
    "received files": {
        "task": "resident_basic.tasks.dispose_received_files",
        "schedule": 86_400.0,
        "options": {"queue": "bulk"},
    },
    "reminders of the applications": {
        "task": "resident_basic.tasks.remind_sections",
        "schedule": 3_600.0,
        "options": {"queue": "bulk"},
    },
    "files asked for": {
        "task": "resident_basic.tasks.receive_ordered_files",
        "schedule": 30.0,
        "options": {"queue": "bulk", "expires": 30},
    },
    "alarms": {"task": "sapporo_base.tasks.watch_alarms", "schedule": 30.0},
    "partitions ahead": {"task": "sapporo_base.tasks.prepare_partitions", "schedule": 86_400.0},
    "claims for child allowance": {
        "task": "child_allowance.tasks.work_on_claims",
        "schedule": 60.0,
        "options": {"queue": "bulk"},
    },
    "changes for child allowance": {
        "task": "child_allowance.tasks.read_changes",
        "schedule": 300.0,
        "options": {"queue": "bulk"},
    },
    "merges of 社会保障宛名": {
        "task": "social_address.tasks.follow_merges",
        "schedule": 60.0,
        "options": {"queue": "bulk", "expires": 60},
    },
    "follow the residents": {
        "task": "social_address.tasks.follow_residents",
        "schedule": 30.0,
        "options": {"queue": "bulk"},
    },
}
