"""The registry service. The router list is its table of contents."""

from __future__ import annotations

from fastapi import FastAPI

from services.registry.api import code_lists, divisions, eligibility, households, identifications, parameters
from services.registry.settings import Settings
from services.registry.storage.constraints import CONSTRAINTS
from services.registry.storage.sealing import Seals
from shared.chassis.app import create_app, serve

ROUTERS = [
    households.router,
    identifications.router,
    divisions.router,
    parameters.router,
    code_lists.router,
    identifications.public,
    divisions.internal,
    eligibility.internal,
]


def create(settings: Settings | None = None) -> FastAPI:
    """Build the application from its settings."""
    settings = settings or Settings()
    app = create_app(settings, title="Lika registry 户籍服务", routers=ROUTERS, constraints=CONSTRAINTS)
    app.state.seals = Seals.from_files(settings.seal_key_file, settings.index_key_file)
    return app


if __name__ == "__main__":
    serve("services.registry.main:create", Settings())
