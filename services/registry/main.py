"""The registry service. The router list is its table of contents."""

from __future__ import annotations

from fastapi import FastAPI

from services.registry.api import (
    code_lists,
    divisions,
    eligibility,
    exit_plans,
    household_imports,
    households,
    identifications,
    parameters,
    statistics,
)
from services.registry.operations import import_runs
from services.registry.settings import Settings
from services.registry.storage.constraints import CONSTRAINTS
from services.registry.storage.sealing import Seals
from shared.chassis.app import create_app, serve

ROUTERS = [
    households.router,
    identifications.router,
    household_imports.router,
    exit_plans.router,
    statistics.router,
    divisions.router,
    parameters.router,
    code_lists.router,
    identifications.public,
    divisions.internal,
    eligibility.internal,
]


async def _carry_out_imports(app: FastAPI) -> None:
    await import_runs.run_forever(app.state.database, app.state.seals)


def create(settings: Settings | None = None) -> FastAPI:
    """Build the application from its settings."""
    settings = settings or Settings()
    app = create_app(
        settings,
        title="Lika registry 户籍服务",
        routers=ROUTERS,
        constraints=CONSTRAINTS,
        background=[_carry_out_imports],
    )
    app.state.seals = Seals.from_files(settings.seal_key_file, settings.index_key_file)
    return app


if __name__ == "__main__":
    serve("services.registry.main:create", Settings())
