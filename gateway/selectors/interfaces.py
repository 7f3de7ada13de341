"""What the city speaks of the platform's interfaces just now."""

from gateway.models import PlatformInterface


def is_in_use(interface_id: str) -> bool:
    """
    Say whether an interface is spoken just now. One that is not in the list is not switched off:
    an empty table (before the reference data is loaded) must stop nothing.
    """
    return not PlatformInterface.objects.filter(pk=interface_id, in_use=False).exists()
