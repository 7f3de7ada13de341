"""The rules of 団体内統合宛名. Pure."""

from integrated_address.rules.merging import Standing, survivor_of
from integrated_address.rules.numbering import (
    CODE_STEPS,
    FIRST_SERIAL,
    LAST_SERIAL,
    NUMBER_LENGTH,
    REGISTERED_RESIDENT,
    RESIDENT_REGISTER,
    CodeState,
    Doubt,
    FourBasicItems,
    Verdict,
    integrated_number,
    is_integrated_number,
    judge_request,
    state_after_request,
    update_counts,
)

__all__ = [
    "CODE_STEPS",
    "FIRST_SERIAL",
    "LAST_SERIAL",
    "NUMBER_LENGTH",
    "REGISTERED_RESIDENT",
    "RESIDENT_REGISTER",
    "CodeState",
    "Doubt",
    "FourBasicItems",
    "Standing",
    "Verdict",
    "integrated_number",
    "is_integrated_number",
    "judge_request",
    "state_after_request",
    "survivor_of",
    "update_counts",
]
