"""The funds service. The router list is its table of contents."""

from __future__ import annotations

from fastapi import FastAPI

from services.funds.api import (
    allocations,
    claims,
    documents,
    events,
    grant_batches,
    ledger,
    lists,
    parameters,
    payments,
    progress,
    public,
    receipts,
    retentions,
    trace,
)
from services.funds.settings import Settings
from services.funds.storage.constraints import CONSTRAINTS
from shared.chassis.app import create_app, serve

ROUTERS = [
    documents.router,
    receipts.router,
    allocations.router,
    claims.router,
    payments.router,
    retentions.router,
    grant_batches.router,
    grant_batches.grants_router,
    ledger.router,
    progress.router,
    trace.router,
    public.router,
    lists.router,
    parameters.router,
    events.internal,
]


def create(settings: Settings | None = None) -> FastAPI:
    """Build the application from its settings."""
    settings = settings or Settings()
    return create_app(
        settings,
        title="Lika funds 资金服务",
        routers=ROUTERS,
        constraints=CONSTRAINTS,
        peers={"registry": settings.registry_url, "projects": settings.projects_url},
    )


if __name__ == "__main__":
    serve("services.funds.main:create", Settings())
