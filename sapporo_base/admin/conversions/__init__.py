"""The conversion workbench: layouts, code tables and characters in versions, what they make, what they miss."""

from sapporo_base.admin.conversions import findings, pages

__all__ = ["findings", "pages"]
