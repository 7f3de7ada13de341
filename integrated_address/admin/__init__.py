"""The staff's pages of 団体内統合宛名: people and their numbers, 符号取得状況, 番号訂正, 検索警報."""

from integrated_address.admin.amendments import NumberAmendmentAdmin
from integrated_address.admin.codes import LinkageCodeStatusAdmin
from integrated_address.admin.people import IntegratedAddresseeAdmin
from integrated_address.admin.watching import SearchAlarmAdmin, SearchLimitAdmin

__all__ = [
    "IntegratedAddresseeAdmin",
    "LinkageCodeStatusAdmin",
    "NumberAmendmentAdmin",
    "SearchAlarmAdmin",
    "SearchLimitAdmin",
]
