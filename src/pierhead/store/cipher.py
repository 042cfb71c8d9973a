"""Encryption of what must not be read from the database file: AES-256-GCM."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pierhead.errors import StorageError
from pierhead.store.key import subkey

_NONCE = 12  # bytes, as NIST SP 800-38D advises for GCM


class Cipher:
    """Seals texts. Each is bound to its place, so that rows cannot be swapped unseen."""

    def __init__(self, key: bytes) -> None:
        self._aes = AESGCM(subkey(key, "values at rest"))

    def seal(self, text: str, place: str) -> bytes:
        """Encrypt a text for a place such as `secret/shop/production/TOKEN`."""
        nonce = os.urandom(_NONCE)
        return nonce + self._aes.encrypt(nonce, text.encode(), place.encode())

    def open(self, sealed: bytes, place: str) -> str:
        """Decrypt it.

        Raises:
            StorageError: if the key or the place is another, or the bytes were changed.
        """
        try:
            return self._aes.decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode()).decode()
        except (InvalidTag, ValueError):
            raise StorageError(
                "a stored value cannot be decrypted: the key is not the one it was written with",
                where=place,
                hint="set PIERHEAD_KEY, or put back the key file, of that time",
            ) from None
