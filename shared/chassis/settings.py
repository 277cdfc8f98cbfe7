"""Settings every service reads. Values come from the environment or from secret files, never from code."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import model_validator
from pydantic_settings import BaseSettings

SECRETS_DIR = "/run/secrets"
"""Where docker compose puts secret files; a file named like the variable, in lower case, sets it."""

_KNOWN_WEAK = {"changeme", "change-me", "secret", "password", "admin", "postgres", "lika", "test", "default"}


def secrets_dir() -> str | None:
    """The folder of secret files, if this machine has one."""
    return SECRETS_DIR if Path(SECRETS_DIR).is_dir() else None


class ServiceSettings(BaseSettings):
    """What any service needs to run. Each service subclasses this with its own env prefix."""

    service: str
    host: str = "127.0.0.1"
    port: int
    database_url: str
    """DSN of the app role: reads and writes, owns nothing."""
    owner_database_url: str = ""
    """DSN of the owner role, only for migrations."""
    inner_key_file: Path
    """This service's own Ed25519 private key (PEM), to sign inner tokens it sends to other services."""
    inner_jwks_file: Path
    """Public keys of all services (JWKS, kid = service name), to check inner tokens sent to it."""
    upload_limit_bytes: int = 200 * 1024 * 1024
    """The largest form a request may bring."""
    demonstration: bool = False
    trail_seal_pause_s: float = 1.0
    """How long the sealer of the trails rests when it has nothing left to do."""
    trail_checkpoint_s: float = 60.0
    """How far apart signed checkpoints of the trails are at least."""
    trail_anchor_file: Path | None = None
    """A file outside the database that every checkpoint is appended to, a line each."""
    trail_lag_s: float = 120.0
    """When unsealed rows make /readyz say so."""
    pool_size: int = 5
    peer_timeout_s: float = 8.0
    claim_life_s: float = 45.0
    """When a keyed request that gave no answer counts as dead: longer than any runs, within the minute promised."""

    @model_validator(mode="after")
    def _no_weak_secret(self) -> Self:
        from sqlalchemy.engine import make_url

        for url in filter(None, (self.database_url, self.owner_database_url)):
            password = make_url(url).password
            if password is not None and (len(str(password)) < 16 or str(password).lower() in _KNOWN_WEAK):
                raise ValueError("a database password is weak: use at least 16 random characters")
        return self
