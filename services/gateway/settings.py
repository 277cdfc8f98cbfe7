"""Every variable the gateway reads: environment LIKA_GATEWAY_*, or a secret file of the same name in lower case."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator
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
    token_ring_file: Path | None = None
    """Keys of access tokens as `python -m services.gateway.rotate_keys` keeps them, instead of the two files above.

    All these files are read again when they change. The ring must lie in a folder that is mounted as a folder.
    """
    seal_key_file: Path
    """Lines of 32 random bytes, base64: the first seals what the gateway keeps of people and machines, all open."""
    seal_cipher: Literal["aes-256-gcm", "sm4-gcm"] = "aes-256-gcm"
    """The cipher of what is sealed from now on; what was sealed with the other still opens."""
    issuer: str = "http://127.0.0.1:8000"
    """`iss` of access tokens: the address people reach this gateway at, without a trailing slash."""
    registry_url: str = "http://127.0.0.1:8001"
    projects_url: str = "http://127.0.0.1:8002"
    funds_url: str = "http://127.0.0.1:8003"
    openapi_dir: Path = ROOT / "docs" / "openapi"
    """Folder of the services' OpenAPI documents: registry.json, projects.json, funds.json."""

    trusted_proxies: str = ""
    """Networks (CIDR, divided by commas) whose X-Forwarded-For is believed: those of the TLS terminator, if any."""
    password_hashes_at_once: int = Field(default=2, ge=1, le=64)
    """Passwords weighed at the same time: each takes a core and 19 MiB. Up to 100 more wait, the next gets a 503."""
    password_grant: bool = True
    """Whether people sign in here by password; off where only the external issuer lets people in."""
    oidc_issuer: str = ""
    """An external OpenID Connect issuer whose access tokens are accepted, as it stands in `iss`; empty: none."""
    oidc_audience: str = "lika"
    """What must stand in `aud` of its access tokens. Never a client's id: ID tokens are addressed to those."""
    oidc_algorithms: str = "RS256,ES256,EdDSA"
    """Signatures accepted from it, divided by commas."""
    oidc_longest_token_s: int = Field(default=900, ge=60, le=3_600)
    """A token of it that lives longer is refused."""
    oidc_keys_s: float = Field(default=300.0, ge=1.0, le=3_600.0)
    """How long its key set is believed before it is asked for again."""
    oidc_pause_s: float = Field(default=10.0, ge=0.1, le=300.0)
    """The least time between two questions for its keys, whatever tokens come."""
    trail_old_jwks_file: Path | None = None
    """Public keys (JWKS) that signed checkpoints of the trails before a service's key was changed."""
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
    stranger_rate_per_minute: int = 600
    """Tokens that are not good from one address; after that only tokens already known are listened to for a while."""
    export_rate_per_minute: int = 300
    """Files and reports carried away by one account."""
    search_rate_per_minute: int = 3_000
    """Searches by name, number or words of one account."""
    upload_rate_per_minute: int = 300
    """Files brought by one account."""
    allowed_origins: str = ""
    """Origins whose pages may use the answers (CORS), with commas between: `https://portal.example.gov.cn`. None."""
    hsts_s: int = 31_536_000
    """Seconds for which browsers shall insist on TLS (Strict-Transport-Security); 0 says nothing of it."""
    drain_wait_s: float = 0.0
    """After SIGTERM: how long `/readyz` says 503 while requests are still taken, for a balancer to notice."""
    drain_limit_s: int = 10
    """After that: how long running requests may take to end."""
    metrics_port: int = 0
    """Port of `/metrics` on its own listener, which is never published; 0 opens none."""
    metrics_host: str = "127.0.0.1"
    connections_per_address: int = 1_000
    """Connections open at once from one address."""
    complaint_files: int = 4
    """Files one complaint may bring."""
    complaint_file_bytes: int = 2 * 1024 * 1024
    complaint_uploads_at_once: int = 6
    """Complaints with files arriving at the same moment; one more is asked to come back (503)."""
    complaint_rate_per_minute: int = 60
    """Anonymous writes and looks by tracking code from one network: codes cannot be tried out."""
    complaints_per_day: int = 500
    """Complaints handed in from one network on one day. Many villagers share one address."""
    public_cache_s: float = 5.0
    """How long a public answer is given again without asking the service; 0 keeps none."""
    public_cache_bytes: int = 16 * 1024 * 1024
    public_cursor_life_s: int = 3_600
    """A cursor of a public list opens for at least half of this."""
    public_pages_deep: int = 500
    """Pages of one public list; further on it must be narrowed."""
    public_pages_per_day: int = 50_000
    """Public reads of one network on one day."""
    complaint_run_s: float = 300.0
    """How often overdue complaints are looked for."""

    @model_validator(mode="after")
    def _issuer_is_safe(self) -> Self:
        """Keys are asked for over TLS; without it only on this machine."""
        if not self.oidc_issuer:
            if not self.password_grant:
                raise ValueError("without password_grant nobody could sign in: set oidc_issuer")
            return self
        parts = urlsplit(self.oidc_issuer)
        here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")
        if not (here or parts.scheme == "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("oidc_issuer must be an https address without query or fragment")
        if self.oidc_issuer == self.issuer:
            raise ValueError("oidc_issuer must not be this gateway")
        if not self.oidc_audience:
            raise ValueError("oidc_audience must be set")
        return self

    webhook_hosts: str = ""
    """Hosts that may be told of events, with commas between: `push.example.gov.cn`, or `.example.gov.cn` for all below.
    None without."""
    webhook_loopback: bool = False
    """Lets webhooks go to loopback over plain http: for tests and demonstrations only."""
    webhook_timeout_s: float = 15.0
    """How long an endpoint may take to answer."""
    webhook_workers: int = 8
    """Deliveries under way at once; 0 delivers none here (another gateway does)."""
    exchange_pause_s: float = 1.0
    """How often the services are asked what changed, and the queue of webhooks is looked at."""
