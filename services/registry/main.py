"""The registry service. The router list is its table of contents."""

from __future__ import annotations

from fastapi import FastAPI

from services.registry.api import divisions
from services.registry.settings import Settings
from services.registry.storage.constraints import CONSTRAINTS
from shared.chassis.app import create_app, serve

ROUTERS = [
    divisions.router,
    divisions.internal,
]


def create(settings: Settings | None = None) -> FastAPI:
    """Build the application from its settings."""
    settings = settings or Settings()  # type: ignore[call-arg]
    return create_app(settings, title="Lika registry 户籍服务", routers=ROUTERS, constraints=CONSTRAINTS)


if __name__ == "__main__":
    serve("services.registry.main:create", Settings())  # type: ignore[call-arg]
