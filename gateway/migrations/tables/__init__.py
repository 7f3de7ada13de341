"""All tables of this app as of 0.1, by noun as the models are; what changes is a later migration."""

from gateway.migrations.tables import (
    code_differences,
    copies,
    disclosures,
    exchanges,
    files,
    flags,
    hours,
    inquiries,
    masters,
    notices,
    numbers,
    permissions,
    provisions,
    queues,
    reconciliations,
)

TABLES = [
    *code_differences.TABLES,
    *copies.TABLES,
    *disclosures.TABLES,
    *exchanges.TABLES,
    *files.TABLES,
    *flags.TABLES,
    *hours.TABLES,
    *inquiries.TABLES,
    *masters.TABLES,
    *notices.TABLES,
    *numbers.TABLES,
    *permissions.TABLES,
    *provisions.TABLES,
    *queues.TABLES,
    *reconciliations.TABLES,
]
