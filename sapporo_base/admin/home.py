"""
The home page: what waits, what failed, how things stand. Each app adds blocks by name.

`settings.HOME_BLOCKS` lists functions `(request) -> HomeBlock | None`; None where the person has no right to it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)


class Attention(IntEnum):
    """How much it wants attention; the greater, the further up. Each has a word, a colour and a shape."""

    CALM = 0
    INFORMED = 1
    WAITING = 2
    WARNED = 3
    STOPPED = 4


@dataclass(frozen=True, slots=True)
class HomeRow:
    """One line: what, how much or since when, and where to go; `note` is a sentence under it."""

    label: str
    value: str = ""
    url: str = ""
    attention: Attention = Attention.CALM
    note: str = ""


@dataclass(frozen=True, slots=True)
class HomeBlock:
    """
    One block of the home page.

    `state` is the word beside the shape (正常, 2件待ち, 停止中); `note` one sentence under the title;
    `links` are (words, url) at the foot; `order` sorts among blocks of the same attention.
    """

    title: str
    state: str
    attention: Attention = Attention.CALM
    rows: Sequence[HomeRow] = ()
    note: str = ""
    links: Sequence[tuple[str, str]] = field(default=())
    order: int = 50


class BlockMaker(Protocol):
    """What `settings.HOME_BLOCKS` names."""

    def __call__(self, request: HttpRequest) -> HomeBlock | None:
        """Return the block, or None where this person has no right to it."""
        ...


def blocks(request: HttpRequest) -> list[HomeBlock]:
    """Return the blocks for this person, what wants attention first."""
    made = []
    for name in settings.HOME_BLOCKS:
        maker: BlockMaker = import_string(name)
        try:
            block = maker(request)
        except Exception:
            logger.exception("home block %s failed", name)
            block = HomeBlock(
                title="表示できない項目があります",
                state="エラー",
                attention=Attention.WARNED,
                note=f"「{name}」を表示できませんでした。システム管理者に連絡してください。",
            )
        if block is not None:
            made.append(block)
    return sorted(made, key=lambda block: (-block.attention, block.order, block.title))
