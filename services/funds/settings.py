"""Every variable funds reads: environment LIKA_FUNDS_*, or a secret file of the same name in lower case."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic_settings import SettingsConfigDict

from shared.chassis.settings import ServiceSettings, secrets_dir


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="LIKA_FUNDS_", secrets_dir=secrets_dir(), extra="ignore")

    service: str = "funds"
    port: int = 8003
    registry_url: str = "http://127.0.0.1:8001"
    """Address of the registry: divisions, and who may be paid."""
    projects_url: str = "http://127.0.0.1:8002"
    """Address of projects: what may be funded."""
    seal_key_file: Path
    """Lines of 32 random bytes, base64: the first seals the payees' account numbers, all open."""
    seal_cipher: Literal["aes-256-gcm", "sm4-gcm"] = "aes-256-gcm"
    """The cipher of what is sealed from now on; what was sealed with the other still opens."""
