"""The chain a trail's rows are linked in. Pure arithmetic; `deploy/verify_trail.py` does the same from the words below.

A row's hash is SHA-256 over its text: UTF-8, exactly as the export carries it. A link's hash is SHA-256 over the hash
before it (32 bytes), the sequence (8 bytes, big-endian), the kind (UTF-8, ended by a zero byte), the row's id (8 bytes,
big-endian) and the row's hash (32 bytes). Before the first link stands SHA-256 over `lika-trail-1`, a line feed, and
the service's name.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.jwk import OKPKey

FORM = "lika-trail-1"
CHECKPOINT_TYPE = "lika-trail-checkpoint+jws"
ALGORITHM = "Ed25519"


@dataclass(frozen=True, slots=True)
class Link:
    """One row as it stands in the chain."""

    sequence: int
    kind: str
    row_id: int
    row_hash: bytes
    chain_hash: bytes


def genesis(service: str) -> bytes:
    """What stands before a service's first link."""
    return hashlib.sha256(f"{FORM}\n{service}".encode()).digest()


def row_hash(text: str) -> bytes:
    """The hash of a row by its text."""
    return hashlib.sha256(text.encode()).digest()


def link_hash(before: bytes, sequence: int, kind: str, row_id: int, hashed: bytes) -> bytes:
    """The hash of a link behind the hash `before`."""
    place = struct.pack(">Q", sequence) + kind.encode() + b"\0" + struct.pack(">Q", row_id)
    return hashlib.sha256(before + place + hashed).digest()


def linked(sequence: int, before: bytes, kind: str, rows: Iterable[tuple[int, bytes]]) -> list[Link]:
    """Rows (id, hash) of one kind as the links that follow link `sequence`, whose hash is `before`."""
    links = []
    for row_id, hashed in rows:
        sequence += 1
        before = link_hash(before, sequence, kind, row_id, hashed)
        links.append(Link(sequence, kind, row_id, hashed, before))
    return links


def key_id(key: OKPKey) -> str:
    """The key's thumbprint (RFC 7638): a key that takes another's place has another id."""
    return key.thumbprint()


def checkpoint(service: str, sequence: int, chain_hash: bytes, at: datetime, key: OKPKey) -> str:
    """The chain's end, signed: compact JWS over service, sequence, hash (hex) and time."""
    header = {"alg": ALGORITHM, "kid": key_id(key), "typ": CHECKPOINT_TYPE}
    claims = {"service": service, "sequence": sequence, "hash": chain_hash.hex(), "at": at.isoformat()}
    payload = json.dumps(claims, separators=(",", ":"), sort_keys=True).encode()
    return jws.serialize_compact(header, payload, key, algorithms=[ALGORITHM])


def claims_of(signed: str) -> dict[str, str | int]:
    """What a checkpoint says; its signature is not looked at."""
    part = signed.split(".")[1]
    claims: dict[str, str | int] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def key_set(files: Iterable[Path | None]) -> dict[str, Any]:
    """The JWKS of all public keys in these JWKS files, each under its thumbprint."""
    keys: dict[str, Any] = {}
    for path in files:
        for entry in [] if path is None else json.loads(path.read_text())["keys"]:
            key = OKPKey.import_key({"kty": "OKP", "crv": entry["crv"], "x": entry["x"]})
            keys[key_id(key)] = key.as_dict(private=False, kid=key_id(key), use="sig", alg=ALGORITHM)
    return {"keys": list(keys.values())}
