"""Every variable the registry reads: environment LIKA_REGISTRY_*, or a secret file of the same name in lower case."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic_settings import SettingsConfigDict

from shared.chassis.settings import ServiceSettings, secrets_dir


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="LIKA_REGISTRY_", secrets_dir=secrets_dir(), extra="ignore")

    service: str = "registry"
    port: int = 8001
    seal_key_file: Path
    """Lines of 32 random bytes, base64: the first seals identity numbers, telephones and accounts, all open."""
    index_key_file: Path
    """32 random bytes, base64: keys the blind index that finds an identity number. While it is being replaced a
    second line holds the one before."""
    seal_cipher: Literal["aes-256-gcm", "sm4-gcm"] = "aes-256-gcm"
    """The cipher of what is sealed from now on; what was sealed with the other still opens."""
    funds_url: str = "http://127.0.0.1:8003"
    """Where deaths are told."""
    csv_limit_bytes: int = 1024**3
    """The largest csv sheet of people: a million of them with every field filled in."""
    workbook_limit_bytes: int = 200 * 1024**2
    """The largest xlsx sheet of people, packed as it comes."""
    upload_limit_bytes: int = 1024**3 + 1024**2
    """The largest form: the largest sheet and what is said beside it."""
    import_workers: int = 0
    """Processes that prepare a large import; 0 takes one for each core."""
