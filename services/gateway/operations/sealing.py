"""Sealing of the few values the gateway keeps that nobody may read in its database.

A sealed value is the key's name, a colon, a nonce of 12 bytes and the ciphertext with its tag. The place a value stands
in (`table.column.row`) is bound into it: copied to another row or column it no longer opens.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag

from shared.chassis import seal_keys
from shared.chassis.seal_keys import NONCE_BYTES, CipherName

SERVICE = "gateway"


class Seals:
    """Seals with the first key of the file and the cipher chosen, opens with all keys of the file."""

    def __init__(self, key_file: Path, cipher: CipherName = "aes-256-gcm") -> None:
        """Keys are lines of base64, 32 bytes each; the first line is the key in use. ValueError for a weak file."""
        lines = seal_keys.keys_of(key_file)
        self._keys = {name: key for line in lines for name, key in seal_keys.opened_by(line, SERVICE).items()}
        self.present = seal_keys.key_name(lines[0], cipher)
        seal_keys.require_supported(cipher, self._keys[self.present])

    def seal(self, text: str, place: str) -> bytes:
        """The text sealed for one place, `table.column.row`."""
        return self.seal_bytes(text.encode(), place)

    def open(self, value: bytes, place: str) -> str:
        """The text. InvalidTag when it was changed or stands elsewhere; KeyError for a key not in the file."""
        return self.open_bytes(value, place).decode()

    def seal_bytes(self, content: bytes, place: str) -> bytes:
        """As `seal`, for what is no text."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._keys[self.present].encrypt(nonce, content, place.encode())
        return self.present.encode() + b":" + nonce + sealed

    def open_bytes(self, value: bytes, place: str) -> bytes:
        """As `open`, for what is no text."""
        name, _, raw = value.partition(b":")
        if len(raw) < NONCE_BYTES:
            raise InvalidTag
        key = self._keys[name.decode("ascii", "replace")]
        return key.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode())
