"""お知らせ: IF_OSR_*."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.platform import inquiries, notices, profile
from gateway.platform.calls.speaking import Speaking
from gateway.platform.messages import Notice, NoticeFate


class NoticeCalls(Speaking):
    """お知らせ: IF_OSR_*."""

    def send_notices(self, sent: Sequence[Notice], *, correlation: str = "") -> list[NoticeFate]:
        """Will have notices shown to people (IF_OSR_10111), up to 100."""
        message = self._message("IF_OSR_10111")
        self._at_most(message, sent, profile.ONLINE_RECORDS)
        for notice in sent:
            notices.put_notice(message, notice)
        answer = self._ask(message, correlation)
        ids = [notice.record_id for notice in sent]
        return notices.read_fates(message.interface, answer.records(), ids)

    def upload_notices(self, sent: Sequence[Notice], *, correlation: str = "") -> str:
        """Will send notices as a file (IF_OSR_10123), up to 50,000; return the receipt."""
        message = self._message("IF_OSR_10123")
        self._at_most(message, sent, profile.FILE_RECORDS)
        for notice in sent:
            notices.put_notice(message, notice)
        return self._upload_message(message, correlation)

    def notice_states(
        self, record_ids: Sequence[str], *, correlation: str = ""
    ) -> list[NoticeFate]:
        """Return where notices stand (IF_OSR_20111), up to 100."""
        return self._about_notices("IF_OSR_20111", record_ids, correlation)

    def upload_notice_state_request(
        self, record_ids: Sequence[str], *, correlation: str = ""
    ) -> str:
        """Will ask by file where notices stand (IF_OSR_20123), and return the receipt."""
        return self._upload_ids("IF_OSR_20123", record_ids, correlation)

    def withdraw_notices(
        self, record_ids: Sequence[str], *, correlation: str = ""
    ) -> list[NoticeFate]:
        """Will take notices back (IF_OSR_30111), up to 100; one that was read stays read."""
        return self._about_notices("IF_OSR_30111", record_ids, correlation)

    def upload_notice_withdrawals(self, record_ids: Sequence[str], *, correlation: str = "") -> str:
        """Will take notices back by file (IF_OSR_30123), and return the receipt."""
        return self._upload_ids("IF_OSR_30123", record_ids, correlation)

    def fetch_notice_fates(self, receipt: str, *, correlation: str = "") -> list[NoticeFate] | None:
        """Return what became of a file of notices (IF_OSR_40134), None while in work."""
        file = self._fetch("IF_OSR_40134", receipt, correlation)
        return None if file is None else notices.read_fates(file.interface, file.records(), None)

    def _about_notices(
        self, interface: str, record_ids: Sequence[str], correlation: str
    ) -> list[NoticeFate]:
        message = self._message(interface)
        self._at_most(message, record_ids, profile.ONLINE_RECORDS)
        inquiries.put_record_ids(message, record_ids)
        answer = self._ask(message, correlation)
        return notices.read_fates(interface, answer.records(), record_ids)
