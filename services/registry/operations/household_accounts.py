"""Answering funds: the household's own bank account, in clear, for a file to the bank. Every reading is noted.

A household that exited is answered for as well: some grants go on after the exit (脱贫不脱政策).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain.eligibility import Standing, standing_on
from services.registry.operations.eligibility import UNKNOWN, mark_of
from services.registry.operations.trail import CLEAR, Trail
from services.registry.storage import eligibility as people
from services.registry.storage import household_accounts as storage
from services.registry.storage.sealing import Seals, account_of
from shared.chassis import clock
from shared.schemas.registry_accounts import AccountAnswer, AccountsAnswer, AccountsQuestion

PAID = frozenset({"eligible", "exited"})
"""Standings with which somebody may be paid a grant; which of them a programme pays, it says itself."""


async def answer(session: AsyncSession, trail: Trail, seals: Seals, request: AccountsQuestion) -> AccountsAnswer:
    """One answer per person asked, in their order.

    Nothing is told of who is dead, struck off or not on the register today, or outside the actor's scope.
    """
    by_id = await people.indexes_of(session, [UUID(asked.person_id) for asked in request.people])
    indexes = [by_id.get(asked.person_id, UNKNOWN) for asked in request.people]
    found = await people.persons(session, trail.actor, indexes)
    holders = await storage.of_households(session, [row.household_id for row in found.values()])
    answers = [
        _answer(asked.ref, found.get(index), holders, seals)
        for asked, index in zip(request.people, indexes, strict=True)
    ]
    told = sorted({given.household_id for given in answers if given.household_id is not None})
    await trail.note(
        session, "household_account.read", told, f"{CLEAR},bank_account,bank_name,head_name", request.purpose
    )
    return AccountsAnswer(answers=answers)


def _answer(ref: str, row: Any, holders: dict[UUID, storage.Holder], seals: Seals) -> AccountAnswer:
    if row is None or row.bank_account_sealed is None:
        return AccountAnswer(ref=ref)
    standing = Standing(row.status, row.registered_on, row.closed_on, row.departure, row.departed_on)
    if standing_on(standing, clock.office_today()) not in PAID:
        return AccountAnswer(ref=ref)
    holder = holders[row.household_id]
    return AccountAnswer(
        ref=ref,
        household_id=str(row.household_id),
        account_name=holder.head_name,
        bank_name=holder.bank_name,
        account=seals.open(row.bank_account_sealed, account_of(row.household_id)),
        account_mark=mark_of(seals, row.household_id, row.bank_account_sealed),
    )
