"""Every variable projects reads: environment LIKA_PROJECTS_*, or a secret file of the same name in lower case."""

from __future__ import annotations

from pydantic_settings import SettingsConfigDict

from shared.chassis.settings import ServiceSettings, secrets_dir


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="LIKA_PROJECTS_", secrets_dir=secrets_dir(), extra="ignore")

    service: str = "projects"
    port: int = 8002
    registry_url: str = "http://127.0.0.1:8001"
    """Where division codes are looked up."""
    funds_url: str = "http://127.0.0.1:8003"
    """Where changes of projects are told."""
    import_file_limit: int = 10 * 1024 * 1024
    """Largest project workbook taken, in bytes."""
