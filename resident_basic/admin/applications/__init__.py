"""利用申請: drafted, decided and certified; who gets which item; what a system would see of a person."""

from resident_basic.admin.applications import items, pages
from resident_basic.admin.applications.home import application_block, section_block

__all__ = ["application_block", "items", "pages", "section_block"]
