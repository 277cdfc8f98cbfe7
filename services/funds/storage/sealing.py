"""Sealing of payees' account numbers. A sealed value reads `<key name>:<base64 of nonce and ciphertext>`.

The place a value stands in is bound into it, so that a sealed account copied to another row no longer opens.
"""

from __future__ import annotations

import os
from binascii import a2b_base64, b2a_base64
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidTag

from shared.chassis import seal_keys
from shared.chassis.seal_keys import NONCE_BYTES, CipherName


class Place(NamedTuple):
    """Where a sealed value stands; `row` is a text that is never given to two rows of the table."""

    table: str
    row: str
    column: str

    def bound(self) -> bytes:
        return f"{self.table}|{self.row}|{self.column}".encode()


class Seals:
    """Seals with the first key of the seal file and the cipher chosen, opens with all of them."""

    def __init__(self, lines: list[bytes], cipher: CipherName = "aes-256-gcm") -> None:
        self._keys = {name: key for line in lines for name, key in seal_keys.opened_by(line, "funds").items()}
        self.present = seal_keys.key_name(lines[0], cipher)
        seal_keys.require_supported(cipher, self._keys[self.present])

    @classmethod
    def from_file(cls, path: Path, cipher: CipherName = "aes-256-gcm") -> Seals:
        """Keys are lines of base64, 32 bytes each; the first line is the key in use."""
        return cls(seal_keys.keys_of(path), cipher)

    def seal(self, value: str, place: Place) -> str:
        nonce = os.urandom(NONCE_BYTES)
        raw = nonce + self._keys[self.present].encrypt(nonce, value.encode(), place.bound())
        return f"{self.present}:{b2a_base64(raw, newline=False).decode()}"

    def open(self, sealed: str, place: Place) -> str:
        """The value. InvalidTag when it was changed or stands elsewhere; KeyError for a key not in the file."""
        name, _, text = sealed.partition(":")
        raw = a2b_base64(text)
        if len(raw) < NONCE_BYTES:
            raise InvalidTag
        return self._keys[name].decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.bound()).decode()
