"""
Characters: what a user sees, and what an older character set can hold.

The MJ縮退マップ and the 国税庁JIS縮退マップ come from jntajis (attribution in NOTICE).
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import jntajis

GETA: Final = "〓"
_VOICED_MARKS: Final = "\u3099\u309a"
_NOT_MAPPED: Final = "\ufffd"
# Variation selectors: FE00-FE0F (standardised) and E0100-E01EF (IVS).
_SELECTORS: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_INVISIBLE: Final = re.compile(
    "[\ufe00-\ufe0f\U000e0100-\U000e01ef\u3099\u309a\u200d\u0300-\u036f]"
)
_LAST_PLAIN: Final = "\u2fff"


class CharacterSet(StrEnum):
    """A character set that a receiver can hold."""

    MJ = "mj"
    JIS_X_0213 = "jisx0213"
    JIS_X_0208 = "jisx0208"
    CP932 = "cp932"


class ShrinkRule(StrEnum):
    """The rule by which a character was replaced (MJ縮退マップ, 国税庁JIS縮退マップ)."""

    SELECTOR = "異体字セレクタの除去"
    COMPATIBILITY = "互換文字の統合"
    UNIFICATION = "JIS包摂規準・UCS統合規則"
    READING_AND_GLYPH = "読み・字形による類推"
    NOTICE_582 = "法務省告示582号別表第四"
    FAMILY_REGISTER = "法務省戸籍法関連通達・通知"
    TAX_AGENCY = "国税庁JIS縮退マップ"
    OWN_TABLE = "文字対応表"
    BANK = "全銀の文字への置換え"
    UNMAPPABLE = "対応文字なし"


@dataclass(frozen=True)
class Loss:
    """One character that did not survive: where (visible characters from 0), what, and why."""

    position: int
    original: str
    replacement: str
    rule: ShrinkRule

    @property
    def unmappable(self) -> bool:
        return self.rule is ShrinkRule.UNMAPPABLE


@dataclass(frozen=True)
class Shrunk:
    """A text in a smaller character set, and everything that it lost on the way."""

    text: str
    losses: tuple[Loss, ...]

    @property
    def lossless(self) -> bool:
        return not self.losses

    @property
    def unmappable(self) -> bool:
        """Tell whether some character became 〓, so that the record belongs on the error list."""
        return any(loss.unmappable for loss in self.losses)


def visible_length(text: str) -> int:
    """
    Return how many characters a reader sees.

    A base character with its variation selector is one, so is か with a combining 濁点, so is a
    character outside the BMP. Lengths of N items are counted so.
    """
    if text <= _LAST_PLAIN or not _INVISIBLE.search(text):
        return len(text) - len(_INVISIBLE.findall(text))
    return len(_INVISIBLE.sub("", text))


def without_selectors(text: str) -> str:
    """Return the text without variation selectors."""
    return _SELECTORS.sub("", text)


def visible_characters(text: str) -> list[str]:
    """Return the text cut into what a reader sees as characters, selectors kept on their base."""
    characters: list[str] = []
    for one in text:
        if characters and _INVISIBLE.match(one):
            characters[-1] += one
        else:
            characters.append(one)
    return characters


# The same character under two code points in CP932 and in JIS: no loss, only another writing.
_CP932_TO_JIS: Final = {
    "～": "〜",
    "－": "−",
    "∥": "‖",
    "￠": "¢",
    "￡": "£",
    "￢": "¬",
}
_TO_JIS: Final = str.maketrans(_CP932_TO_JIS)
_TO_CP932: Final = str.maketrans(
    {jis: microsoft for microsoft, jis in _CP932_TO_JIS.items()} | {"—": "―"}
)


def for_cp932(text: str) -> str:
    """Return the text with the marks that CP932 has under code points of its own."""
    return text.translate(_TO_CP932)


def for_jis(text: str) -> str:
    """Return the text with the CP932 marks under the code points of JIS X 0208."""
    return text.translate(_TO_JIS)


# The dash of each codec of the JIS family: they chose differently among its two code points.
_DASH_OF: Final = {
    codec: ("—", "―") if "―".encode(codec, "ignore") else ("―", "—")
    for codec in ("shift_jis", "shift_jis_2004", "euc_jp", "euc_jis_2004")
}


def for_codec(text: str, codec: str) -> str:
    """Return the text with the marks under the code points that a codec knows; no character is lost."""
    if codec == "cp932":
        return for_cp932(text)
    return for_jis(text).replace(*_DASH_OF[codec]) if codec in _DASH_OF else text


# CP932 has 374 kanji twice. Python writes NEC's places (ED, EE), Windows IBM's (FA to FC), which is
# what receivers expect; both are read.
_NEC_LEADS: Final = (0xED, 0xEE)
_IBM_PLACES: Final = {
    character: bytes((lead, trail))
    for lead in (0xFA, 0xFB, 0xFC)
    for trail in (*range(0x40, 0x7F), *range(0x80, 0xFD))
    if (character := bytes((lead, trail)).decode("cp932", "ignore"))
    and character.encode("cp932")[0] in _NEC_LEADS
}
_TWICE: Final = re.compile(f"([{''.join(_IBM_PLACES)}])")


def encoded(text: str, codec: str) -> bytes:
    """
    Return the text in an encoding; in CP932 as Windows writes it.

    :raises UnicodeEncodeError: the encoding lacks a character.
    """
    if codec != "cp932" or text.isascii() or not _TWICE.search(text):
        return text.encode(codec)
    return b"".join(_IBM_PLACES.get(piece) or piece.encode(codec) for piece in _TWICE.split(text))


_MARKS: Final = (*_CP932_TO_JIS.keys(), *_CP932_TO_JIS.values(), "—", "―")
_CODECS: Final = {CharacterSet.JIS_X_0208: "shift_jis", CharacterSet.JIS_X_0213: "euc_jis_2004"}


def _written_for(text: str, target: CharacterSet) -> bytes:
    codec = _CODECS.get(target, "cp932")
    return for_codec(text, codec).encode(codec)


@lru_cache(maxsize=65_536)
def _fits(text: str, target: CharacterSet) -> bool:
    if target is CharacterSet.MJ:
        return True
    try:
        _written_for(text, target)
    except UnicodeEncodeError:
        return False
    return True


_SCHEMES: Final = (
    (
        ShrinkRule.UNIFICATION,
        int(jntajis.MJShrinkSchemeCombo.JIS_INCORPORATION_UCS_UNIFICATION_RULE),
    ),
    (ShrinkRule.NOTICE_582, int(jntajis.MJShrinkSchemeCombo.MOJ_NOTICE_582)),
    (
        ShrinkRule.FAMILY_REGISTER,
        int(jntajis.MJShrinkSchemeCombo.MOJ_FAMILY_REGISTER_ACT_RELATED_NOTICE),
    ),
    (
        ShrinkRule.READING_AND_GLYPH,
        int(jntajis.MJShrinkSchemeCombo.INFERENCE_BY_READING_AND_GLYPH),
    ),
)


def _candidates(character: str) -> Iterator[tuple[str, ShrinkRule]]:
    """Give what may stand for a visible character, the least loss first."""
    base = without_selectors(character)
    yield base, ShrinkRule.SELECTOR
    yield unicodedata.normalize("NFC", base), ShrinkRule.COMPATIBILITY
    for rule, scheme in _SCHEMES:
        for candidate in jntajis.mj_shrink_candidates(base, scheme):
            yield candidate, rule
    yield jntajis.jnta_shrink_translit(base, _NOT_MAPPED), ShrinkRule.TAX_AGENCY
    yield unicodedata.normalize("NFKC", base), ShrinkRule.COMPATIBILITY


@lru_cache(maxsize=65_536)
def _replacement(character: str, target: CharacterSet) -> tuple[str, ShrinkRule]:
    """Return what stands for a visible character that the target lacks, and by which rule."""
    for candidate, rule in _candidates(character):
        if candidate and candidate != character and _fits(candidate, target):
            return candidate, rule
    return GETA, ShrinkRule.UNMAPPABLE


def shrink(
    text: str, target: CharacterSet, *, own: Mapping[str, str] = MappingProxyType({})
) -> Shrunk:
    """
    Return the text in the target character set with a report of every loss (縮退).

    MJ → JIS X 0213 or JIS X 0208 by the MJ縮退マップ, then the 国税庁JIS縮退マップ; what neither
    maps becomes 〓 and is reported as unmappable, never dropped.

    :param own: what a 文字対応表 puts in the place of a visible character, before any general rule.
    """
    if _fits(text, target) and not any(one in text for one in own):
        return Shrunk(text, ())
    written: list[str] = []
    losses: list[Loss] = []
    for position, character in enumerate(visible_characters(text)):
        if character in own:
            written.append(own[character])
            losses.append(Loss(position, character, own[character], ShrinkRule.OWN_TABLE))
            continue
        if character[-1] in _VOICED_MARKS:
            character = unicodedata.normalize("NFC", character)  # noqa: PLW2901 - the same kana
        if _fits(character, target):
            written.append(character)
            continue
        replacement, rule = _replacement(character, target)
        written.append(replacement)
        losses.append(Loss(position, character, replacement, rule))
    return Shrunk("".join(written), tuple(losses))


def untouched(text: str, target: CharacterSet, codec: str, own: Collection[str] = ()) -> bool:
    """Say whether a long text goes into a character set as it is: no loss, no mark, no own rule."""
    if any(one in text for one in own) or any(mark in text for mark in _MARKS):
        return False
    if target is CharacterSet.MJ:
        return True
    try:
        text.encode(_CODECS.get(target, codec))
    except UnicodeEncodeError:
        return False
    return True


def touched_characters(
    text: str, target: CharacterSet, codec: str, own: Collection[str] = ()
) -> set[str]:
    """Return the characters of a long text for which its parts must be looked at one by one."""
    begins = {one[0] for one in own}
    return {
        one
        for one in set(text)
        if one in begins
        or _INVISIBLE.match(one)
        or not _fits(one, target)
        or for_codec(one, codec) != one
    }


def restored(text: str, losses: Iterable[Loss]) -> str:
    """
    Return the original of a shrunk text from the report of its losses.

    :raises ValueError: the report is of another text.
    """
    lost = {loss.position: loss for loss in losses}
    original: list[str] = []
    at = 0
    while at < len(text) or len(original) in lost:
        loss = lost.get(len(original))
        if loss is not None:
            if not text.startswith(loss.replacement, at):
                raise ValueError("the losses are of another text")
            original.append(loss.original)
            at += len(loss.replacement)
            continue
        end = at + 1
        while end < len(text) and _INVISIBLE.match(text[end]):
            end += 1
        original.append(text[at:end])
        at = end
    return "".join(original)
