"""SQL of a change of the index key: one transaction in which nobody else reads or writes the tables."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, Uuid, bindparam, cast, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.storage.sealed_places import IndexedColumn, Place, of_table
from services.registry.storage.tables import Base

ROWS_AT_ONCE = 5_000


async def take_alone(connection: AsyncConnection, table: str) -> None:
    """Keep everybody out of the table until the transaction ends; an error after five seconds of waiting."""
    name = connection.dialect.identifier_preparer.quote(table)
    await connection.execute(text("set local lock_timeout = '5s'"))
    await connection.execute(text(f"lock table {name} in access exclusive mode"))


async def count(connection: AsyncConnection, table: str) -> int:
    return await connection.scalar(select(func.count()).select_from(Base.metadata.tables[table])) or 0


async def pages(connection: AsyncConnection, indexed: IndexedColumn) -> AsyncIterator[list[tuple[Place, str, bytes]]]:
    """Every row of the table by its key: place, sealed value, blind index."""
    rows = Base.metadata.tables[indexed.table]
    sealed = next(column for column in of_table(indexed.table) if column.column == indexed.sealed)
    key, after = rows.c[sealed.key], None
    while True:
        query = select(key, rows.c[indexed.sealed], rows.c[indexed.column]).order_by(key).limit(ROWS_AT_ONCE)
        found = (await connection.execute(query if after is None else query.where(key > after))).all()
        if not found:
            return
        after = found[-1][0]
        yield [(sealed.place(row[0]), row[1], row[2]) for row in found if row[1] is not None]


async def save(connection: AsyncConnection, indexed: IndexedColumn, indexes: Sequence[tuple[UUID, bytes]]) -> None:
    """Write the blind indexes of these rows."""
    rows = Base.metadata.tables[indexed.table]
    sealed = next(column for column in of_table(indexed.table) if column.column == indexed.sealed)
    ids = cast(bindparam(None, [row for row, _ in indexes], type_=ARRAY(Uuid())), ARRAY(Uuid()))
    values = cast(bindparam(None, [value for _, value in indexes], type_=ARRAY(LargeBinary())), ARRAY(LargeBinary()))
    new = func.unnest(ids, values).table_valued("new_id", "new_index").render_derived(name="new")
    query = update(rows).values({indexed.column: new.c.new_index}).where(rows.c[sealed.key] == new.c.new_id)
    await connection.execute(query)
