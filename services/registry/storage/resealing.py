"""SQL of one batch of a rotation: rows and versions read under lock, written back set by set.

Nothing here waits for a lock: a row somebody works on is left out and comes later. So a rotation can neither hold up
the service for longer than one batch nor stand in a deadlock with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, LargeBinary, Text, Uuid, bindparam, cast, func, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from services.registry.storage.sealed_places import Place, of_table
from services.registry.storage.tables import Base, HouseholdVersion

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


class VersionText(NamedTuple):
    """A version's content as the database writes it out: never parsed and written anew, so that nothing else of it
    can change."""

    household_id: UUID
    version: int
    content: str

    def held(self) -> Iterator[tuple[Place, Sealed]]:
        content = json.loads(self.content)
        yield from _held_in(content, "households", self.household_id)
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


async def versions_of(connection: AsyncConnection, households: Sequence[UUID]) -> list[VersionText]:
    """Every version of these households; whoever adds one holds the household's lock."""
    version = HouseholdVersion
    query = select(version.household_id, version.version, cast(version.content, Text))
    found = await connection.execute(query.where(version.household_id == func.any(list(households))))
    return [VersionText(*row) for row in found]


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


async def save_versions(connection: AsyncConnection, changed: Sequence[VersionText]) -> list[VersionText]:
    """Write the contents of versions back; what the database holds then."""
    if not changed:
        return []
    new = (
        func.unnest(
            _array([row.household_id for row in changed], Uuid()),
            _array([row.version for row in changed], BigInteger()),
            _array([row.content for row in changed], Text()),
        )
        .table_valued("household_id", "version", "content")
        .render_derived(name="new")
    )
    query = (
        update(HouseholdVersion)
        .values(content=cast(new.c.content, JSONB))
        .where(HouseholdVersion.household_id == new.c.household_id, HouseholdVersion.version == new.c.version)
        .returning(HouseholdVersion.household_id, HouseholdVersion.version, cast(HouseholdVersion.content, Text))
    )
    return [VersionText(*row) for row in await connection.execute(query)]


def _array(values: Sequence[Any], kind: TypeEngine[Any]) -> Any:
    return cast(bindparam(None, list(values), type_=ARRAY(kind)), ARRAY(kind))
