"""Kana and widths: one writing to another, and the keys by which people are searched."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from itertools import islice
from typing import Final

import jaconv
import jntajis
import mojimoji

from sapporo_base.rules.characters import without_selectors

_LONG_MARKS: Final = "ー-‐‑‒–—―−ｰ－~〜～"
_SMALL: Final = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
# 歴史的仮名遣い and kana that sound alike in today's names.
_ALIKE: Final = str.maketrans("ヰヱヲヸヹヺヂヅ", "イエオイエオジズ")
_LONG: Final = re.compile(f"([ァ-ヺ])[{re.escape(_LONG_MARKS)}]+")
# As which vowels the long mark is written behind a kana, by the end of its name (KATAKANA LETTER SMALL YO).
_VOWELS: Final = {"A": "ア", "I": "イ", "U": "ウ", "E": "イエ", "O": "ウオ"}
_MOST_MARKS: Final = 2
_IGNORED: Final = {
    ord(mark): None for mark in _LONG_MARKS + " 　・･.,'’()（）[]「」\u3099\u309a\u309b\u309c"
}


def to_full_kana(text: str) -> str:
    """Return half-width kana, digits and letters as full-width; ﾞ and ﾟ join their kana."""
    return str(jaconv.h2z(text, kana=True, ascii=True, digit=True)).replace(" ", "\u3000")


def to_half_kana(text: str) -> str:
    """Return full-width kana, digits and letters as half-width; ガ becomes ｶﾞ."""
    return str(mojimoji.zen_to_han(unicodedata.normalize("NFC", text)))


def to_katakana(text: str) -> str:
    """Return hiragana as katakana; nothing else changes."""
    return str(jaconv.hira2kata(text))


def enlarge_small_kana(text: str) -> str:
    """Return full-width small katakana as large ones, as bank files write them (ッ → ツ)."""
    return text.translate(_SMALL)


def split_voiced_marks(text: str) -> str:
    """Return kana with their 濁点 and 半濁点 as characters of their own (ガ → カ゛)."""
    parts = unicodedata.normalize("NFD", text)
    return parts.replace("\u3099", "゛").replace("\u309a", "゜")


def join_voiced_marks(text: str) -> str:
    """Return kana joined with the 濁点 and 半濁点 behind them, in whichever writing these came."""
    for mark, combining in (("゛", "\u3099"), ("ﾞ", "\u3099"), ("゜", "\u309a"), ("ﾟ", "\u309a")):
        text = text.replace(mark, combining)
    return unicodedata.normalize("NFC", text)


def kana_key(text: str) -> str:
    """
    Return the key by which kana are compared in a search.

    Width, hiragana, 清濁, 拗促音, 長音, spaces and old kana make no difference
    (住民記録システム標準仕様書, 検索): キョウコ and ｷﾞﾖｳｺ are one key, so are ユーコ and ユコ.
    """
    # Word by word: names are two out of few thousand words, nearly no two are the same.
    return "".join(map(_kana_word_key, text.replace("\u3000", " ").split(" ")))


@lru_cache(maxsize=65_536)
def _kana_word_key(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    plain = to_katakana(plain).translate(_ALIKE)
    return unicodedata.normalize("NFD", plain).translate(_IGNORED).translate(_SMALL).upper()


_ALL_SCHEMES: Final = int(
    jntajis.MJShrinkSchemeCombo.JIS_INCORPORATION_UCS_UNIFICATION_RULE
    | jntajis.MJShrinkSchemeCombo.INFERENCE_BY_READING_AND_GLYPH
    | jntajis.MJShrinkSchemeCombo.MOJ_NOTICE_582
    | jntajis.MJShrinkSchemeCombo.MOJ_FAMILY_REGISTER_ACT_RELATED_NOTICE
)


# Characters that the maps rightly keep apart (another word, or no 縮退 of one to the other), and that
# people write for one another in names: who asks for サイトウ さん does not know which one it is.
_CONFUSED: Final = {
    "斉": "斎",
    "檜": "桧",
    "藪": "薮",
    "鰺": "鯵",
    "簗": "梁",
    "遙": "遥",
}


@lru_cache(maxsize=8_192)
def _representative(character: str) -> str:
    """Return the character that stands for all its 異体字 (邊 and 邉 → 辺)."""
    stands = _of_its_kind(character)
    return _CONFUSED.get(stands, stands)


def _of_its_kind(character: str) -> str:
    seen: list[str] = []
    while character not in seen:
        seen.append(character)
        single = [
            one for one in jntajis.mj_shrink_candidates(character, _ALL_SCHEMES) if len(one) == 1
        ]
        character = unicodedata.normalize("NFKC", single[0]) if single else character
    # Where the map leads in a circle, its smallest member stands for all.
    return min(seen[seen.index(character) :])


@lru_cache(maxsize=65_536)
def name_key(text: str) -> str:
    """
    Return the key by which written names are compared: 異体字 are equals, spaces and width nothing.

    髙橋, 高橋 and 髙 橋 give one key, 渡邊, 渡邉 and 渡辺 another (MJ縮退マップ, all four schemes);
    of the characters that the map keeps apart, those confused in names are equals too: 斎藤 and 斉藤.
    """
    plain = unicodedata.normalize("NFKC", without_selectors(text)).upper()
    kept = (character for character in plain if not character.isspace() and character != "・")
    # A mark that stood apart (か゛) joins its kana once the space between them is gone.
    return "".join(map(_representative, unicodedata.normalize("NFC", "".join(kept))))


_KANA: Final = "ぁ-ゖゝゞァ-ヺー・ヽヾｦ-ﾟ゛゜ｰ\u3099\u309a"
_KANA_ONLY: Final = re.compile(f"[{_KANA}]+")
_RUNS: Final = re.compile(f"[{_KANA}]+|[^{_KANA}]+")


def is_kana(text: str) -> bool:
    """Say whether a text is written in kana alone, of whichever width."""
    return bool(_KANA_ONLY.fullmatch(text))


def script_runs(word: str) -> list[str]:
    """Return a word in pieces of one script each: 札幌はなこ is 札幌 and はなこ."""
    return _RUNS.findall(word)


@lru_cache(maxsize=65_536)
def word_key(word: str) -> str:
    """
    Return the key of one word of a name: by its sound where it is kana, else by its writing.

    札幌はなこ and 札幌ハナコ are one, and one with 札幌　はなこ; so are 霞ヶ関 and 霞ケ関.
    """
    return "".join(kana_key(run) if is_kana(run) else name_key(run) for run in script_runs(word))


def written_key(name: str) -> str:
    """
    Return the key of a whole written name: its words' keys as one, so that it is found by its beginning.
    """
    return "".join(map(word_key, name.split()))


def search_words(*names: str) -> str:
    """
    Return all words of someone's names as one text to search in, each word between spaces.

    「髙橋　花子」 and 「タカハシ　ハナコ」 give " 高橋 花子 タカハシ ハナコ ", so that a word is found by
    its beginning (" 花"), its end ("橋 ") or anything within it.
    """
    words: list[str] = []
    for name in names:
        if name:
            words += map(word_key, name.split())
    return f" {' '.join(words)} "


def kana_keys(text: str) -> tuple[str, ...]:
    """Return the keys by which kana are asked for: ユーコ is found as ユーコ and as ユウコ."""
    return _keys(kana_key, text)


def word_keys(word: str) -> tuple[str, ...]:
    """Return the keys by which one word of a name is asked for."""
    return _keys(word_key, word)


def written_keys(name: str) -> tuple[str, ...]:
    """Return the keys by which a whole written name is asked for."""
    return _keys(written_key, name)


def _keys(key: Callable[[str], str], text: str) -> tuple[str, ...]:
    """Return the keys of all spellings, without repetition and without one that names nothing."""
    return tuple(dict.fromkeys(filter(None, map(key, _spellings(text)))))


def _spellings(text: str) -> list[str]:
    """
    Return a text without its long marks, and with the first two of them written as vowels.

    A key drops the mark and keeps a vowel, so who is asked for by the one is not found by the other. With
    two ways behind オ (オウ, オオ) and エ (エイ, エエ) there are nine at most.
    """
    plain = to_katakana(unicodedata.normalize("NFKC", text))
    spelled, end = [""], 0
    for long in islice(_LONG.finditer(plain), _MOST_MARKS):
        vowels = ("", *_VOWELS.get(unicodedata.name(long[1])[-1], ""))
        before = plain[end : long.end(1)]
        spelled = [f"{begun}{before}{vowel}" for begun in spelled for vowel in vowels]
        end = long.end()
    return [f"{begun}{plain[end:]}" for begun in spelled] if end else [text]
