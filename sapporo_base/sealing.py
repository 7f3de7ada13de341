"""
Sealing of what must never lie open: 個人番号 (ciphertext and digest) and the secrets of systems.

A sealed value is `key id (length-prefixed) || nonce (12 bytes) || AES-256-GCM ciphertext and tag`;
the
purpose is bound to it as associated data, so a value sealed for one use can't be opened for
another.
"""

import hashlib
import hmac
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE_BYTES = 12
_BLOCK_BYTES = 64
_INNER_PAD = bytes(byte ^ 0x36 for byte in range(256))
_OUTER_PAD = bytes(byte ^ 0x5C for byte in range(256))


class SealBroken(Exception):
    """The value was sealed with a key that is not here, for another purpose, or was altered."""


@dataclass(frozen=True, slots=True)
class SealedNumber:
    """A 個人番号 as it may be stored: who holds both keys can open and find it, nobody else."""

    ciphertext: bytes
    digest: bytes


class Ring:
    """Keys of one purpose: the first seals, every one of them opens."""

    def __init__(self, keys: Mapping[str, bytes], purpose: str) -> None:
        self._purpose = purpose.encode()
        self._ciphers = {key_id.encode(): AESGCM(key) for key_id, key in keys.items()}
        self.current_id = next(iter(keys), "")

    def seal(self, plain: bytes) -> bytes:
        """Return the sealed value, made with the current key."""
        key_id = self.current_id.encode()
        nonce = os.urandom(_NONCE_BYTES)
        cipher = self._ciphers[key_id]
        return bytes([len(key_id)]) + key_id + nonce + cipher.encrypt(nonce, plain, self._purpose)

    def seal_many(self, plains: Sequence[bytes]) -> list[bytes]:
        """Return each value sealed, made with the current key."""
        key_id = self.current_id.encode()
        encrypt = self._ciphers[key_id].encrypt
        head = bytes([len(key_id)]) + key_id
        random = os.urandom(_NONCE_BYTES * len(plains))
        nonces = (random[at : at + _NONCE_BYTES] for at in range(0, len(random), _NONCE_BYTES))
        return [
            head + nonce + encrypt(nonce, plain, self._purpose)
            for nonce, plain in zip(nonces, plains, strict=True)
        ]

    def open(self, sealed: bytes) -> bytes:
        """
        Return the plain value.

        :raises SealBroken: unknown key, other purpose, or altered.
        """
        key_id, rest = sealed[1 : 1 + sealed[0]], sealed[1 + sealed[0] :]
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise SealBroken("unknown key")
        try:
            return cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], self._purpose)
        except InvalidTag as error:
            raise SealBroken("altered") from error

    def is_current(self, sealed: bytes) -> bool:
        """Say whether the value was sealed with the current key."""
        return sealed[1 : 1 + sealed[0]] == self.current_id.encode()


def number_ring() -> Ring:
    """Return the keys that seal 個人番号."""
    return Ring(settings.INDIVIDUAL_NUMBER_KEYS, "individual_number")


def credential_ring() -> Ring:
    """Return the keys that seal the secrets of business systems."""
    return Ring(settings.CREDENTIAL_KEYS, "system_credential")


def payload_ring() -> Ring:
    """Return the keys that seal whole rows which hold a 個人番号 (rejected rows, events)."""
    return Ring(settings.INDIVIDUAL_NUMBER_KEYS, "payload")


def digest_key_ids() -> list[str]:
    """Return the ids of the digest keys, the current one first."""
    return list(settings.INDIVIDUAL_NUMBER_DIGEST_KEYS)


def digest(number: str, *, key_id: str | None = None) -> bytes:
    """Return the 32-byte HMAC-SHA256 digest of a 個人番号, for search and uniqueness."""
    keys = settings.INDIVIDUAL_NUMBER_DIGEST_KEYS
    key = keys[key_id] if key_id else next(iter(keys.values()))
    return hmac.digest(key, number.encode(), hashlib.sha256)


class _Digests:
    """
    HMAC-SHA256 (RFC 2104) of many short texts under one key.

    The states after the two padded keys are made once and copied: a digest costs a quarter of what
    `hmac.digest` takes to set out from the key each time.
    """

    def __init__(self, key: bytes) -> None:
        block = hashlib.sha256(key).digest() if len(key) > _BLOCK_BYTES else key
        block = block.ljust(_BLOCK_BYTES, b"\0")
        self._inner = hashlib.sha256(block.translate(_INNER_PAD))
        self._outer = hashlib.sha256(block.translate(_OUTER_PAD))

    def of(self, plain: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(plain)
        outer.update(inner.digest())
        return outer.digest()


class NumberSealer:
    """Seals many 個人番号 in a row; keys are read once."""

    def __init__(self) -> None:
        self._ring = number_ring()
        self._digest_key = next(iter(settings.INDIVIDUAL_NUMBER_DIGEST_KEYS.values()))

    def seal(self, number: str) -> SealedNumber:
        """Return ciphertext and digest of one 個人番号 (12 digits)."""
        plain = number.encode()
        return SealedNumber(
            ciphertext=self._ring.seal(plain),
            digest=hmac.digest(self._digest_key, plain, hashlib.sha256),
        )


def seal_texts(numbers: Sequence[str]) -> list[str]:
    """
    Return each text as `digest:ciphertext` in hex: what files keep in place of a 個人番号.

    In SQL, `decode(split_part(column, ':', 1), 'hex')` is the digest, part 2 the ciphertext.
    """
    ring = number_ring()
    digests = _Digests(next(iter(settings.INDIVIDUAL_NUMBER_DIGEST_KEYS.values())))
    plains = [number.encode() for number in numbers]
    return [
        f"{digests.of(plain).hex()}:{sealed.hex()}"
        for plain, sealed in zip(plains, ring.seal_many(plains), strict=True)
    ]


class SealedWriter:
    """
    Writes a file that must not lie open: sealed piece by piece, each with its length before it.

    `close` writes what is left and an empty piece, without which the file counts as cut.
    """

    _PIECE = 1 << 20

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._ring = payload_ring()
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        """Take more of the plain content."""
        self._waiting += data
        while len(self._waiting) >= self._PIECE:
            self._put(bytes(self._waiting[: self._PIECE]))
            del self._waiting[: self._PIECE]
        return len(data)

    def close(self) -> None:
        """Write the rest and the end; the stream beneath stays open."""
        if self._waiting:
            self._put(bytes(self._waiting))
        self._put(b"")

    def _put(self, plain: bytes) -> None:
        sealed = self._ring.seal(plain)
        self._stream.write(len(sealed).to_bytes(4, "big") + sealed)


def opened_pieces(stream: BinaryIO) -> Iterator[bytes]:
    """
    Yield the plain content of what `SealedWriter` wrote.

    :raises SealBroken: altered, cut, or sealed with a key that is not here.
    """
    ring = payload_ring()
    while True:
        length = int.from_bytes(stream.read(4), "big")
        sealed = stream.read(length)
        if not length or len(sealed) != length:
            raise SealBroken("cut")
        plain = ring.open(sealed)
        if not plain:
            return
        yield plain
