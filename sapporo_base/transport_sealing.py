"""A 個人番号 on its way to the 住基ネット side: sealed where it is kept, opened only there."""

from __future__ import annotations

import base64
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_INFO: Final = b"juki-net individual number v1"
_ONE_USE_NONCE: Final = bytes(12)


def seal_for_juki(public_key: bytes, individual_number: str) -> str:
    """
    Return a 個人番号 that only the private key can open (docs/platform-profile.md §4).

    Every call draws a key of its own, so the fixed nonce is used once with each, and the same
    number never looks the same twice.

    :param public_key: X25519, 32 bytes, from the 符号取得依頼ファイル.
    :raises ValueError: the key is none; the message does not hold the number.
    """
    theirs = X25519PublicKey.from_public_bytes(public_key)
    mine = X25519PrivateKey.generate()
    ephemeral = mine.public_key().public_bytes_raw()
    salt = ephemeral + public_key
    key = HKDF(SHA256(), 32, salt=salt, info=_INFO).derive(mine.exchange(theirs))
    sealed = AESGCM(key).encrypt(_ONE_USE_NONCE, individual_number.encode("ascii"), None)
    return base64.b64encode(ephemeral + sealed).decode("ascii")
