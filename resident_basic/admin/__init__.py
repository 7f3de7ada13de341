"""The pages of 個人基本: residents, 支援措置, 利用申請 and what is given on its ground, 配信状況."""

from resident_basic.admin import (
    applications,
    consistency,
    consumers,
    days,
    protection,
    residents,
    waiting,
)

__all__ = [
    "applications",
    "consistency",
    "consumers",
    "days",
    "protection",
    "residents",
    "waiting",
]
