"""情報提供等記録: IF_TKM_*."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.platform import records
from gateway.platform.calls.speaking import Speaking
from gateway.platform.envelope import Outgoing
from gateway.platform.messages import ExchangeRecord, Outcome, RecordUpdate


class RecordCalls(Speaking):
    """情報提供等記録: IF_TKM_*."""

    def request_exchange_records(self, after_sequence: int = 0, *, correlation: str = "") -> str:
        """Will ask for the 情報提供等記録 after a sequence number (IF_TKM_40113)."""
        interface = "IF_TKM_40113"
        message_id = self._new_id()
        message = Outgoing(interface, message_id, self._sender)
        message.say("AfterSequence", str(after_sequence))
        entries = [(f"{interface[3:]}_001.xml", message.as_bytes())]
        return self._upload(interface, message_id, entries, correlation)

    def fetch_exchange_records(
        self, receipt: str, *, correlation: str = ""
    ) -> list[ExchangeRecord] | None:
        """Return 情報提供等記録 in order (IF_TKM_40124), None while the file is not made."""
        file = self._fetch("IF_TKM_40124", receipt, correlation)
        if file is None:
            return None
        return records.read_exchange_records(file.interface, file.records())

    def upload_record_updates(
        self, updates: Sequence[RecordUpdate], *, correlation: str = ""
    ) -> str:
        """Will have 情報提供等記録 marked 不開示 or not (IF_TKM_40133), and return the receipt."""
        return self._upload_records(
            "IF_TKM_40133", lambda message: records.put_updates(message, updates), correlation
        )

    def fetch_record_update_results(self, receipt: str, *, correlation: str = "") -> Outcome | None:
        """Return which 情報提供等記録 were updated (IF_TKM_40144), None while in work."""
        return self._fetch_outcome("IF_TKM_40144", receipt, correlation)
