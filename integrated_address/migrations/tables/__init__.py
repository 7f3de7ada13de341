"""All tables of this app as of 0.1, by noun as the models are; what changes is a later migration."""

from integrated_address.migrations.tables import (
    addressees,
    amendments,
    basics,
    business_numbers,
    codes,
    individual_numbers,
    matching,
    merges,
    watching,
)

TABLES = [
    *addressees.TABLES,
    *amendments.TABLES,
    *basics.TABLES,
    *business_numbers.TABLES,
    *codes.TABLES,
    *individual_numbers.TABLES,
    *matching.TABLES,
    *merges.TABLES,
    *watching.TABLES,
]
