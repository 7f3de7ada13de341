"""稼動状態: IF_SYM_*."""

from __future__ import annotations

from gateway.platform import profile
from gateway.platform.calls.speaking import Speaking
from gateway.platform.envelope import moment
from gateway.platform.messages import OperatingState


class SystemCalls(Speaking):
    """稼動状態: IF_SYM_*."""

    def operating_state(self, *, correlation: str = "") -> OperatingState:
        """Return whether the platform is open (IF_SYM_20212); answered when it is closed too."""
        message = self._message("IF_SYM_20212")
        told = {
            "OperatingState": profile.OPERATING_STATE,
            "ClosesAt": profile.MOMENT,
            "ReopensAt": profile.MOMENT,
        }
        body = self._ask(message, correlation, told).body
        return OperatingState(
            is_open=body["OperatingState"] == "1",
            closes_at=moment(message.interface, body["ClosesAt"], "ClosesAt"),
            reopens_at=moment(message.interface, body["ReopensAt"], "ReopensAt"),
        )
