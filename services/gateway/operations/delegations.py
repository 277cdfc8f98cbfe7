"""Lending roles for some days: propose, agree, take back. A lent role is used by the borrower as themselves."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain import delegations as rules
from services.gateway.domain.delegations import ACCEPTED, LIVE, PROPOSED, REFUSED, WITHDRAWN
from services.gateway.domain.offices import stands_on
from services.gateway.domain.refusals.accounts import OwnAccount
from services.gateway.domain.refusals.delegations import (
    BorrowerUnknown,
    DelegationOverToday,
    DelegationStateWrong,
    DelegationToOneself,
    SecondPersonRequired,
)
from services.gateway.operations.role_checks import require_fitting, require_grantable, require_human
from services.gateway.storage import accounts, parameters
from services.gateway.storage import delegations as storage
from services.gateway.storage.accounts import AccountRow
from services.gateway.storage.data_files import role_book
from services.gateway.storage.tables import PERSON
from services.gateway.storage.tables import Delegation as DelegationRow
from services.gateway.storage.tables import DelegationEvent as StepRow
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.refusals import Forbidden, NotFound
from shared.schemas.gateway_delegations import Delegation, DelegationStep, NewDelegation
from shared.schemas.wire import Page

MANAGE = "account.manage"


async def lend(session: AsyncSession, actor: Actor, request: NewDelegation) -> Delegation:
    """Lend roles of one's own account."""
    return await _propose(session, actor, actor.account, request)


async def lend_for(session: AsyncSession, actor: Actor, lender_id: str, request: NewDelegation) -> Delegation:
    """Lend roles of an account of the administrator's area, for somebody who cannot do it themselves."""
    found = await accounts.get(session, actor, lender_id, PERSON)
    if found is None:
        raise NotFound()
    borrower = await accounts.person_of(session, request.borrower)
    if actor.person in (found[0].person_id, borrower):
        raise OwnAccount()
    require_grantable(role_book(), actor, found[1], found[0].roles)
    return await _propose(session, actor, lender_id, request)


async def _propose(session: AsyncSession, actor: Actor, lender_id: str, request: NewDelegation) -> Delegation:
    policy = await parameters.valid_on(session, clock.office_today())
    rules.require_days(request.from_on, request.to_on, clock.office_today(), policy["delegation_days"])
    lender, borrower = await _both(session, lender_id, request.borrower)
    await _require_fit(session, lender, borrower, request.roles, besides="")
    agreed = not rules.needs_acceptance(role_book(), request.roles)
    assert lender[0].person_id is not None
    assert borrower[0].person_id is not None
    row = DelegationRow(
        id=uuid.uuid4().hex,
        lender_account=lender[0].id,
        lender_person=lender[0].person_id,
        borrower_account=borrower[0].id,
        borrower_person=borrower[0].person_id,
        roles=sorted(set(request.roles)),
        from_on=request.from_on,
        to_on=request.to_on,
        reason=request.reason,
        state=ACCEPTED if agreed else PROPOSED,
        proposed_at=clock.now(),
        proposed_by=actor.account,
        proposed_person=actor.person,
    )
    await storage.add(session, row, storage.step(row.id, PROPOSED, request.reason, actor))
    audit.record(
        session, actor, "delegation.propose", row.id, lender=row.lender_account, borrower=row.borrower_account,
        roles=row.roles, from_on=row.from_on.isoformat(), to_on=row.to_on.isoformat(), in_force_at_once=agreed,
    )  # fmt: skip
    return (await _shown(session, [row]))[0]


async def decide(session: AsyncSession, actor: Actor, delegation_id: str, accept: bool, reason: str) -> Delegation:
    """Agree to a lending, or not: the lender's administrator, or the lender when the administrator proposed it."""
    seen = await storage.get(session, actor, delegation_id)
    if seen is None:
        raise NotFound()
    await _require_second_person(session, actor, seen)
    lender, borrower = await _both(session, seen.lender_account, seen.borrower_account)
    row = await _live(session, actor, delegation_id, (PROPOSED,))
    if accept:
        await _require_fit(session, lender, borrower, row.roles, besides=row.id)
    row.state = ACCEPTED if accept else REFUSED
    await storage.keep(session, storage.step(row.id, row.state, reason, actor))
    audit.record(session, actor, "delegation.accept" if accept else "delegation.refuse", row.id, roles=row.roles)
    return (await _shown(session, [row]))[0]


