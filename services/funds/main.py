"""The funds service. The router list is its table of contents."""

from __future__ import annotations

from fastapi import FastAPI

from services.funds.api import (
    ages,
    agreements,
    alert_rules,
    alerts,
    allocations,
    bank_entries,
    bank_files,
    book_exports,
    book_imports,
    budget_statements,
    calendars,
    campaigns,
    claims,
    claw_backs,
    contract_terms,
    deadlines,
    dividends,
    documents,
    donations,
    events,
    exchange,
    factor_proposals,
    forecast,
    grant_batches,
    grant_files,
    households,
    interest_subsidies,
    ledger,
    lists,
    loan_extensions,
    loan_repayment_reversals,
    loans,
    management_fees,
    mandates,
    parameters,
    payee_accounts,
    payments,
    period_closes,
    pictures,
    pools,
    progress,
    progress_reports,
    public,
    reallocations,
    recalls,
    receipts,
    reconciliation,
    responsibilities,
    retentions,
    risk_funds,
    spending_definitions,
    spending_targets,
    stage_clocks,
    trace,
    tree,
    vocabulary_changes,
)
from services.funds.operations import alert_sweeps, funding_sweeps, spending_sums
from services.funds.operations.settlements import settlements
from services.funds.settings import Settings
from services.funds.storage.constraints import CONSTRAINTS
from services.funds.storage.sealing import Seals
from services.funds.storage.waiting_work import WAITING
from shared.chassis.app import create_app
from shared.chassis.serving import serve
from shared.chassis.waiting_work import waiting_router

ROUTERS = [
    # Tried in this order: what is asked all day long comes first.
    payments.router,
    progress.router,
    allocations.router,
    claims.router,
    receipts.router,
    documents.router,
    recalls.router,
    factor_proposals.router,
    budget_statements.router,
    ages.router,
    reallocations.router,
    management_fees.router,
    contract_terms.router,
    payee_accounts.router,
    bank_files.router,
    retentions.router,
    grant_batches.router,
    grant_batches.grants_router,
    grant_files.router,
    households.router,
    households.entitlements_router,
    claw_backs.router,
    mandates.router,
    loans.router,
    loans.uses_router,
    loan_extensions.router,
    loan_extensions.extensions_router,
    loan_repayment_reversals.router,
    loan_repayment_reversals.reversals_router,
    interest_subsidies.router,
    risk_funds.router,
    risk_funds.compensations_router,
    agreements.router,
    dividends.router,
    dividends.due_router,
    dividends.groups_router,
    bank_entries.router,
    bank_entries.reversals_router,
    donations.router,
    donations.uses_router,
    donations.reversals_router,
    donations.public_router,
    pools.router,
    pools.members_router,
    pools.lendings_router,
    ledger.router,
    reconciliation.router,
    period_closes.router,
    spending_definitions.router,
    progress_reports.router,
    progress_reports.rankings_router,
    spending_targets.router,
    campaigns.router,
    forecast.router,
    pictures.router,
    trace.router,
    book_imports.router,
    book_exports.router,
    tree.router,
    public.router,
    lists.router,
    vocabulary_changes.router,
    alerts.router,
    alerts.runs_router,
    alert_rules.router,
    parameters.router,
    calendars.router,
    deadlines.router,
    stage_clocks.router,
    stage_clocks.late_router,
    responsibilities.router,
    responsibilities.causes_router,
    events.internal,
    exchange.internal,
    waiting_router("funds", WAITING),
]


def create(settings: Settings | None = None) -> FastAPI:
    """Build the application from its settings."""
    settings = settings or Settings()
    app = create_app(
        settings,
        title="Lika funds 资金服务",
        routers=ROUTERS,
        constraints=CONSTRAINTS,
        peers={"registry": settings.registry_url, "projects": settings.projects_url},
        event_subscriber="projects",
        background=[_end_operations, _keep_sums, _look_for_alerts],
    )
    app.state.settlements = settlements(app.state.database)
    app.state.seals = Seals.from_file(settings.seal_key_file, settings.seal_cipher)
    return app


async def _end_operations(app: FastAPI) -> None:
    """Operations with projects that lost their request are brought to their end."""
    await funding_sweeps.sweep_forever(app.state.database, lambda: app.state.peers["projects"])


async def _keep_sums(app: FastAPI) -> None:
    """What was posted is added to the sums progress is answered from."""
    await spending_sums.fold_forever(app.state.database)


async def _look_for_alerts(app: FastAPI) -> None:
    """Every area is looked at for alerts in its turn."""
    await alert_sweeps.sweep_forever(app.state.database)


if __name__ == "__main__":
    serve("services.funds.main:create", Settings())
