"""All tables of this app as of 0.1, by noun as the models are; what changes is a later migration."""

from sapporo_base.migrations.tables import (
    alarms,
    batches,
    conversions,
    law,
    layouts,
    records,
    staff,
    systems,
    work,
)

TABLES = [
    *alarms.TABLES,
    *batches.TABLES,
    *conversions.TABLES,
    *law.TABLES,
    *layouts.TABLES,
    *records.TABLES,
    *staff.TABLES,
    *systems.TABLES,
    *work.TABLES,
]
