"""SQL of one batch of a rotation: rows and contents read under lock, written back set by set.

Nothing here waits for a lock: a row somebody works on is left out and comes later. So a rotation can neither hold up
the service for longer than one batch nor stand in a deadlock with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, Text, Uuid, bindparam, cast, func, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from services.registry.storage.sealed_places import CONTENT_TABLES, Place, of_table
from services.registry.storage.tables import Base

Sealed = str | bytes


class SealedRow(NamedTuple):
    """The sealed columns of one row."""

    table: str
    id: UUID
    values: dict[str, Sealed | None]

    def held(self) -> Iterator[tuple[Place, Sealed]]:
        """Every sealed value of the row with its place."""
        for column in of_table(self.table):
            value = self.values[column.column]
            if value is not None:
                yield column.place(self.id), value


class ContentText(NamedTuple):
    """A content of a file as the database writes it out: never parsed and written anew, so that nothing else of it
    can change. `key` is the primary key of its row, the household first."""

    table: str
    key: tuple[Any, ...]
    content: str

    def held(self) -> Iterator[tuple[Place, Sealed]]:
        content = json.loads(self.content)
        yield from _held_in(content, "households", self.key[0])
        for member in content.get("members", ()):
            yield from _held_in(member, "household_members", UUID(member["id"]))


def _held_in(stated: dict[str, Any], table: str, row: UUID) -> Iterator[tuple[Place, Sealed]]:
    for column in of_table(table):
        value = stated.get(column.column)
        if value is not None:
            yield column.place(row), value


async def lock_after(connection: AsyncConnection, table: str, after: UUID | None, limit: int) -> list[SealedRow]:
    """The next rows of a table by id."""
    rows, columns = Base.metadata.tables[table], of_table(table)
    key = rows.c[columns[0].key]
    query = select(key, *(rows.c[column.column] for column in columns)).order_by(key).limit(limit)
    return await _locked(connection, table, query if after is None else query.where(key > after))


async def lock_of(connection: AsyncConnection, table: str, by: str, ids: Sequence[UUID]) -> list[SealedRow]:
    """The rows of a table whose column `by` is one of the ids."""
    rows, columns = Base.metadata.tables[table], of_table(table)
    key = rows.c[columns[0].key]
    query = select(key, *(rows.c[column.column] for column in columns)).where(rows.c[by] == func.any(list(ids)))
    return await _locked(connection, table, query.order_by(key))


async def _locked(connection: AsyncConnection, table: str, query: Any) -> list[SealedRow]:
    names = [column.column for column in of_table(table)]
    found = await connection.execute(query.with_for_update(key_share=True, skip_locked=True))
    return [SealedRow(table, row[0], dict(zip(names, row[1:], strict=True))) for row in found]


async def contents_of(connection: AsyncConnection, households: Sequence[UUID]) -> list[ContentText]:
    """Every version and composed slice of these households; whoever adds one holds the household's lock."""
    texts: list[ContentText] = []
    for table in CONTENT_TABLES:
        rows = Base.metadata.tables[table]
        query = select(*rows.primary_key, cast(rows.c.content, Text)).where(
            rows.c.household_id == func.any(list(households)), rows.c.content.is_not(None)
        )
        texts += [ContentText(table, tuple(row[:-1]), row[-1]) for row in await connection.execute(query)]
    return texts


async def save_rows(connection: AsyncConnection, table: str, changed: Sequence[SealedRow]) -> list[SealedRow]:
    """Write sealed columns back; what the database holds then."""
    if not changed:
        return []
    rows, columns = Base.metadata.tables[table], of_table(table)
    arrays = [_array([row.id for row in changed], Uuid())]
    for column in columns:
        kind: TypeEngine[Any] = LargeBinary() if column.binary else Text()
        arrays.append(_array([row.values[column.column] for row in changed], kind))
    names = [column.column for column in columns]
    new = func.unnest(*arrays).table_valued("new_id", *names).render_derived(name="new")
    key = rows.c[columns[0].key]
    query = (
        update(rows)
        .values({name: new.c[name] for name in names})
        .where(key == new.c.new_id)
        .returning(key, *(rows.c[name] for name in names))
    )
    found = await connection.execute(query)
    return [SealedRow(table, row[0], dict(zip(names, row[1:], strict=True))) for row in found]


async def save_contents(connection: AsyncConnection, table: str, changed: Sequence[ContentText]) -> list[ContentText]:
    """Write the contents of a table back; what the database holds then."""
    if not changed:
        return []
    rows = Base.metadata.tables[table]
    key = list(rows.primary_key)
    values = zip(*(row.key for row in changed), strict=True)
    arrays = [_array(held, column.type) for column, held in zip(key, values, strict=True)]
    names = [column.name for column in key]
    new = (
        func.unnest(*arrays, _array([row.content for row in changed], Text()))
        .table_valued(*names, "content")
        .render_derived(name="new")
    )
    query = (
        update(rows)
        .values(content=cast(new.c.content, JSONB))
        .where(*(column == new.c[column.name] for column in key))
        .returning(*key, cast(rows.c.content, Text))
    )
    return [ContentText(table, tuple(row[:-1]), row[-1]) for row in await connection.execute(query)]


def _array(values: Sequence[Any], kind: TypeEngine[Any]) -> Any:
    return cast(bindparam(None, list(values), type_=ARRAY(kind)), ARRAY(kind))
