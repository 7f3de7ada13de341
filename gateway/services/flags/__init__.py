"""自動応答不可 and 不開示該当, of people and of one 特定個人情報 of a person: set, and checked there."""

from gateway.services.flags.checking import (
    information_flags_to_check,
    note_flag_check,
    note_information_flag_check,
    numbers_to_check,
    prepare_flag_checks,
    settle_flag_check,
)
from gateway.services.flags.information import (
    information_flags_to_send,
    note_information_flags_failed,
    set_information_flags,
    settle_information_flag_file,
    settle_information_flags,
)
from gateway.services.flags.people import (
    flags_to_send,
    note_flags_failed,
    send_flags_again,
    set_answer_flags,
    settle_flag_file,
    settle_flags,
)

__all__ = [
    "flags_to_send",
    "information_flags_to_check",
    "information_flags_to_send",
    "note_flag_check",
    "note_flags_failed",
    "note_information_flag_check",
    "note_information_flags_failed",
    "numbers_to_check",
    "prepare_flag_checks",
    "send_flags_again",
    "set_answer_flags",
    "set_information_flags",
    "settle_flag_check",
    "settle_flag_file",
    "settle_flags",
    "settle_information_flag_file",
    "settle_information_flags",
]
