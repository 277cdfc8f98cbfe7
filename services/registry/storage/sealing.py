"""Sealing of protected values: AES-256-GCM, and the blind index that finds an identity number without opening it.

A sealed value reads `<key id>:<base64 of nonce and ciphertext>`. The row's table, id and column are bound in as
additional data, so that a sealed value copied to another row or column no longer opens.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value stands."""

    table: str
    row: UUID
    column: str

    def bound(self) -> bytes:
        return f"{self.table}|{self.row}|{self.column}".encode()


def identity_of(member: UUID) -> Place:
    return Place("household_members", member, "identity_number")


def phone_of(household: UUID) -> Place:
    return Place("households", household, "phone")


def account_of(household: UUID) -> Place:
    return Place("households", household, "bank_account")


def upload_of(import_id: UUID) -> Place:
    return Place("household_import_files", import_id, "content")


class Seals:
    """Seals and opens with the keys of the seal file (the first seals, all open); indexes with the index key."""

    def __init__(self, seal_keys: list[bytes], index_key: bytes) -> None:
        if index_key in seal_keys:
            raise ValueError("the index key must differ from the seal keys")
        self._keys = {hashlib.sha256(key).hexdigest()[:8]: AESGCM(key) for key in seal_keys}
        self._present = next(iter(self._keys))
        self._index_key = index_key

    @classmethod
    def from_files(cls, seal_key_file: Path, index_key_file: Path) -> Seals:
        """Keys are lines of base64, 32 bytes each; in the seal file the first line is the key in use."""
        return cls(_keys_of(seal_key_file), _keys_of(index_key_file)[0])

    def seal(self, value: str, place: Place) -> str:
        return f"{self._present}:{base64.b64encode(self._encrypted(value.encode(), place)).decode()}"

    def open(self, sealed: str, place: Place) -> str:
        """The value; raises when the text was changed or stands in another place than it was sealed for."""
        key_id, _, text = sealed.partition(":")
        return self._decrypted(key_id, base64.b64decode(text), place).decode()

    def seal_bytes(self, value: bytes, place: Place) -> bytes:
        """A whole upload sealed; the key id stands in front as with text."""
        return self._present.encode() + b":" + self._encrypted(value, place)

    def open_bytes(self, sealed: bytes, place: Place) -> bytes:
        key_id, _, raw = sealed.partition(b":")
        return self._decrypted(key_id.decode(), raw, place)

    def _encrypted(self, value: bytes, place: Place) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._keys[self._present].encrypt(nonce, value, place.bound())

    def _decrypted(self, key_id: str, raw: bytes, place: Place) -> bytes:
        return self._keys[key_id].decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.bound())

    def index(self, identity_number: str) -> bytes:
        """The blind index of an identity number: the same number gives the same 32 bytes."""
        return hmac.new(self._index_key, identity_number.upper().encode(), hashlib.sha256).digest()


def _keys_of(path: Path) -> list[bytes]:
    keys = []
    for line in path.read_text().split():
        try:
            key = base64.b64decode(line, validate=True)
        except binascii.Error as error:
            raise ValueError(f"{path.name} is not base64") from error
        if len(key) != KEY_BYTES:
            raise ValueError(f"{path.name} must hold {KEY_BYTES} bytes")
        keys.append(key)
    if not keys:
        raise ValueError(f"{path.name} is empty")
    return keys
