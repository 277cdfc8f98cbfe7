"""Key files and a look into the register's sealed values, for tests of changes of keys."""

from __future__ import annotations

import base64
import json
import secrets
from pathlib import Path
from typing import Any

from services.registry.operations import key_rotation
from services.registry.storage.key_rotation import owner_engine
from services.registry.storage.sealing import Seals
from shared.chassis.seal_keys import CipherName, keys_of
from tests.support import server
from tests.support.harness import Harness

RUN_KEY, RUN_INDEX = "seal", "index"


def new_key() -> bytes:
    return secrets.token_bytes(32)


def present_keys() -> list[bytes]:
    """The seal keys every service of this test run starts with."""
    return keys_of(server.key_file(RUN_KEY))


def index_key() -> bytes:
    return keys_of(server.key_file(RUN_INDEX))[0]


def seals(*lines: bytes, cipher: CipherName = "aes-256-gcm") -> Seals:
    return Seals(list(lines), index_key(), cipher)


def write_keys(path: Path, *lines: bytes) -> Path:
    path.write_text("\n".join(base64.b64encode(line).decode() for line in lines) + "\n")
    return path


def quiet(table: str, done: int, total: int) -> None:
    """A progress nobody looks at."""


async def rotate(registry: Harness, to: Seals, tell: key_rotation.Tell = quiet) -> key_rotation.Outcome:
    engine = owner_engine(server.dsn("registry", "owner", registry.database))
    try:
        return await key_rotation.rotate(engine, to, tell)
    finally:
        await engine.dispose()


async def keys_in_use(registry: Harness) -> set[str]:
    """The names of all keys any value of the register is under."""
    engine = owner_engine(server.dsn("registry", "owner", registry.database))
    try:
        return {row.key for row in await key_rotation.status(engine)}
    finally:
        await engine.dispose()


async def versions(owner: Any) -> list[dict[str, Any]]:
    rows = await owner.fetch("select household_id, version, content from household_versions order by 1, 2")
    return [dict(row) | {"content": json.loads(row["content"])} for row in rows]


def without_sealed(value: Any) -> Any:
    """A version's content with every sealed value taken out."""
    if isinstance(value, dict):
        return {name: without_sealed(held) for name, held in value.items() if not name.endswith("_sealed")}
    return [without_sealed(held) for held in value] if isinstance(value, list) else value
