"""All tables of this app as of 0.1, by noun as the models are; what changes is a later migration."""

from child_allowance.migrations.tables import (
    claims,
    payments,
    proposals,
    recipients,
)

TABLES = [
    *claims.TABLES,
    *payments.TABLES,
    *proposals.TABLES,
    *recipients.TABLES,
]
