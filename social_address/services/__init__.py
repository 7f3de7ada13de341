"""Acts of 社会保障宛名. One function is one act: atomic, idempotent, recorded."""

from social_address.services.accounts import fill_accounts, receive_accounts, register_accounts
from social_address.services.contacts import Contact, close_follow_up, record_contact
from social_address.services.disclosure import (
    ChangePage,
    disclose_changes,
    disclose_subjects,
    disclose_taxes,
    permit_resident_items,
    search_addressees,
)
from social_address.services.merges import follow_merges
from social_address.services.newcomers import Newcomer, NoNumbersLeft
from social_address.services.registration import become_resident, register_addressee
from social_address.services.residents import follow_residents
from social_address.services.subjects import register_subjects
from social_address.services.taxes import receive_taxes

__all__ = [
    "ChangePage",
    "Contact",
    "Newcomer",
    "NoNumbersLeft",
    "become_resident",
    "close_follow_up",
    "disclose_changes",
    "disclose_subjects",
    "disclose_taxes",
    "fill_accounts",
    "follow_merges",
    "follow_residents",
    "permit_resident_items",
    "receive_accounts",
    "receive_taxes",
    "record_contact",
    "register_accounts",
    "register_addressee",
    "register_subjects",
    "search_addressees",
]
