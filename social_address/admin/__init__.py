"""The pages of 社会保障宛名: people and corporations, their accounts, taxes and contacts."""

from social_address.admin import addressees, registers
from social_address.admin.addressees import ways_to_resident

__all__ = ["addressees", "registers", "ways_to_resident"]