async def withdraw(session: AsyncSession, actor: Actor, delegation_id: str, reason: str) -> Delegation:
    """End a lending before its days are over: the lender, the borrower, or their administrator."""
    row = await _live(session, actor, delegation_id, LIVE)
    if actor.person not in (row.lender_person, row.borrower_person) and not actor.may(MANAGE):
        raise Forbidden()
    row.state = WITHDRAWN
    await storage.keep(session, storage.step(row.id, WITHDRAWN, reason, actor))
    audit.record(session, actor, "delegation.withdraw", row.id, roles=row.roles)
    return (await _shown(session, [row]))[0]


async def get(session: AsyncSession, actor: Actor, delegation_id: str) -> Delegation:
    row = await storage.get(session, actor, delegation_id)
    if row is None:
        raise NotFound()
    return (await _shown(session, [row]))[0]


async def list_delegations(
    session: AsyncSession, actor: Actor, account: str | None, cursor: str | None, limit: int
) -> Page[Delegation]:
    """One's own, and for administrators and their watchers those of the area."""
    after = paging.decode(cursor, str)
    rows = await storage.page(session, actor, account, str(after[0]) if after else None, limit + 1)
    items = await _shown(session, rows[:limit])
    return Page(items=items, next_cursor=paging.encode(items[-1].id) if len(rows) > limit else None)


async def _both(session: AsyncSession, lender_id: str, borrower_id: str) -> tuple[AccountRow, AccountRow]:
    """Lender and borrower as they are, their humans locked first, so that two changes of roles go one by one."""
    people = [await accounts.person_of(session, id_) for id_ in (lender_id, borrower_id)]
    if people[0] is None:
        raise Forbidden()
    if people[1] is None:
        raise BorrowerUnknown()
    if people[0] == people[1]:
        raise DelegationToOneself()
    await accounts.lock_persons(session, [person for person in people if person is not None])
    lender, borrower = await accounts.get_own(session, lender_id), await accounts.get_own(session, borrower_id)
    assert lender is not None
    assert borrower is not None
    today = clock.office_today()
    stands = stands_on(borrower[1].valid_from, borrower[1].valid_to, today)
    inside = rules.within_lenders_area(lender[1].division_code, borrower[1].division_code)
    if borrower[0].disabled or not stands or not inside:
        raise BorrowerUnknown()
    return lender, borrower


async def _require_fit(
    session: AsyncSession, lender: AccountRow, borrower: AccountRow, roles: Sequence[str], *, besides: str
) -> None:
    """The role is the lender's to lend, exists at the borrower's office, and goes with all the borrower holds."""
    book = role_book()
    person = borrower[0].person_id or ""
    held = await accounts.roles_of_person(session, person)
    held |= await storage.roles_borrowed(session, person, clock.office_today(), besides=besides)
    require_human(book, roles)
    require_fitting(book, borrower[1], roles, held)
    rules.require_lendable(book, roles, lender[0].roles, borrower[0].roles)


async def _require_second_person(session: AsyncSession, actor: Actor, row: DelegationRow) -> None:
    """Neither who proposed it nor who borrows; the lender themself, or who manages both accounts."""
    if actor.person in (row.proposed_person, row.borrower_person):
        raise SecondPersonRequired()
    if actor.person == row.lender_person:
        return
    if not actor.may(MANAGE):
        raise Forbidden()
    borrower = await accounts.get_own(session, row.borrower_account)
    assert borrower is not None
    require_grantable(role_book(), actor, borrower[1], row.roles)


async def _live(session: AsyncSession, actor: Actor, delegation_id: str, states: Sequence[str]) -> DelegationRow:
    """The delegation, locked, in one of these states and with days left."""
    row = await storage.get(session, actor, delegation_id, lock=True)
    if row is None:
        raise NotFound()
    if row.state not in states:
        raise DelegationStateWrong()
    if row.to_on < clock.office_today():
        raise DelegationOverToday()
    return row


async def _shown(session: AsyncSession, rows: Sequence[DelegationRow]) -> list[Delegation]:
    steps = await storage.steps(session, [row.id for row in rows])
    return [_one(row, steps[row.id]) for row in rows]


def _one(row: DelegationRow, steps: Sequence[StepRow]) -> Delegation:
    today = clock.office_today()
    over = row.state in LIVE and row.to_on < today
    return Delegation(
        id=row.id,
        lender=row.lender_account,
        borrower=row.borrower_account,
        roles=list(row.roles),
        from_on=row.from_on,
        to_on=row.to_on,
        reason=row.reason,
        state="over" if over else row.state,
        in_force=row.state == ACCEPTED and row.from_on <= today <= row.to_on,
        steps=[DelegationStep.model_validate(step) for step in steps],
    )
