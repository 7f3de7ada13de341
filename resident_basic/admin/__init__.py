"""
The pages of 個人基本: residents, 支援措置, 利用申請 and what is given on its ground, 配信状況; the reception
of files and what it left to be looked at.
"""

from resident_basic.admin import (
    applications,
    consistency,
    consumers,
    days,
    files,
    gaps,
    protection,
    receptions,
    residents,
    waiting,
    webhooks,
)

__all__ = [
    "applications",
    "consistency",
    "consumers",
    "days",
    "files",
    "gaps",
    "protection",
    "receptions",
    "residents",
    "waiting",
    "webhooks",
]
