"""What an interface's id tells of how it is spoken, and whether the city speaks it at all."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from gateway.platform.failures import CannotBeSent, InterfaceNotInUse

InUse = Callable[[str], bool]
"""Says whether the city speaks an interface just now; the rows of `PlatformInterface` do."""


class Kind(StrEnum):
    """The last digit of an interface's id."""

    REGISTER = "1"
    GET = "2"
    UPLOAD = "3"
    DOWNLOAD = "4"
    SEND = "5"


ONLINE = frozenset({Kind.REGISTER, Kind.GET, Kind.SEND})


def must_speak(interface: str, *, as_one_of: frozenset[Kind], in_use: InUse) -> None:
    """
    Will pass silently if the interface is in use and is spoken in the way of its kind.

    :raises InterfaceNotInUse: the city has switched it off.
    :raises CannotBeSent: a message was about to go by an interface of another kind.
    """
    if Kind(interface[-1]) not in as_one_of:
        raise CannotBeSent(interface, "kind of interface")
    if not in_use(interface):
        raise InterfaceNotInUse(interface)
