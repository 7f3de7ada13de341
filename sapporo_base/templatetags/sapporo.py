"""The ways of writing of `sapporo_base.admin.display`, for templates."""

from datetime import date, datetime

from django import template
from django.utils.safestring import SafeString

from sapporo_base.admin import display

register = template.Library()

register.filter("money", display.money)
register.filter("items", display.items)


@register.filter
def day(value: date | None) -> SafeString:
    """Write a date: 令和8年11月23日(月)."""
    return display.day(value)


@register.filter
def moment(value: datetime | None) -> SafeString:
    """Write a time: 令和8年11月23日(月) 9:05."""
    return display.moment(value)


@register.filter
def grouped(number: str, size: int = 5) -> SafeString:
    """Write a number in groups."""
    return display.grouped(number, size)


@register.simple_tag
def badge(word: str, level: str = "plain") -> SafeString:
    """Write a state as a word with its shape."""
    return display.badge(word, level)


@register.simple_tag
def attention(word: str, level: int) -> SafeString:
    """Write the state of a home block."""
    return display.badge(word, ("done", "info", "waiting", "warned", "stopped")[level])
