"""Acts that change 団体内統合宛名. One function is one act."""

from integrated_address.rules import Doubt, FourBasicItems
from integrated_address.services.amending import (
    AmendmentWaits,
    IndividualNumberIsAnothers,
    decide_amendment,
    draft_link_correction,
    draft_number_change,
    draft_number_change_of_system,
)
from integrated_address.services.basics import delete_addressee, set_support_flag, update_basics
from integrated_address.services.codes import record_code_states, request_linkage_codes
from integrated_address.services.disclosure import (
    disclose_individual_numbers,
    disclose_individual_numbers_in_bulk,
    seal_numbers_for_transport,
)
from integrated_address.services.importing import import_numbers
from integrated_address.services.linking import (
    NumberBelongsToAnother,
    PeriodIsTaken,
    correct_period,
    end_link,
    link_business_number,
    link_numbers,
    reopen_link,
)
from integrated_address.services.lists import MOST_ITEMS, Item, ItemResult, search_list
from integrated_address.services.looking import (
    look_up_by_individual_number,
    look_up_people,
    record_withheld_search,
    show_individual_number,
)
from integrated_address.services.matching import (
    JudgedAlready,
    change_thresholds,
    current_model,
    judge_different,
    judge_same,
    match_newcomers,
    match_people,
    put_off,
    thresholds,
    use_model,
)
from integrated_address.services.merging import (
    BothHaveIndividualNumbers,
    DecidedAlready,
    NothingToMerge,
    NotUndoable,
    acknowledge_by_staff,
    acknowledge_merge_notices,
    approve_merge,
    propose_merge,
    read_merge_notices,
    reject_merge,
    undo_merge,
)
from integrated_address.services.name_keys import refresh_name_keys
from integrated_address.services.number_files import number_people
from integrated_address.services.numbering import (
    Numbered,
    NumberingCounts,
    NumberingDoubtful,
    number_newcomers,
    number_person,
)
from integrated_address.services.searching import Found, SearchResult, Wanted, search
from integrated_address.services.watching import (
    SearchesStopped,
    acknowledge_search_alarms,
)

__all__ = [
    "MOST_ITEMS",
    "AmendmentWaits",
    "BothHaveIndividualNumbers",
    "DecidedAlready",
    "Doubt",
    "Found",
    "FourBasicItems",
    "IndividualNumberIsAnothers",
    "Item",
    "ItemResult",
    "JudgedAlready",
    "NotUndoable",
    "NothingToMerge",
    "NumberBelongsToAnother",
    "Numbered",
    "NumberingCounts",
    "NumberingDoubtful",
    "PeriodIsTaken",
    "SearchResult",
    "SearchesStopped",
    "Wanted",
    "acknowledge_by_staff",
    "acknowledge_merge_notices",
    "acknowledge_search_alarms",
    "approve_merge",
    "change_thresholds",
    "correct_period",
    "current_model",
    "decide_amendment",
    "delete_addressee",
    "disclose_individual_numbers",
    "disclose_individual_numbers_in_bulk",
    "draft_link_correction",
    "draft_number_change",
    "draft_number_change_of_system",
    "end_link",
    "import_numbers",
    "judge_different",
    "judge_same",
    "link_business_number",
    "link_numbers",
    "look_up_by_individual_number",
    "look_up_people",
    "match_newcomers",
    "match_people",
    "number_newcomers",
    "number_people",
    "number_person",
    "propose_merge",
    "put_off",
    "read_merge_notices",
    "record_code_states",
    "record_withheld_search",
    "refresh_name_keys",
    "reject_merge",
    "reopen_link",
    "request_linkage_codes",
    "seal_numbers_for_transport",
    "search",
    "search_list",
    "set_support_flag",
    "show_individual_number",
    "thresholds",
    "undo_merge",
    "update_basics",
    "use_model",
]
