"""The pages of 個人基本: residents, 利用申請 and what is given on its ground, 配信状況."""

from resident_basic.admin import applications, deliveries, residents

__all__ = ["applications", "deliveries", "residents"]
