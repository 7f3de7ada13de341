"""The 住基ネット side of 符号取得: opens sealed numbers and knows, or does not know, who it is."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_INFO: Final = b"juki-net individual number v1"
_KEY_BYTES: Final = 32
_NUMBER_BYTES: Final = 12
_WEIGHTS: Final = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)

BUSY: Final = "本人確認情報を更新中のため符号を取得できませんでした。再度依頼してください。"
NOBODY: Final = "該当する本人確認情報がありません。"


class SealNotOpened(ValueError):
    """The text is not a 個人番号 sealed to this side."""


class JukiNet:
    """
    Keeps one key. What is opened here is used and forgotten: no journal, no table has it.

    :param folder: where the key is kept; None: a key for this run only.
    """

    def __init__(self, folder: Path | None) -> None:
        self._private = X25519PrivateKey.from_private_bytes(_key(folder))
        self._public = self._private.public_key().public_bytes_raw()

    @property
    def public_key(self) -> str:
        """The key that the city seals to, Base64."""
        return base64.b64encode(self._public).decode()

    @property
    def digest_key(self) -> bytes:
        """A key for telling people apart without keeping their numbers."""
        own = self._private.private_bytes_raw()
        return hashlib.sha256(b"people of other places\x00" + own).digest()

    def open(self, sealed: str) -> str:
        """
        Return the 個人番号 in a sealed text.

        :raises SealNotOpened: it was not sealed to this key, or holds something else.
        """
        try:
            raw = base64.b64decode(sealed, validate=True)
            theirs = raw[:_KEY_BYTES]
            agreed = self._private.exchange(X25519PublicKey.from_public_bytes(theirs))
            key = HKDF(SHA256(), 32, salt=theirs + self._public, info=_INFO).derive(agreed)
            number = AESGCM(key).decrypt(bytes(12), raw[_KEY_BYTES:], None).decode("ascii")
        except (binascii.Error, ValueError, InvalidTag):
            raise SealNotOpened from None
        if len(number) != _NUMBER_BYTES or not number.isdigit():
            raise SealNotOpened
        return number


def cause_of_failure(
    individual_number: str, attempt: int, *, busy_one_in: int, nobody_one_in: int
) -> str:
    """
    Return why no 符号 is had for somebody, empty if it is had. The same person fares the same.

    :param attempt: 1 for the first time; who was busy then is found the second time.
    :param busy_one_in: one in so many is busy at the first attempt; 0: nobody.
    :param nobody_one_in: one in so many is not known at all; 0: everybody is.
    """
    if not is_individual_number(individual_number):
        return NOBODY
    draw = int.from_bytes(hashlib.sha256(individual_number.encode()).digest()[:8])
    if nobody_one_in and draw % nobody_one_in == 0:
        return NOBODY
    if busy_one_in and attempt == 1 and (draw >> 20) % busy_one_in == 0:
        return BUSY
    return ""


def is_individual_number(digits: str) -> bool:
    """Whether the check digit is right (総務省令第85号第5条)."""
    remainder = sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=False)) % 11
    return int(digits[-1]) == (0 if remainder <= 1 else 11 - remainder)


def _key(folder: Path | None) -> bytes:
    if folder is None:
        return os.urandom(_KEY_BYTES)
    path = folder / "juki-net.key"
    if not path.exists():
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(file, os.urandom(_KEY_BYTES))
        os.close(file)
    return path.read_bytes()
