"""The gateway service. The router list is its table of contents; the door stands before all of them."""

from __future__ import annotations

import uvicorn
from fastapi import FastAPI

from services.gateway.api import (
    accounts,
    audit,
    clients,
    complaints,
    delegations,
    documents,
    exchange,
    handovers,
    inner_page,
    issuer_links,
    offices,
    own_account,
    parameters,
    public_complaints,
    roles,
    second_factors,
    sessions,
    sign_ins,
    successions,
    token_forms,
    tokens,
    webhooks,
)
from services.gateway.api.connection import GuardedConnection, answer_headers
from services.gateway.api.forward import Door
from services.gateway.api.stopping import DrainingServer
from services.gateway.domain.refusals.tokens import TokenRefusal
from services.gateway.operations import catalogue, complaint_escalation, exchange_events, tidying
from services.gateway.operations.parts import build
from services.gateway.operations.webhook_worker import Pace, WebhookWorker
from services.gateway.settings import Settings
from services.gateway.storage.constraints import CONSTRAINTS
from services.gateway.storage.trail_sources import SOURCES
from services.gateway.upstream.webhooks import WebhookCalls
from shared.chassis import serving
from shared.chassis.app import create_app
from shared.chassis.peers import Peer

ROUTERS = [
    tokens.router,
    own_account.router,
    issuer_links.router,
    sessions.router,
    second_factors.router,
    offices.router,
    successions.router,
    accounts.router,
    delegations.router,
    handovers.router,
    clients.router,
    roles.router,
    parameters.router,
    sign_ins.router,
    audit.router,
    documents.router,
    public_complaints.router,
    complaints.router,
    exchange.items,
    exchange.public_items,
    exchange.applications,
    exchange.usage,
    exchange.corrections,
    webhooks.router,
    webhooks.events,
]


class GatewayApp(Door):
    """The door, and behind it the framework: what is only passed on never meets the framework."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(app, app.state.parts)
        self.state, self.openapi, self.routes = app.state, app.openapi, app.routes


def create(settings: Settings | None = None) -> GatewayApp:
    """Build the application from its settings."""
    settings = settings or Settings()
    app = create_app(
        settings,
        title="Lika gateway 统一入口",
        routers=ROUTERS,
        constraints=CONSTRAINTS,
        peers=_services(settings),
        background=[
            _tidy,
            _note_uses,
            _note_refused,
            _follow_issuer,
            _complaints,
            _collect_events,
            _deliver_webhooks,
            _close_at_end,
            _tell_metrics,
        ],
        on_start=_load_documents,
        trails=SOURCES,
    )
    app.state.parts = build(settings, app.state.database, app.state.tokens)
    app.add_exception_handler(TokenRefusal, token_forms.token_problem)
    return GatewayApp(app)


def _services(settings: Settings) -> dict[str, str]:
    return {"registry": settings.registry_url, "projects": settings.projects_url, "funds": settings.funds_url}


async def _collect_events(app: FastAPI) -> None:
    """What changed in the services becomes events, asked for over lines of its own: it opens nobody's breaker."""
    settings: Settings = app.state.settings
    if settings.webhook_workers:
        lines = {name: Peer(name, url, app.state.tokens) for name, url in _services(settings).items()}
        try:
            await exchange_events.collect_forever(app.state.database, lines, settings.exchange_pause_s)
        finally:
            for line in lines.values():
                await line.close()


async def _deliver_webhooks(app: FastAPI) -> None:
    settings: Settings = app.state.settings
    if settings.webhook_workers:
        parts = app.state.parts
        calls = WebhookCalls(parts.webhook_addresses, settings.webhook_timeout_s)
        pace = Pace(settings.webhook_workers, 4, settings.webhook_timeout_s + 30.0, settings.exchange_pause_s)
        await WebhookWorker(app.state.database, parts.seals, calls, pace).run_forever()


async def _load_documents(app: FastAPI) -> None:
    app.state.openapi = catalogue.Document(app.state.settings.openapi_dir, app.openapi)
    app.state.docs_page = catalogue.front_page()
    app.state.integrating_page = catalogue.integrating(app.state.settings.openapi_dir)
    app.state.docs_assets = catalogue.assets()


async def _complaints(app: FastAPI) -> None:
    parts, funds = app.state.parts, app.state.peers["funds"]
    every_s = parts.settings.complaint_run_s
    await complaint_escalation.run_forever(app.state.database, parts.seals, parts.calendar, funds, every_s)


async def _tidy(app: FastAPI) -> None:
    await tidying.tidy_forever(app.state.database)


async def _note_uses(app: FastAPI) -> None:
    await tidying.note_uses_forever(app.state.database, app.state.parts.rights)


async def _note_refused(app: FastAPI) -> None:
    await app.state.parts.refused_tokens.write_forever()


async def _follow_issuer(app: FastAPI) -> None:
    parts = app.state.parts
    if parts.issuer_keys is not None:
        await tidying.follow_issuer_forever(parts.issuer_keys, parts.settings.oidc_keys_s)


async def _tell_metrics(app: FastAPI) -> None:
    settings = app.state.settings
    inner_page.watch(app.state.parts.services)
    if settings.metrics_port:
        await inner_page.serve_forever(settings.metrics_host, settings.metrics_port)


async def _close_at_end(app: FastAPI) -> None:
    await tidying.close_at_end(app.state.parts.services)


def serve(settings: Settings) -> None:
    """Run the gateway until it is told to stop. Its connections are guarded, and no header names the caller."""
    GuardedConnection.per_address = settings.connections_per_address
    GuardedConnection.head_timeout_s = settings.request_timeout_s
    GuardedConnection.message_timeout_s = (
        max(settings.request_timeout_s, settings.upload_timeout_s, settings.people_upload_timeout_s) + 15
    )
    GuardedConnection.always = answer_headers(settings.hsts_s)
    config = uvicorn.Config(
        "services.gateway.main:create",
        factory=True,
        host=settings.host,
        port=settings.port,
        http=GuardedConnection,
        ws="none",
        proxy_headers=False,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=True,
        backlog=4_096,
        timeout_graceful_shutdown=settings.drain_limit_s,
        timeout_keep_alive=75,
    )
    serving.run(DrainingServer(config, settings.drain_wait_s))


if __name__ == "__main__":
    serve(Settings())
