"""Sealing of protected values, and the blind index that finds an identity number without opening it.

A sealed value reads `<key name>:<base64 of nonce and ciphertext>`; the name tells cipher and key (chassis/seal_keys).
The row's table, id and column are bound in as additional data, so that a sealed value copied to another row or
column no longer opens.
"""

from __future__ import annotations

import os
from binascii import a2b_base64, b2a_base64
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from services.registry.storage.sealed_places import (
    Place,
    SealedColumn,
    account_of,
    disability_of,
    identity_of,
    member_phone_of,
    monitor_phone_of,
    phone_of,
    upload_of,
)
from shared.chassis import seal_keys
from shared.chassis.seal_keys import NONCE_BYTES, CipherName
from shared.texts import half_width

__all__ = [
    "Place",
    "Seals",
    "UnknownSealKey",
    "account_of",
    "disability_of",
    "identity_of",
    "key_of",
    "member_phone_of",
    "monitor_phone_of",
    "phone_of",
    "upload_of",
]


class UnknownSealKey(LookupError):
    """A value was sealed with a key that is not in the seal key file. Holds the key's name, which is no secret."""


def key_of(sealed: str | bytes) -> str:
    """The name of the key a value was sealed with."""
    return sealed[:16].partition(":")[0] if isinstance(sealed, str) else _ascii(sealed[:16].partition(b":")[0])


def _ascii(name: bytes) -> str:
    return name.decode("ascii", "replace")


class Seals:
    """Seals with the first key of the seal file and the cipher chosen, opens with all of them; indexes numbers.

    Without state besides the keys: safe to share between threads and across a fork.
    """

    def __init__(self, lines: list[bytes], index_key: bytes, cipher: CipherName = "aes-256-gcm") -> None:
        if index_key in lines:
            raise ValueError("the index key must differ from the seal keys")
        self._keys = {name: key for line in lines for name, key in seal_keys.opened_by(line, "registry").items()}
        self.present = seal_keys.key_name(lines[0], cipher)
        self.index_key_name = "I" + seal_keys.fingerprint(index_key)
        seal_keys.require_supported(cipher, self._keys[self.present])
        self._encrypt = self._keys[self.present].encrypt
        self._prefix = self.present + ":"
        # Copied for every number: the key is hashed once.
        self._hmac = HMAC(index_key, SHA256())

    @classmethod
    def from_files(cls, seal_key_file: Path, index_key_file: Path, cipher: CipherName = "aes-256-gcm") -> Seals:
        """Keys are lines of base64, 32 bytes each; of both files the first line is the key in use."""
        keys, index_keys = seal_keys.keys_of(seal_key_file), seal_keys.keys_of(index_key_file)
        if set(keys) & set(index_keys):
            raise ValueError("the index key must differ from the seal keys")
        return cls(keys, index_keys[0], cipher)

    @property
    def known(self) -> frozenset[str]:
        """The names of all keys that open."""
        return frozenset(self._keys)

    def seal(self, value: str, place: Place) -> str:
        nonce = os.urandom(NONCE_BYTES)
        raw = nonce + self._encrypt(nonce, value.encode(), place.bound())
        return self._prefix + b2a_base64(raw, newline=False).decode()

    def seal_many(self, values: Sequence[str | None], column: SealedColumn, rows: Sequence[str]) -> list[str | None]:
        """As `seal` for the values of one column; `rows` are the ids of their rows as text. None stays None."""
        encrypt, prefix, size = self._encrypt, self._prefix, NONCE_BYTES
        before, after = column.bound_around()
        nonces = os.urandom(size * len(values))
        sealed: list[str | None] = []
        for at, value, row in zip(range(0, len(nonces), size), values, rows, strict=True):
            if value is None:
                sealed.append(None)
                continue
            nonce = nonces[at : at + size]
            raw = nonce + encrypt(nonce, value.encode(), f"{before}{row}{after}".encode())
            sealed.append(prefix + b2a_base64(raw, newline=False).decode())
        return sealed

    def open(self, sealed: str, place: Place) -> str:
        """The value. InvalidTag when it was changed or stands elsewhere than it was sealed for; UnknownSealKey."""
        name, _, text = sealed.partition(":")
        return self._decrypted(name, a2b_base64(text), place).decode()

    def open_many(self, values: Sequence[str], column: SealedColumn, rows: Sequence[str]) -> list[str]:
        """As `open` for the values of one column; `rows` are the ids of their rows as text."""
        keys, size = self._keys, NONCE_BYTES
        before, after = column.bound_around()
        opened = []
        for value, row in zip(values, rows, strict=True):
            name, _, text = value.partition(":")
            key, raw = keys.get(name), a2b_base64(text)
            if key is None:
                raise UnknownSealKey(name[:16])
            if len(raw) < size:
                raise InvalidTag
            opened.append(key.decrypt(raw[:size], raw[size:], f"{before}{row}{after}".encode()).decode())
        return opened

    def seal_bytes(self, value: bytes, place: Place) -> bytes:
        """A whole upload sealed; the key's name stands in front as with text."""
        nonce = os.urandom(NONCE_BYTES)
        return self._prefix.encode() + nonce + self._encrypt(nonce, value, place.bound())

    def open_bytes(self, sealed: bytes, place: Place) -> bytes:
        name, _, raw = sealed.partition(b":")
        return self._decrypted(_ascii(name), raw, place)

    def _decrypted(self, name: str, raw: bytes, place: Place) -> bytes:
        key = self._keys.get(name)
        if key is None:
            raise UnknownSealKey(name[:16])
        if len(raw) < NONCE_BYTES:
            raise InvalidTag
        return key.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.bound())

    def index(self, identity_number: str) -> bytes:
        """The blind index of an identity number, 32 bytes: HMAC-SHA256 of the number in its one spelling."""
        one = self._hmac.copy()
        one.update(_one_spelling(identity_number).encode())
        return one.finalize()

    def index_many(self, identity_numbers: Sequence[str]) -> list[bytes]:
        """As `index` for each of the numbers; one that holds the end of a line raises ValueError."""
        begun, indexes = self._hmac.copy, []
        for number in _one_spelling("\n".join(identity_numbers)).encode().split(b"\n"):
            one = begun()
            one.update(number)
            indexes.append(one.finalize())
        if len(indexes) != max(1, len(identity_numbers)):
            raise ValueError("an identity number holds no end of a line")
        return indexes[: len(identity_numbers)]


def _one_spelling(number: str) -> str:
    """A number with full-width digits folded and X in upper case."""
    return half_width(number).upper()
