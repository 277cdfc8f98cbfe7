"""SQL of accounts: of humans and of machines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.storage.tables import PERSON, Account, AccountVersion, Office, Person
from shared.chassis import clock
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within

AccountRow = Row[Account, Office, Person | None]


def _whole() -> Select[Account, Office, Person | None]:
    query: Any = select(Account, Office, Person).join(Office, Office.code == Account.office_code)
    whole: Select[Account, Office, Person | None] = query.outerjoin(Person, Person.id == Account.person_id)
    return whole


async def get(
    session: AsyncSession, actor: Actor, account_id: str, kind: str, *, lock: bool = False
) -> AccountRow | None:
    """The account with its office and person, if it lies in the actor's scope."""
    query = _whole().where(Account.id == account_id, Account.kind == kind, in_scope(Office.division_code, actor))
    if lock:
        await _lock(session, account_id)
    return (await session.execute(query)).one_or_none()


async def get_own(session: AsyncSession, account_id: str, *, lock: bool = False) -> AccountRow | None:
    """The account of whoever is signed in."""
    query = _whole().where(Account.id == account_id)
    if lock:
        await _lock(session, account_id)
    return (await session.execute(query)).one_or_none()


async def _lock(session: AsyncSession, account_id: str) -> None:
    """Lock the account before it is read with its office: a joined read that waits for a lock would miss it moved."""
    await session.execute(select(Account.id).where(Account.id == account_id).with_for_update())


async def by_username(session: AsyncSession, username: str, kind: str) -> AccountRow | None:
    query = _whole().where(Account.username == username, Account.kind == kind)
    return (await session.execute(query)).one_or_none()


async def list_in_scope(
    session: AsyncSession, actor: Actor, kind: str, area: str, office: str | None, after: str | None, limit: int
) -> Sequence[AccountRow]:
    """Accounts of the actor's scope inside `area` by id, at most `limit`, behind id `after`."""
    query = _whole().where(
        Account.kind == kind, in_scope(Office.division_code, actor), within(Office.division_code, area)
    )
    if office is not None:
        query = query.where(Account.office_code == office)
    if after is not None:
        query = query.where(Account.id > after)
    return (await session.execute(query.order_by(Account.id).limit(limit))).all()


async def lock_person(session: AsyncSession, actor: Actor, person_id: str) -> Person | None:
    """A human with at least one account in the actor's scope; locked, so that roles are weighed one by one."""
    seen = (
        select(Account.id)
        .join(Office, Office.code == Account.office_code)
        .where(Account.person_id == Person.id, in_scope(Office.division_code, actor))
    )
    return await session.scalar(select(Person).where(Person.id == person_id, seen.exists()).with_for_update())


async def roles_of_person(session: AsyncSession, person_id: str, *, besides: str = "") -> set[str]:
    """Every role the human holds through any enabled account, wherever it is."""
    rows = await session.scalars(
        select(Account.roles).where(Account.person_id == person_id, Account.id != besides, Account.disabled.is_(False))
    )
    return {role for roles in rows for role in roles}


async def any_human(session: AsyncSession) -> bool:
    """Whether anybody has an account yet."""
    return await session.scalar(select(Account.id).where(Account.kind == PERSON).limit(1)) is not None


async def add_person(session: AsyncSession, person: Person) -> None:
    session.add(person)
    await session.flush()


async def add(session: AsyncSession, account: Account, by: str) -> None:
    """Insert an account and its first version."""
    session.add(account)
    await session.flush()
    await keep_version(session, account, "", by)


async def keep_version(session: AsyncSession, account: Account, reason: str, by: str) -> None:
    """Keep the account's rights as they are from now on."""
    session.add(
        AccountVersion(
            account_id=account.id,
            version=account.version,
            office_code=account.office_code,
            roles=list(account.roles),
            title=account.title,
            disabled=account.disabled,
            reason=reason,
            at=clock.now(),
            by=by,
        )
    )
    await session.flush()


async def lock_any_person(session: AsyncSession, person_id: str) -> None:
    """Lock a human wherever they are."""
    await lock_persons(session, [person_id])


async def lock_persons(session: AsyncSession, person_ids: Iterable[str]) -> None:
    """Lock humans wherever they are, in the order of their ids."""
    query = select(Person.id).where(Person.id.in_(sorted(set(person_ids)))).order_by(Person.id)
    await session.execute(query.with_for_update())


async def person_of(session: AsyncSession, account_id: str) -> str | None:
    """The human of an account, wherever it is; None for none, and for a machine."""
    return await session.scalar(select(Account.person_id).where(Account.id == account_id))


async def lock_open_of(session: AsyncSession, offices: Sequence[str]) -> Sequence[Account]:
    """The open accounts of these offices, humans' and machines', locked in the order of their ids."""
    query = select(Account).where(Account.office_code.in_(offices), Account.disabled.is_(False)).order_by(Account.id)
    return (await session.scalars(query.with_for_update().execution_options(populate_existing=True))).all()


async def any_open_at(session: AsyncSession, office: str) -> bool:
    """Whether an office has an account that is not shut."""
    query = select(Account.id).where(Account.office_code == office, Account.disabled.is_(False)).limit(1)
    return await session.scalar(query) is not None


async def of_person(session: AsyncSession, person_id: str, *, lock: bool = False) -> Sequence[AccountRow]:
    """Every account of a human, wherever it is, by id; locked if asked for."""
    if lock:
        ids = select(Account.id).where(Account.person_id == person_id).order_by(Account.id)
        await session.execute(ids.with_for_update())
    query = _whole().where(Account.person_id == person_id).order_by(Account.id)
    return (await session.execute(query.execution_options(populate_existing=True))).all()


async def roles_held_at(session: AsyncSession, office: str, *, besides_person: str) -> set[str]:
    """The roles that open accounts of other humans hold at an office."""
    rows = await session.scalars(
        select(Account.roles).where(
            Account.office_code == office,
            Account.kind == PERSON,
            Account.disabled.is_(False),
            Account.person_id != besides_person,
        )
    )
    return {role for roles in rows for role in roles}


async def lock_all(session: AsyncSession) -> None:
    """Let one first start run at a time, until the transaction ends."""
    await session.execute(text("select pg_advisory_xact_lock(7412)"))
