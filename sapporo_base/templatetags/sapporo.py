"""The ways of writing of `sapporo_base.admin.display`, for templates."""

from collections.abc import Sequence
from datetime import date, datetime
from types import ModuleType
from typing import Any

from django import template
from django.utils.safestring import SafeString

register = template.Library()


def _display() -> ModuleType:
    # The theme renders a widget while its own module is being imported, and loads this library for
    # it: the admin package, which needs the theme, can only be imported afterwards.
    from sapporo_base.admin import display  # noqa: PLC0415

    return display


@register.filter
def money(yen: int | None) -> SafeString:
    """Write 12,345円."""
    return _display().money(yen)


@register.filter
def items(words: Sequence[str]) -> SafeString:
    """Write a list of item names."""
    return _display().items(words)


@register.filter
def day(value: date | None) -> SafeString:
    """Write a date: 令和8年11月23日(月)."""
    return _display().day(value)


@register.filter
def moment(value: datetime | None) -> SafeString:
    """Write a time: 令和8年11月23日(月) 9:05."""
    return _display().moment(value)


@register.filter
def grouped(number: str, size: int = 5) -> SafeString:
    """Write a number in groups."""
    return _display().grouped(number, size)


@register.simple_tag
def name_and_kana(name: str, kana: str, url: str = "") -> SafeString:
    """Write a name over its kana."""
    return _display().name_and_kana(name, kana, url=url)


@register.simple_tag
def badge(word: str, level: str = "plain") -> SafeString:
    """Write a state as a word with its shape."""
    return _display().badge(word, level)


@register.simple_tag
def attention(word: str, level: int) -> SafeString:
    """Write the state of a home block."""
    return _display().badge(word, ("done", "info", "waiting", "warned", "stopped")[level])


@register.filter
def said_once(parts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the parts of the way to a page that lead somewhere; where two are called alike, the second."""
    led = [part for part in parts if part.get("link")]
    following = [*(str(part["title"]) for part in led[1:]), ""]
    return [
        part for part, after in zip(led, following, strict=False) if str(part["title"]) != after
    ]
