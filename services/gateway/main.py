"""The gateway service. The router list is its table of contents; the door stands before all of them."""

from __future__ import annotations

import uvicorn
from fastapi import FastAPI

from services.gateway.api import (
    accounts,
    clients,
    documents,
    offices,
    own_account,
    parameters,
    roles,
    sign_ins,
    token_forms,
    tokens,
)
from services.gateway.api.connection import GuardedConnection
from services.gateway.api.forward import Door
from services.gateway.domain.refusals.tokens import TokenRefusal
from services.gateway.operations import catalogue, tidying
from services.gateway.operations.parts import build
from services.gateway.settings import Settings
from services.gateway.storage.constraints import CONSTRAINTS
from shared.chassis.app import create_app

ROUTERS = [
    tokens.router,
    own_account.router,
    offices.router,
    accounts.router,
    clients.router,
    roles.router,
    parameters.router,
    sign_ins.router,
    documents.router,
]


def create(settings: Settings | None = None) -> FastAPI:
    """Build the application from its settings."""
    settings = settings or Settings()
    app = create_app(
        settings,
        title="Lika gateway 统一入口",
        routers=ROUTERS,
        constraints=CONSTRAINTS,
        peers={"registry": settings.registry_url},
        background=[_tidy, _close_at_end],
        on_start=_load_documents,
    )
    app.state.parts = build(settings, app.state.database, app.state.tokens)
    app.add_exception_handler(TokenRefusal, token_forms.token_problem)
    app.add_middleware(Door, parts=app.state.parts)
    return app


async def _load_documents(app: FastAPI) -> None:
    app.state.openapi_page = catalogue.document(app.state.settings.openapi_dir, app.openapi())
    app.state.docs_page = catalogue.front_page()
    app.state.docs_assets = catalogue.assets()


async def _tidy(app: FastAPI) -> None:
    await tidying.tidy_forever(app.state.database)


async def _close_at_end(app: FastAPI) -> None:
    await tidying.close_at_end(app.state.parts.services)


def serve(settings: Settings) -> None:
    """Run the gateway until it is told to stop. Its connections are guarded, and no header names the caller."""
    GuardedConnection.per_address = settings.connections_per_address
    GuardedConnection.message_timeout_s = (
        max(settings.request_timeout_s, settings.upload_timeout_s, settings.people_upload_timeout_s) + 15
    )
    uvicorn.run(
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
        timeout_graceful_shutdown=10,
        timeout_keep_alive=75,
    )


if __name__ == "__main__":
    serve(Settings())
