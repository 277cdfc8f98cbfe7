"""HTTP of second factors."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path

from services.gateway.api.dependencies import GatewayParts, OwnDatabase, SignInId
from services.gateway.operations import own_second_factor as own
from services.gateway.operations import second_factors
from services.gateway.operations.own_second_factor import Desk
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.gateway import AccountId, Reason
from shared.schemas.gateway_sign_in import (
    CodeProof,
    PasswordProof,
    RecoveryCodes,
    SecondFactorBegun,
    SecondFactorProof,
    SecondFactorState,
)

router = new_router("/api/v1/auth", "second factors")


async def _desk(database: OwnDatabase, parts: GatewayParts) -> Desk:
    return Desk(database, parts.passwords, parts.second_factors)


OwnDesk = Annotated[Desk, Depends(_desk)]


@router.get("/second-factor", operation_id="second_factor_get", **needs("own_account.use"))
async def second_factor_get(session: Session, actor: CurrentActor, desk: OwnDesk) -> SecondFactorState:
    return await desk.factors.state(session, actor)


@router.post("/second-factor", operation_id="second_factor_begin", status_code=201, **needs("own_account.use"))
async def second_factor_begin(
    body: PasswordProof, session: Session, actor: CurrentActor, desk: OwnDesk
) -> SecondFactorBegun:
    return await own.begin(desk, session, actor, body)


@router.post("/second-factor/confirmation", operation_id="second_factor_confirm", **needs("own_account.use"))
async def second_factor_confirm(
    body: CodeProof, session: Session, actor: CurrentActor, sign_in: SignInId, desk: OwnDesk
) -> RecoveryCodes:
    return await own.confirm(desk, session, actor, sign_in, body)


@router.post("/second-factor/recovery-codes", operation_id="recovery_codes_renew", **needs("own_account.use"))
async def recovery_codes_renew(
    body: SecondFactorProof, session: Session, actor: CurrentActor, desk: OwnDesk
) -> RecoveryCodes:
    return await own.renew_codes(desk, session, actor, body)


@router.post("/second-factor/removal", operation_id="second_factor_remove", status_code=204, **needs("own_account.use"))
async def second_factor_remove(body: SecondFactorProof, session: Session, actor: CurrentActor, desk: OwnDesk) -> None:
    await own.remove(desk, session, actor, body)


@router.post(
    "/accounts/{account_id}/second-factor-reset",
    operation_id="second_factor_reset",
    status_code=204,
    **needs("account.manage"),
)
async def second_factor_reset(
    account_id: Annotated[AccountId, Path()], body: Reason, session: Session, actor: CurrentActor
) -> None:
    await second_factors.reset(session, actor, account_id, body.reason)
