"""The registry service. The router list is its table of contents."""

from __future__ import annotations

import os

from fastapi import FastAPI

from services.registry.api import (
    code_lists,
    comparisons,
    corrections,
    divisions,
    eligibility,
    exchange,
    exit_plans,
    household_accounts,
    household_exports,
    household_imports,
    household_lists,
    households,
    identifications,
    natural_changes,
    parameters,
    people,
    quality,
    register_years,
    statistics,
    trail_subjects,
)
from services.registry.operations import (
    division_carries,
    import_runs,
    import_undos,
    key_checks,
    quality_work,
    year_closings,
)
from services.registry.operations.import_workers import Workers
from services.registry.settings import Settings
from services.registry.storage.constraints import CONSTRAINTS
from services.registry.storage.sealing import Seals
from services.registry.storage.waiting_work import WAITING
from shared.chassis.app import create_app
from shared.chassis.serving import serve
from shared.chassis.waiting_work import waiting_router

ROUTERS = [
    households.router,
    household_lists.router,
    people.router,
    register_years.router,
    corrections.router,
    natural_changes.router,
    identifications.router,
    household_imports.router,
    household_exports.router,
    exit_plans.router,
    statistics.router,
    quality.router,
    divisions.router,
    parameters.router,
    code_lists.router,
    identifications.public,
    divisions.internal,
    eligibility.internal,
    household_accounts.internal,
    trail_subjects.internal,
    comparisons.kinds,
    comparisons.lists,
    comparisons.received,
    comparisons.doubts,
    exchange.households,
    exchange.internal,
    waiting_router("registry", WAITING),
]


async def _carry_out_imports(app: FastAPI) -> None:
    await import_runs.run_forever(app.state.database, app.state.seals, app.state.import_workers)


async def _undo_imports(app: FastAPI) -> None:
    await import_undos.run_forever(app.state.database)


async def _carry_out_quality_runs(app: FastAPI) -> None:
    await quality_work.run_forever(app.state.database, app.state.seals)


async def _carry_out_closings(app: FastAPI) -> None:
    await year_closings.run_forever(app.state.database)


async def _carry_files_over(app: FastAPI) -> None:
    await division_carries.run_forever(app.state.database)


async def _require_keys_fit(app: FastAPI) -> None:
    await key_checks.require_keys_fit(app.state.database, app.state.seals)


def create(settings: Settings | None = None) -> FastAPI:
    """Build the application from its settings."""
    settings = settings or Settings()
    app = create_app(
        settings,
        title="Lika registry 户籍服务",
        routers=ROUTERS,
        constraints=CONSTRAINTS,
        peers={"funds": settings.funds_url},
        event_subscriber="funds",
        background=[_carry_out_imports, _undo_imports, _carry_out_quality_runs, _carry_out_closings, _carry_files_over],
        on_start=_require_keys_fit,
        row_security=True,
    )
    app.state.seals = Seals.from_files(settings.seal_key_file, settings.index_key_file, settings.seal_cipher)
    app.state.import_workers = Workers(
        settings.import_workers or os.cpu_count() or 1,
        settings.seal_key_file,
        settings.index_key_file,
        settings.seal_cipher,
    )
    return app


if __name__ == "__main__":
    serve("services.registry.main:create", Settings())
