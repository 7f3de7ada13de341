"""Acts that change 団体内統合宛名. One function is one act."""

from integrated_address.rules import Doubt, FourBasicItems
from integrated_address.services.basics import delete_addressee, set_support_flag, update_basics
from integrated_address.services.codes import record_code_states, request_linkage_codes
from integrated_address.services.disclosure import (
    disclose_individual_numbers,
    disclose_individual_numbers_in_bulk,
    seal_numbers_for_transport,
)
from integrated_address.services.linking import (
    NumberBelongsToAnother,
    link_business_number,
    link_numbers,
)
from integrated_address.services.looking import (
    look_up_by_individual_number,
    look_up_people,
    record_withheld_search,
    show_individual_number,
)
from integrated_address.services.merging import (
    BothHaveIndividualNumbers,
    DecidedAlready,
    NothingToMerge,
    NotUndoable,
    approve_merge,
    propose_merge,
    reject_merge,
    undo_merge,
)
from integrated_address.services.numbering import (
    Numbered,
    NumberingCounts,
    NumberingDoubtful,
    number_newcomers,
    number_person,
)
from integrated_address.services.searching import Found, SearchResult, Wanted, search

__all__ = [
    "BothHaveIndividualNumbers",
    "DecidedAlready",
    "Doubt",
    "Found",
    "FourBasicItems",
    "NotUndoable",
    "NothingToMerge",
    "NumberBelongsToAnother",
    "Numbered",
    "NumberingCounts",
    "NumberingDoubtful",
    "SearchResult",
    "Wanted",
    "approve_merge",
    "delete_addressee",
    "disclose_individual_numbers",
    "disclose_individual_numbers_in_bulk",
    "link_business_number",
    "link_numbers",
    "look_up_by_individual_number",
    "look_up_people",
    "number_newcomers",
    "number_person",
    "propose_merge",
    "record_code_states",
    "record_withheld_search",
    "reject_merge",
    "request_linkage_codes",
    "seal_numbers_for_transport",
    "search",
    "set_support_flag",
    "show_individual_number",
    "undo_merge",
    "update_basics",
]
