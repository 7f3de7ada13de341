"""Pages of 児童手当 for the examiner and the pay clerk; services act."""

from child_allowance.admin import claims, payments, proposals, recipients

__all__ = ["claims", "payments", "proposals", "recipients"]
