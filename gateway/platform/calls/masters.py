"""マスター更新情報: IF_SCM_*."""

from __future__ import annotations

from gateway.platform import masters
from gateway.platform.calls.speaking import Speaking
from gateway.platform.messages import MasterUpdate


class MasterCalls(Speaking):
    """マスター更新情報: IF_SCM_*."""

    def master_updates(
        self, after_sequence: int = 0, *, correlation: str = ""
    ) -> list[MasterUpdate]:
        """Return マスター更新情報 after a sequence number (IF_SCM_30112), the next 100."""
        message = self._message("IF_SCM_30112")
        message.say("AfterSequence", str(after_sequence))
        answer = self._ask(message, correlation)
        return masters.read_updates(message.interface, answer.records())
