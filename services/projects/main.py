"""The projects service. The router list is its table of contents."""

from __future__ import annotations

from fastapi import FastAPI

from services.projects.api import (
    chain,
    code_lists,
    exchange,
    fundings,
    imports,
    library,
    parameters,
    plans,
    public,
    works,
)
from services.projects.settings import Settings
from services.projects.storage.constraints import CONSTRAINTS
from services.projects.storage.waiting_work import WAITING
from shared.chassis.app import create_app
from shared.chassis.serving import serve
from shared.chassis.waiting_work import waiting_router

ROUTERS = [
    parameters.router,
    code_lists.router,
    library.router,
    chain.router,
    imports.router,
    plans.router,
    works.router,
    public.router,
    library.internal,
    fundings.internal,
    fundings.compared,
    fundings.told,
    exchange.internal,
    waiting_router("projects", WAITING),
]


def create(settings: Settings | None = None) -> FastAPI:
    """Build the application from its settings."""
    settings = settings or Settings()
    return create_app(
        settings,
        title="Lika projects 项目服务",
        routers=ROUTERS,
        constraints=CONSTRAINTS,
        peers={"registry": settings.registry_url, "funds": settings.funds_url},
        event_subscriber="funds",
    )


if __name__ == "__main__":
    serve("services.projects.main:create", Settings())
