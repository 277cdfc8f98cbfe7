"""Every variable the registry reads: environment LIKA_REGISTRY_*, or a secret file of the same name in lower case."""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import SettingsConfigDict

from shared.chassis.settings import ServiceSettings, secrets_dir


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="LIKA_REGISTRY_", secrets_dir=secrets_dir(), extra="ignore")

    service: str = "registry"
    port: int = 8001
    seal_key_file: Path
    """32 random bytes, base64: encrypts identity numbers, telephones and bank accounts."""
    index_key_file: Path
    """32 random bytes, base64: keys the blind index that finds an identity number."""
