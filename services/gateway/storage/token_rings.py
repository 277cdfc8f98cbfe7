"""The file of the keys access tokens are signed with: one JSON document, replaced as a whole."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

from services.gateway.domain.token_ring import Ring, RingKey


def read(path: Path) -> Ring:
    """The ring of a file. ValueError for what is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Ring(
            present=RingKey(**found["present"]),
            next=RingKey(**found["next"]),
            old=tuple(RingKey(**key) for key in found["old"]),
            revoked=tuple(found["revoked"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path.name} is no ring of keys") from error


def write(path: Path, ring: Ring) -> None:
    """Replace the file at once: whoever reads it sees the ring before or the ring after."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(ring), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.chmod(mode)
    fresh.replace(path)
