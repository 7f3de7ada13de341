"""Acts that change 団体内統合宛名. One function is one act."""

from integrated_address.rules import Doubt, FourBasicItems
from integrated_address.services.basics import delete_addressee, set_support_flag, update_basics
from integrated_address.services.codes import record_code_states, request_linkage_codes
from integrated_address.services.disclosure import (
    disclose_individual_numbers,
    seal_numbers_for_transport,
)
from integrated_address.services.linking import (
    NumberBelongsToAnother,
    link_business_number,
    link_numbers,
)
from integrated_address.services.numbering import (
    Numbered,
    NumberingCounts,
    NumberingDoubtful,
    number_newcomers,
    number_person,
)

__all__ = [
    "Doubt",
    "FourBasicItems",
    "NumberBelongsToAnother",
    "Numbered",
    "NumberingCounts",
    "NumberingDoubtful",
    "delete_addressee",
    "disclose_individual_numbers",
    "link_business_number",
    "link_numbers",
    "number_newcomers",
    "number_person",
    "record_code_states",
    "request_linkage_codes",
    "seal_numbers_for_transport",
    "set_support_flag",
    "update_basics",
]
