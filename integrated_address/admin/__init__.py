"""The staff's pages of 団体内統合宛名: people, numbers, 符号取得状況, 番号訂正, 検索警報, 同一人候補, 名寄せ."""

from integrated_address.admin.amendments import NumberAmendmentAdmin
from integrated_address.admin.candidates import MatchCandidateAdmin
from integrated_address.admin.codes import LinkageCodeStatusAdmin
from integrated_address.admin.matching import MatchModelAdmin, MatchThresholdAdmin
from integrated_address.admin.merge_notices import MergeNoticeAdmin
from integrated_address.admin.merges import MergeAdmin
from integrated_address.admin.people import IntegratedAddresseeAdmin
from integrated_address.admin.watching import SearchAlarmAdmin, SearchLimitAdmin

__all__ = [
    "IntegratedAddresseeAdmin",
    "LinkageCodeStatusAdmin",
    "MatchCandidateAdmin",
    "MatchModelAdmin",
    "MatchThresholdAdmin",
    "MergeAdmin",
    "MergeNoticeAdmin",
    "NumberAmendmentAdmin",
    "SearchAlarmAdmin",
    "SearchLimitAdmin",
]
