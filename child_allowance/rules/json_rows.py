"""Rows of a JSON array, read one after the other: a large file never stands in memory."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

LONGEST_ROW = 1 << 20
"""Characters; a row that is longer is refused before it is parsed."""
LONGEST_NUMBER = 15
"""Digits; longer ones become infinite, so that the field that holds one can be named."""
WHITESPACE = " \t\r\n"


class NotRows(ValueError):
    """The text is no JSON array; the message says where and why, in Japanese."""


class JsonObject(dict[str, Any]):
    """A JSON object that remembers which names it held twice (JSON lets the last one win)."""

    repeated: tuple[str, ...] = ()

    @classmethod
    def of(cls, pairs: list[tuple[str, Any]]) -> "JsonObject":
        """Build the object from its pairs, as `json` hands them over."""
        found = cls(pairs)
        if len(found) != len(pairs):
            times = Counter(name for name, _ in pairs)
            found.repeated = tuple(name for name in found if times[name] > 1)
        return found


def rows_of(chunks: Iterable[str]) -> Iterator[Any]:
    """
    Yield the elements of the one JSON array that the chunks hold.

    :raises NotRows: no array, cut off, text behind it, a row too long or nested too deeply.
    """
    reader = _Reader(chunks)
    reader.expect("[", "JSONの配列([ で始まるもの)ではありません。")
    if reader.next_is("]"):
        reader.expect_end()
        return
    while True:
        yield reader.element()
        if reader.next_is("]"):
            reader.expect_end()
            return
        reader.expect(",", f"{reader.rows}件目の後に , か ] がありません。")


class _Reader:
    """A window on the text: what was read is let go, what is missing is fetched."""

    def __init__(self, chunks: Iterable[str]) -> None:
        self.chunks = iter(chunks)
        self.text = ""
        self.at = 0
        self.rows = 0
        self.ended = False
        self.decoder = json.JSONDecoder(object_pairs_hook=JsonObject.of, parse_int=_integer)

    def element(self) -> Any:
        """Return the next element, and leave the window behind it."""
        self._skip_whitespace()
        while True:
            try:
                value, end = self.decoder.raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                # Perhaps only the rest is missing: fetch more, unless there is none.
                if self._fetch():
                    continue
                raise NotRows(self._message(error)) from None
            except RecursionError:
                raise NotRows(f"{self.rows + 1}件目の入れ子が深すぎます。") from None
            # A number that touches the edge of the window may go on behind it.
            if end == len(self.text) and self._fetch():
                continue
            self.rows += 1
            self.text, self.at = self.text[end:], 0
            return value

    def next_is(self, character: str) -> bool:
        """Say whether the next character is this one, and pass it if so."""
        self._skip_whitespace()
        if self.text[self.at : self.at + 1] != character:
            return False
        self.at += 1
        return True

    def expect(self, character: str, otherwise: str) -> None:
        """
        Pass this character.

        :raises NotRows: another one stands there, or the text ends.
        """
        if self.next_is(character):
            return
        if self.at >= len(self.text):
            raise NotRows(
                f"ファイルが途中で終わっています({self.rows}件目まで読みました)。"
                if self.rows
                else "空のファイルです。"
                if not self.text.strip()
                else otherwise
            )
        raise NotRows(otherwise)

    def expect_end(self) -> None:
        """
        Make sure that nothing follows.

        :raises NotRows: something does.
        """
        self._skip_whitespace()
        if self.at < len(self.text):
            raise NotRows("配列の後に余分な文字があります。")

    def _message(self, error: json.JSONDecodeError) -> str:
        row = self.rows + 1
        if self.at >= len(self.text) or error.pos >= len(self.text.rstrip()):
            return f"ファイルが途中で終わっています({self.rows}件目まで読みました)。"
        if error.msg.startswith("Unterminated string"):
            return f"ファイルが途中で終わっています({self.rows}件目まで読みました)。"
        return f"{row}件目がJSONとして読めません({error.pos - self.at + 1}文字目)。"

    def _skip_whitespace(self) -> None:
        while True:
            while self.at < len(self.text) and self.text[self.at] in WHITESPACE:
                self.at += 1
            if self.at < len(self.text) or not self._fetch():
                return

    def _fetch(self) -> bool:
        """Fetch more text than there was, so that long rows are not parsed over and over."""
        if len(self.text) - self.at > LONGEST_ROW:
            raise NotRows(f"{self.rows + 1}件目が長すぎます({LONGEST_ROW:,}文字まで)。")
        wanted = len(self.text) - self.at
        parts = [self.text[self.at :]]
        self.at, fetched = 0, 0
        while not self.ended and fetched <= wanted:
            chunk = next(self.chunks, None)
            self.ended = chunk is None
            parts.append(chunk or "")
            fetched += len(chunk or "")
        self.text = "".join(parts)
        return fetched > 0


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits.lstrip("-")) <= LONGEST_NUMBER else float("inf")
