"""All tables of this app as of 0.1, by noun as the models are; what changes is a later migration."""

from social_address.migrations.tables import (
    accounts,
    addressees,
    contacts,
    taxes,
)

TABLES = [
    *accounts.TABLES,
    *addressees.TABLES,
    *contacts.TABLES,
    *taxes.TABLES,
]
