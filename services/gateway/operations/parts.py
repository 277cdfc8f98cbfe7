"""The gateway's working parts, put together once by main and found by every request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.gateway.domain import route_classes
from services.gateway.domain.external_tokens import ALGORITHMS
from services.gateway.domain.origins import Origins
from services.gateway.domain.rates import Rate
from services.gateway.domain.webhooks import AddressRules
from services.gateway.operations.access_tokens import AccessTokens
from services.gateway.operations.client_proofs import ClientProofs
from services.gateway.operations.exchange_records import Granted, GrantRates
from services.gateway.operations.external_tokens import ExternalTokens
from services.gateway.operations.forwarding import Forwarder, Limits
from services.gateway.operations.passwords import Passwords
from services.gateway.operations.portal import Portal
from services.gateway.operations.refused_tokens import RefusedTokens
from services.gateway.operations.rights import RightsDesk
from services.gateway.operations.sealing import Seals
from services.gateway.operations.second_factors import SecondFactors
from services.gateway.operations.sign_in import SignInDesk
from services.gateway.operations.token_gate import TokenGate
from services.gateway.settings import Settings
from services.gateway.storage.data_files import role_book
from services.gateway.upstream.issuer import IssuerKeys
from services.gateway.upstream.services import Services
from services.gateway.upstream.working_days import WorkingDays
from shared.chassis import trail_chain
from shared.chassis.database import Database
from shared.chassis.identity import InnerTokens


@dataclass(frozen=True)
class Parts:
    settings: Settings
    seals: Seals
    grant_rates: GrantRates
    granted: Granted
    webhook_addresses: AddressRules
    second_factors: SecondFactors
    calendar: WorkingDays
    portal: Portal
    tokens: AccessTokens
    passwords: Passwords
    rights: RightsDesk
    gate: TokenGate
    refused_tokens: RefusedTokens
    issuer_keys: IssuerKeys | None
    sign_in: SignInDesk
    services: Services
    forwarder: Forwarder
    token_rate: Rate
    public_rate: Rate
    principal_rate: Rate
    stranger_rate: Rate
    """Tokens that were not good, from one network."""
    class_rates: dict[str, Rate]
    """Limits of an account for kinds of routes (`domain/route_classes`)."""
    origins: Origins
    trail_keys: dict[str, Any]
    """JWKS of the keys that sign the trails' checkpoints, now and before."""


def build(settings: Settings, database: Database, inner: InnerTokens) -> Parts:
    """Put the parts together from the settings. Refuses a token key that is also the inner key."""
    if settings.token_key_file.read_bytes().strip() == settings.inner_key_file.read_bytes().strip():
        raise ValueError("access tokens and inner tokens must be signed with different keys")
    seals = Seals(settings.seal_key_file, settings.seal_cipher)
    passwords = Passwords(settings.password_hashes_at_once)
    factors = SecondFactors(seals, in_force=not settings.demonstration)
    tokens = AccessTokens(
        settings.token_key_file, settings.token_old_jwks_file, settings.issuer, settings.token_ring_file
    )
    rights = RightsDesk(database, role_book(), inner, settings.rights_cache_s, factors.needed)
    issuer_keys = _issuer_keys(settings)
    external = None if issuer_keys is None else _external(settings, database, issuer_keys)
    refused = RefusedTokens(database)
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
    grant_rates = GrantRates()
    return Parts(
        settings=settings,
        trail_keys=trail_chain.key_set([settings.inner_jwks_file, settings.trail_old_jwks_file]),
        seals=seals,
        grant_rates=grant_rates,
        granted=Granted(database, grant_rates),
        webhook_addresses=AddressRules(
            tuple(filter(None, map(str.strip, settings.webhook_hosts.split(",")))), settings.webhook_loopback
        ),
        second_factors=factors,
        calendar=WorkingDays(),
        portal=Portal(settings, seals),
        tokens=tokens,
        passwords=passwords,
        rights=rights,
        gate=TokenGate(tokens, external, rights, refused),
        refused_tokens=refused,
        issuer_keys=issuer_keys,
        sign_in=SignInDesk(database, passwords, tokens, factors, ClientProofs(settings.issuer)),
        services=services,
        forwarder=Forwarder(services, limits),
        token_rate=Rate(settings.token_rate_per_minute, "token"),
        public_rate=Rate(settings.public_rate_per_minute, "public"),
        principal_rate=Rate(settings.principal_rate_per_minute, "account"),
        stranger_rate=Rate(settings.stranger_rate_per_minute, "stranger"),
        class_rates={
            route_classes.UPLOAD: Rate(settings.upload_rate_per_minute, "upload"),
            route_classes.EXPORT: Rate(settings.export_rate_per_minute, "export"),
            route_classes.SEARCH: Rate(settings.search_rate_per_minute, "search"),
        },
        origins=Origins(settings.allowed_origins.split(",")),
    )


def _issuer_keys(settings: Settings) -> IssuerKeys | None:
    """The key set of the external issuer, if one is set."""
    if not settings.oidc_issuer:
        return None
    algorithms = tuple(settings.oidc_algorithms.split(","))
    if not set(algorithms) <= set(ALGORITHMS):
        raise ValueError(f"oidc_algorithms must be of {', '.join(ALGORITHMS)}")
    return IssuerKeys(settings.oidc_issuer, algorithms, kept_s=settings.oidc_keys_s, pause_s=settings.oidc_pause_s)


def _external(settings: Settings, database: Database, keys: IssuerKeys) -> ExternalTokens:
    return ExternalTokens(
        database,
        keys,
        settings.oidc_issuer,
        settings.oidc_audience,
        tuple(settings.oidc_algorithms.split(",")),
        settings.oidc_longest_token_s,
    )
