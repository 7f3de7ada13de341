"""Tables of 社会保障宛名: people and corporations of 社会保障, their accounts, taxes and contacts."""

from social_address.models.accounts import BankAccount
from social_address.models.addressees import (
    AddresseeNumberRange,
    AddresseeVersion,
    OutOfRegistryPerson,
    ResidentFeedReceipt,
    ServiceSubject,
    SocialAddressee,
    SocialAddresseeChange,
)
from social_address.models.contacts import ContactRecord
from social_address.models.taxes import TaxInformation

__all__ = [
    "AddresseeNumberRange",
    "AddresseeVersion",
    "BankAccount",
    "ContactRecord",
    "OutOfRegistryPerson",
    "ResidentFeedReceipt",
    "ServiceSubject",
    "SocialAddressee",
    "SocialAddresseeChange",
    "TaxInformation",
]
