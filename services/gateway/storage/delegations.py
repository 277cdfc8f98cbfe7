"""SQL of delegations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.gateway.domain.delegations import ACCEPTED, LIVE, WITHDRAWN, Lent, within_lenders_area
from services.gateway.domain.offices import stands_on
from services.gateway.storage.tables import Account, Delegation, DelegationEvent, Office, Person
from shared.chassis import clock
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope


async def lent_to(session: AsyncSession, account_id: str, today: date) -> list[Lent]:
    """What is lent to an account today, as far as its lender still holds it, stands over it and is not shut."""
    lender, lender_office, borrower, borrower_office = (
        aliased(Account),
        aliased(Office),
        aliased(Account),
        aliased(Office),
    )
    rows = await session.execute(
        select(
            Delegation.id, Delegation.roles, lender.roles, lender_office.division_code, lender_office.valid_from,
            lender_office.valid_to, borrower_office.division_code,
        )
        .join(lender, lender.id == Delegation.lender_account)
        .join(lender_office, lender_office.code == lender.office_code)
        .join(borrower, borrower.id == Delegation.borrower_account)
        .join(borrower_office, borrower_office.code == borrower.office_code)
        .where(
            Delegation.borrower_account == account_id, Delegation.to_on >= today, Delegation.from_on <= today,
            Delegation.state == ACCEPTED, lender.disabled.is_(False),
        )
        .order_by(Delegation.proposed_at, Delegation.id)
    )  # fmt: skip
    return [
        Lent(id_, tuple(role for role in roles if role in held))
        for id_, roles, held, area, valid_from, valid_to, place in rows
        if stands_on(valid_from, valid_to, today) and within_lenders_area(area, place)
    ]


async def with_lender(session: AsyncSession, ids: Iterable[str]) -> list[tuple[Delegation, str]]:
    """These delegations, each with the name of who lends."""
    rows = await session.execute(
        select(Delegation, Person.name)
        .join(Person, Person.id == Delegation.lender_person)
        .where(Delegation.id.in_(sorted(ids)))
        .order_by(Delegation.to_on, Delegation.id)
    )
    return [(row, name) for row, name in rows]


async def roles_borrowed(session: AsyncSession, person_id: str, today: date, *, besides: str = "") -> set[str]:
    """Every role lent, or offered, to a person for today or a day to come. Their accounts weigh as one."""
    rows = await session.scalars(
        select(Delegation.roles).where(
            Delegation.borrower_person == person_id,
            Delegation.to_on >= today,
            Delegation.state.in_(LIVE),
            Delegation.id != besides,
        )
    )
    return {role for roles in rows for role in roles}


async def add(session: AsyncSession, delegation: Delegation, event: DelegationEvent) -> None:
    session.add(delegation)
    await session.flush()
    session.add(event)
    await session.flush()


async def keep(session: AsyncSession, event: DelegationEvent) -> None:
    session.add(event)
    await session.flush()


async def get(session: AsyncSession, actor: Actor, delegation_id: str, *, lock: bool = False) -> Delegation | None:
    """A delegation the actor takes part in, or whose lender and borrower both lie in the actor's area."""
    query = _seen_by(actor).where(Delegation.id == delegation_id)
    if lock:
        query = query.with_for_update(of=Delegation).execution_options(populate_existing=True)
    found: Delegation | None = await session.scalar(query)
    return found


async def page(
    session: AsyncSession, actor: Actor, account: str | None, after: str | None, limit: int
) -> Sequence[Delegation]:
    """Delegations the actor sees, by id."""
    query = _seen_by(actor)
    if account is not None:
        query = query.where(or_(Delegation.lender_account == account, Delegation.borrower_account == account))
    if after is not None:
        query = query.where(Delegation.id > after)
    return (await session.scalars(query.order_by(Delegation.id).limit(limit))).all()


def _seen_by(actor: Actor) -> Select[Delegation]:
    mine = or_(Delegation.lender_person == actor.person, Delegation.borrower_person == actor.person)
    if not actor.may("account.read"):
        return select(Delegation).where(mine)
    return select(Delegation).where(
        or_(mine, and_(_placed(Delegation.lender_account, actor), _placed(Delegation.borrower_account, actor)))
    )


def _placed(column: ColumnElement[str] | object, actor: Actor) -> ColumnElement[bool]:
    account = aliased(Account)
    office = aliased(Office)
    return (
        select(account.id)
        .join(office, office.code == account.office_code)
        .where(account.id == column, in_scope(office.division_code, actor))
        .exists()
    )


async def steps(session: AsyncSession, ids: Sequence[str]) -> dict[str, list[DelegationEvent]]:
    """The steps of these delegations, oldest first."""
    found: dict[str, list[DelegationEvent]] = {id_: [] for id_ in ids}
    rows = await session.scalars(
        select(DelegationEvent).where(DelegationEvent.delegation_id.in_(ids)).order_by(DelegationEvent.id)
    )
    for row in rows:
        found[row.delegation_id].append(row)
    return found


async def end_of_account(session: AsyncSession, account_ids: Sequence[str], reason: str, by: Actor) -> list[str]:
    """Withdraw whatever these accounts lend or borrow today or later; the ids of what was withdrawn."""
    ended = await session.scalars(
        update(Delegation)
        .where(
            or_(Delegation.lender_account.in_(account_ids), Delegation.borrower_account.in_(account_ids)),
            Delegation.state.in_(LIVE),
            Delegation.to_on >= clock.office_today(),
        )
        .values(state=WITHDRAWN)
        .returning(Delegation.id)
    )
    ids = sorted(ended)
    for id_ in ids:
        session.add(step(id_, WITHDRAWN, reason, by))
    await session.flush()
    return ids


def step(delegation_id: str, kind: str, reason: str, by: Actor) -> DelegationEvent:
    return DelegationEvent(
        delegation_id=delegation_id, kind=kind, reason=reason, at=clock.now(), by=by.account, person=by.person
    )
