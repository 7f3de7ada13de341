"""The pages of 支援措置: registering it, its managers' list and acts, and the alarms of looks."""

from resident_basic.admin.protection import alarms, measures

__all__ = ["alarms", "measures"]
