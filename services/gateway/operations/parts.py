"""The gateway's working parts, put together once by main and found by every request."""

from __future__ import annotations

from dataclasses import dataclass

from services.gateway.domain.rates import Rate
from services.gateway.operations.access_tokens import AccessTokens
from services.gateway.operations.forwarding import Forwarder, Limits
from services.gateway.operations.passwords import Passwords
from services.gateway.operations.rights import RightsDesk
from services.gateway.operations.sign_in import SignInDesk
from services.gateway.settings import Settings
from services.gateway.storage.data_files import role_book
from services.gateway.upstream.services import Services
from shared.chassis.database import Database
from shared.chassis.identity import InnerTokens


@dataclass(frozen=True)
class Parts:
    settings: Settings
    tokens: AccessTokens
    passwords: Passwords
    rights: RightsDesk
    sign_in: SignInDesk
    services: Services
    forwarder: Forwarder
    token_rate: Rate
    public_rate: Rate
    principal_rate: Rate


def build(settings: Settings, database: Database, inner: InnerTokens) -> Parts:
    """Put the parts together from the settings. Refuses a token key that is also the inner key."""
    if settings.token_key_file.read_bytes().strip() == settings.inner_key_file.read_bytes().strip():
        raise ValueError("access tokens and inner tokens must be signed with different keys")
    passwords = Passwords()
    tokens = AccessTokens(settings.token_key_file, settings.token_old_jwks_file, settings.issuer)
    urls = {"registry": settings.registry_url, "projects": settings.projects_url, "funds": settings.funds_url}
    services = Services(urls, settings.upstream_limit)
    limits = Limits(
        request_s=settings.request_timeout_s,
        upload_s=settings.upload_timeout_s,
        upstream_s=settings.upstream_timeout_s,
        upload_bytes=settings.upload_limit_bytes,
        people_s=settings.people_upload_timeout_s,
        people_bytes=settings.people_upload_limit_bytes,
    )
    return Parts(
        settings=settings,
        tokens=tokens,
        passwords=passwords,
        rights=RightsDesk(database, role_book(), inner, settings.rights_cache_s),
        sign_in=SignInDesk(database, passwords, tokens),
        services=services,
        forwarder=Forwarder(services, limits),
        token_rate=Rate(settings.token_rate_per_minute),
        public_rate=Rate(settings.public_rate_per_minute),
        principal_rate=Rate(settings.principal_rate_per_minute),
    )
