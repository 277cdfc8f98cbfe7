"""Every variable the gateway reads: environment LIKA_GATEWAY_*, or a secret file of the same name in lower case."""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import SettingsConfigDict

from shared.chassis.settings import ServiceSettings, secrets_dir

ROOT = Path(__file__).resolve().parents[2]


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="LIKA_GATEWAY_", secrets_dir=secrets_dir(), extra="ignore")

    service: str = "gateway"
    port: int = 8000
    pool_size: int = 10
    token_key_file: Path
    """Ed25519 private key (PEM) that signs access tokens. Never the key of the inner tokens."""
    token_old_jwks_file: Path | None = None
    """Public keys (JWKS) of earlier signing keys, accepted until the tokens they signed have run out."""
    issuer: str = "http://127.0.0.1:8000"
    """`iss` of access tokens: the address people reach this gateway at, without a trailing slash."""
    registry_url: str = "http://127.0.0.1:8001"
    projects_url: str = "http://127.0.0.1:8002"
    funds_url: str = "http://127.0.0.1:8003"
    openapi_dir: Path = ROOT / "docs" / "openapi"
    """Folder of the services' OpenAPI documents: registry.json, projects.json, funds.json."""

    rights_cache_s: float = 3.0
    """How long an account's state is believed before it is read again; 5 s is the promise."""
    request_timeout_s: float = 10.0
    """A request must have arrived whole within this time."""
    upload_timeout_s: float = 60.0
    """The same for uploads; also how long an upload may take upstream."""
    upstream_timeout_s: float = 8.0
    upstream_limit: int = 100
    """Requests in flight to one service; one more is refused with 503."""
    upload_limit_bytes: int = 200 * 1024 * 1024
    people_upload_limit_bytes: int = 1024**3 + 1024**2
    """The same for sheets of people, which may be a county's: 1 GiB and what is said beside it."""
    people_upload_timeout_s: float = 300.0
    token_rate_per_minute: int = 300
    """Token requests from one address."""
    public_rate_per_minute: int = 6_000
    """Anonymous requests from one address."""
    principal_rate_per_minute: int = 120_000
    """Requests of one account."""
    connections_per_address: int = 1_000
    """Connections open at once from one address."""
