"""HTTP of households' bank accounts, asked by funds for a file to the bank."""

from __future__ import annotations

from services.registry.api.reading import CurrentSeals, CurrentTrail, asks
from services.registry.operations import household_accounts as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import needs_service
from shared.schemas.registry_accounts import AccountsAnswer, AccountsQuestion

internal = new_router("/internal/household-accounts", "internal")


@internal.post("", operation_id="internal_household_accounts", **asks(needs_service("funds")))
async def internal_household_accounts(
    body: AccountsQuestion, session: Session, trail: CurrentTrail, seals: CurrentSeals
) -> AccountsAnswer:
    return await operations.answer(session, trail, seals, body)
