"""Keys and ciphers of protected values: what a line of a key file is used for, and under which name.

A line holds 32 random bytes, base64. It is never used itself: HKDF-SHA256 (RFC 5869, no salt) draws one key for each
cipher from it, 32 bytes under the label `lika SERVICE seal aes-256-gcm` and 16 bytes under
`lika SERVICE seal sm4-gcm`, so that no two ciphers and no two services ever share a key. Only values sealed before
there was a choice of ciphers were sealed by AES-256-GCM under the 32 bytes as they stand; they still open, and
rotation moves them on.

A key's name is the cipher's letter (A for AES-256-GCM, S for SM4-GCM, GB/T 32907 in the mode of RFC 8998; none for
the older form) and the first 8 hexadecimal digits of the line's SHA-256. Names are no secret.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16

CipherName = Literal["aes-256-gcm", "sm4-gcm"]


class Aead(Protocol):
    """Authenticated encryption under one key. `decrypt` raises InvalidTag for anything changed."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes: ...


class Sm4Gcm:
    """SM4-GCM under a key of 16 bytes, in the form of `AESGCM`: ciphertext, then the tag of 16 bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes:
        """Raises UnsupportedAlgorithm where OpenSSL was built without SM4."""
        context = Cipher(self._key, modes.GCM(nonce)).encryptor()
        context.authenticate_additional_data(associated_data)
        return context.update(data) + context.finalize() + context.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes:
        if len(data) < TAG_BYTES:
            raise InvalidTag
        context = Cipher(self._key, modes.GCM(nonce, data[-TAG_BYTES:])).decryptor()
        context.authenticate_additional_data(associated_data)
        return context.update(data[:-TAG_BYTES]) + context.finalize()


class CipherKind(NamedTuple):
    """A cipher values may be sealed with."""

    letter: str
    key_bytes: int
    made: Callable[[bytes], Aead]


CIPHERS: dict[CipherName, CipherKind] = {
    "aes-256-gcm": CipherKind("A", 32, AESGCM),
    "sm4-gcm": CipherKind("S", 16, Sm4Gcm),
}
CIPHER_OF_LETTER: dict[str, CipherName] = {kind.letter: name for name, kind in CIPHERS.items()}


def fingerprint(key: bytes) -> str:
    """The first 8 hexadecimal digits of a key line's SHA-256."""
    return hashlib.sha256(key).hexdigest()[:8]


def key_name(key: bytes, cipher: CipherName) -> str:
    """The name that stands in front of what is sealed with this key line and cipher."""
    return CIPHERS[cipher].letter + fingerprint(key)


def cipher_of(name: str) -> str:
    """The cipher of a key's name, for people."""
    if len(name) == 8:
        return "aes-256-gcm, older form"
    return CIPHER_OF_LETTER.get(name[:1], "unknown")


def opened_by(key: bytes, service: str) -> dict[str, Aead]:
    """Everything one key line of a service opens: by name, the cipher under the key drawn for it."""
    ciphers = {key_name(key, name): kind.made(drawn(key, name, service)) for name, kind in CIPHERS.items()}
    return ciphers | {fingerprint(key): AESGCM(key)}


def drawn(key: bytes, cipher: CipherName, service: str) -> bytes:
    """The key of one cipher and service that a line stands for."""
    label = f"lika {service} seal {cipher}".encode()
    return HKDF(algorithm=SHA256(), length=CIPHERS[cipher].key_bytes, salt=None, info=label).derive(key)


def require_supported(name: CipherName, cipher: Aead) -> None:
    """ValueError where this machine's OpenSSL cannot seal with the cipher."""
    try:
        cipher.encrypt(bytes(NONCE_BYTES), b"", b"")
    except UnsupportedAlgorithm as error:
        raise ValueError(f"the OpenSSL of this machine has no {name}") from error


def keys_of(path: Path) -> list[bytes]:
    """The keys of a file, one a line, the one in use first. ValueError for a weak, repeated or missing key."""
    keys: list[bytes] = []
    for line in path.read_text().split():
        try:
            key = base64.b64decode(line, validate=True)
        except binascii.Error as error:
            raise ValueError(f"{path.name} is not base64") from error
        if len(key) != KEY_BYTES:
            raise ValueError(f"{path.name} must hold {KEY_BYTES} bytes")
        if key in keys:
            raise ValueError(f"{path.name} holds the same key twice")
        keys.append(key)
    if not keys:
        raise ValueError(f"{path.name} is empty")
    return keys


def verdicts(by_key: Mapping[str, int], key_file: Path, present: str) -> list[str]:
    """For people, after a change of keys: of every line but the first whether it may go, then whether anything is left.

    `by_key` counts values by the name of their key.
    """
    lines = []
    for line, key in enumerate(keys_of(key_file)[1:], start=2):
        name = fingerprint(key)
        needed = sum(number for held, number in by_key.items() if held[-8:] == name)
        verdict = f"{needed:,} values need it: keep" if needed else "no value needs it: it may be removed"
        lines.append(f"key {name}, line {line} of {key_file.name}: {verdict}")
    left = sum(number for held, number in by_key.items() if held != present)
    return [
        *lines,
        f"{left:,} values are not under the key {present}" if left else "everything is under the key in use",
    ]
