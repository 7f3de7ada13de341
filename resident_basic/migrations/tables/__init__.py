"""All tables of this app as of 0.1, by noun as the models are; what changes is a later migration."""

from resident_basic.migrations.tables import (
    approvals,
    certifying,
    consistency,
    deliveries,
    files,
    protection,
    receptions,
    residents,
    webhooks,
)

TABLES = [
    *approvals.TABLES,
    *certifying.TABLES,
    *consistency.TABLES,
    *deliveries.TABLES,
    *files.TABLES,
    *protection.TABLES,
    *receptions.TABLES,
    *residents.TABLES,
    *webhooks.TABLES,
]
