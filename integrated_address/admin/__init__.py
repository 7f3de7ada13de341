"""The staff's pages of 団体内統合宛名: people and their numbers, 符号取得状況, home page."""

from integrated_address.admin.codes import LinkageCodeStatusAdmin
from integrated_address.admin.people import IntegratedAddresseeAdmin

__all__ = ["IntegratedAddresseeAdmin", "LinkageCodeStatusAdmin"]
