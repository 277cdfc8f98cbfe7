"""SQL of the walk: rows of one table by the values of one column, what stands in their accounts, who decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ARRAY, BigInteger, ColumnElement, bindparam, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from services.funds.domain.ledger import CORRECTION
from services.funds.storage.tables import Allocation, Base, Decision, GrantLine, LedgerAccount, LedgerTransfer
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope

Row = TypeVar("Row", bound=Base)


def one_of(column: InstrumentedAttribute[Any], values: Iterable[int | None]) -> ColumnElement[bool]:
    """The column holds one of many ids, sent as one array: a walk asks for more than a statement takes one by one."""
    wanted = sorted({value for value in values if value is not None})
    return column == func.any(bindparam(None, wanted, type_=ARRAY(BigInteger), unique=True))


def any_of(column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """The same for a statement that is built once: the ids are its parameter `ids`."""
    return column == func.any(bindparam("ids", type_=ARRAY(BigInteger)))


async def rows(
    session: AsyncSession,
    table: type[Row],
    column: InstrumentedAttribute[Any],
    values: Iterable[int | None],
    at_most: int | None = None,
    *only: ColumnElement[bool],
) -> list[Row]:
    """Rows whose `column` is one of `values`, by that column and the row's own id."""
    wanted = {value for value in values if value is not None}
    if not wanted:
        return []
    own: Any = table.__mapper__.primary_key[0]
    query = select(table).where(one_of(column, wanted), *only).order_by(column, own).limit(at_most)
    return list(await session.scalars(query))


async def row(session: AsyncSession, table: type[Row], row_id: int, actor: Actor, place: Any) -> Row | None:
    """One row by its id, if the actor's scope covers the division in `place`."""
    own: Any = table.__mapper__.primary_key[0]
    return (await session.scalars(select(table).where(own == row_id, in_scope(place, actor)))).first()


async def allocations_of_project(session: AsyncSession, actor: Actor, project_code: str) -> list[Allocation]:
    """A project's allocations the actor may see."""
    query = select(Allocation).where(Allocation.project_code == project_code, in_scope(Allocation.division_code, actor))
    return list(await session.scalars(query.order_by(Allocation.id)))


async def grants_of_household(session: AsyncSession, actor: Actor, household_id: str) -> list[GrantLine]:
    """A household's grants the actor may see, refused lines left out."""
    query = select(GrantLine).where(
        GrantLine.household_id == household_id,
        GrantLine.state != "refused",
        in_scope(GrantLine.division_code, actor),
    )
    return list(await session.scalars(query.order_by(GrantLine.id)))


async def holdings(session: AsyncSession, kinds: Sequence[str], owners: Iterable[int]) -> list[tuple[str, int, int]]:
    """What stands in accounts of these kinds of these owners: kind, owner, fen; empty accounts left out."""
    query = select(LedgerAccount.kind, LedgerAccount.owner_id, LedgerAccount.balance_fen).where(
        LedgerAccount.kind.in_(kinds), one_of(LedgerAccount.owner_id, owners), LedgerAccount.balance_fen != 0
    )
    return [(kind, owner, fen) for kind, owner, fen in await session.execute(query)]


async def given_back(session: AsyncSession, kinds: Sequence[str], owners: Iterable[int]) -> dict[int, int]:
    """By owner: fen that went from accounts of these kinds back to an allocation, less what was corrected of it."""
    debit, credit = aliased(LedgerAccount), aliased(LedgerAccount)
    corrected = aliased(LedgerTransfer)
    stands = ~exists().where(corrected.reverses == LedgerTransfer.id, corrected.kind == CORRECTION)
    query = (
        select(debit.owner_id, func.sum(LedgerTransfer.amount_fen))
        .join(LedgerTransfer, LedgerTransfer.debit_id == debit.id)
        .join(credit, credit.id == LedgerTransfer.credit_id)
        .where(debit.kind.in_(kinds), one_of(debit.owner_id, owners), credit.kind == "allocation", stands)
        .group_by(debit.owner_id)
    )
    return {owner: int(fen) for owner, fen in await session.execute(query)}


async def decisions(session: AsyncSession, subject_type: str, ids: Iterable[int]) -> list[Decision]:
    """What was decided on things of one type, step by step."""
    query = select(Decision).where(Decision.subject_type == subject_type, one_of(Decision.subject_id, ids))
    return list(await session.scalars(query.order_by(Decision.id)))


async def transfer(session: AsyncSession, actor: Actor, transfer_id: int) -> tuple[str, int] | None:
    """Kind and owner of the account a transfer of the actor's books went to; of the account it came from when the
    money left all books."""
    debit, credit = aliased(LedgerAccount), aliased(LedgerAccount)
    query = (
        select(debit.kind, debit.owner_id, credit.kind, credit.owner_id)
        .select_from(LedgerTransfer)
        .join(debit, debit.id == LedgerTransfer.debit_id)
        .join(credit, credit.id == LedgerTransfer.credit_id)
        .where(LedgerTransfer.id == transfer_id, in_scope(LedgerTransfer.book, actor))
    )
    found = (await session.execute(query)).first()
    if found is None:
        return None
    return (found[2], found[3]) if found[2] != "source" else (found[0], found[1])
