"""SQL around a change of keys: the owner's connection, who may run, how far it came, what is left under which key."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Table, Text, cast, func, insert, or_, select, text, union, update
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from services.registry.storage.sealed_places import CONTENT_TABLES, FILE_TABLES, SealedColumn, of_table
from services.registry.storage.tables import Base, HouseholdMember, KeyRotation
from shared.chassis.database import async_url

ONE_AT_A_TIME = 7412
"""Advisory lock held while keys are changed; it ends with the connection, however that ends."""


class Counted(NamedTuple):
    """How many values of a column are under a key. `column` of a content of a file reads `content.<column>`."""

    table: str
    column: str
    key: str
    values: int


def owner_engine(dsn: str) -> AsyncEngine:
    """Connections of the owner role, the only one that may touch append-only tables.

    With row_security off a policy that would hide rows is an error instead of an omission: a value not seen is a
    value that never opens again.
    """
    settings = {"row_security": "off", "timezone": "UTC", "application_name": "lika rotate_keys"}
    return create_async_engine(
        async_url(dsn), poolclass=NullPool, hide_parameters=True, connect_args={"server_settings": settings}
    )


@asynccontextmanager
async def alone(engine: AsyncEngine) -> AsyncIterator[bool]:
    """Whether this is the only change of keys under way; it stays so until the block ends."""
    async with engine.connect() as connection:
        async with connection.begin():
            taken = await connection.scalar(text("select pg_try_advisory_lock(:lock)"), {"lock": ONE_AT_A_TIME})
        yield bool(taken)


async def others_connected(connection: AsyncConnection) -> int:
    """Connections of other roles to this database: a service that is still running.

    Of another role's connection the server shows no more than this, and not what kind it is.
    """
    sql = "select count(*) from pg_stat_activity where datname = current_database() and usename <> current_user"
    return int(await connection.scalar(text(sql)) or 0)


async def begin(connection: AsyncConnection, kind: str, key: str, table: str, now: datetime) -> Any:
    """The progress of a table towards a key: taken up where it stopped, or begun.

    What ran towards another key is superseded. One that is done is given back as done.
    """
    rows = KeyRotation.__table__
    this = (rows.c.kind == kind) & (rows.c.table_name == table)
    last = (await connection.execute(select(rows).where(this).order_by(rows.c.id.desc()).limit(1))).one_or_none()
    if last is not None and last.key_name == key:
        return last
    old = update(KeyRotation).where(this, rows.c.state == "running").values(state="superseded", finished_at=now)
    await connection.execute(old)
    new = {"kind": kind, "key_name": key, "table_name": table, "state": "running", "started_at": now}
    begun = insert(KeyRotation).values(new | {"rows_done": 0, "values_done": 0}).returning(rows)
    return (await connection.execute(begun)).one()


async def advance(connection: AsyncConnection, rotation: int, last_id: UUID, rows: int, values: int) -> None:
    """Note, in the transaction of the batch, how far it came."""
    await connection.execute(
        update(KeyRotation)
        .where(KeyRotation.id == rotation)
        .values(
            last_id=last_id,
            rows_done=KeyRotation.rows_done + rows,
            values_done=KeyRotation.values_done + values,
        )
    )


async def finish(connection: AsyncConnection, rotation: int, now: datetime) -> None:
    await connection.execute(
        update(KeyRotation).where(KeyRotation.id == rotation).values(state="done", finished_at=now)
    )


async def count_after(connection: AsyncConnection, table: str, key: str, last_id: UUID | None) -> int:
    """How many rows of a table still lie before a walk."""
    rows = Base.metadata.tables[table]
    query = select(func.count()).select_from(rows)
    return await connection.scalar(query if last_id is None else query.where(rows.c[key] > last_id)) or 0


async def count_by_key(connection: AsyncConnection, columns: Sequence[SealedColumn]) -> list[Counted]:
    """How many values of each column, and of the same columns inside contents of files, are under which key."""
    found: list[Counted] = []
    for column in columns:
        rows = await connection.execute(_counts(column))
        found += [Counted(column.table, column.column, row[0], row[1]) for row in rows]
        for table in CONTENT_TABLES if column.table in FILE_TABLES else ():
            rows = await connection.execute(_counts_in_contents(table, column))
            found += [Counted(table, f"content.{column.column}", row[0], row[1]) for row in rows]
    return found


def _counts(column: SealedColumn) -> Select[Any, Any]:
    sealed = Base.metadata.tables[column.table].c[column.column]
    head: ColumnElement[Any] = func.encode(func.substr(sealed, 1, 10), "escape") if column.binary else sealed
    name = func.split_part(head, ":", 1)
    return select(name, func.count()).where(sealed.is_not(None)).group_by(name)


def _counts_in_contents(table: str, column: SealedColumn) -> Select[Any, Any]:
    rows, path = Base.metadata.tables[table], cast(_path(column), JSONPATH)
    value = func.jsonb_path_query(rows.c.content, path).column_valued("sealed", joins_implicitly=True)
    name = func.split_part(value.op("#>>")(cast([], ARRAY(Text))), ":", 1)
    is_text = func.jsonb_typeof(value) == "string"
    return select(name, func.count()).select_from(rows).where(is_text).group_by(name)


def _path(column: SealedColumn) -> str:
    return f"$.{column.column}" if column.table == "households" else f"$.members[*].{column.column}"


async def stale_files(connection: AsyncConnection, key: str, after: UUID | None, limit: int) -> list[UUID]:
    """Households with a value, in the file, its people or its contents, that is not under the key; by id."""
    households, people = (Base.metadata.tables[table] for table in FILE_TABLES)
    columns = [column for table in FILE_TABLES for column in of_table(table)]
    paths = [f'{_path(column)} ? (!(@ starts with "{key}:"))' for column in columns]
    contents = [Base.metadata.tables[table] for table in CONTENT_TABLES]
    owners = union(
        select(households.c.id).where(_stale(households, key)),
        select(HouseholdMember.household_id).where(_stale(people, key)),
        *(
            select(rows.c.household_id).where(
                or_(*(func.jsonb_path_exists(rows.c.content, cast(path, JSONPATH)) for path in paths))
            )
            for rows in contents
        ),
    ).subquery()
    query = select(owners.c.id).order_by(owners.c.id).limit(limit)
    return list(await connection.scalars(query if after is None else query.where(owners.c.id > after)))


async def stale_rows(connection: AsyncConnection, table: str, key: str, after: UUID | None, limit: int) -> list[UUID]:
    """Ids of the rows of a table with a value that is not under the key; by id."""
    rows, id_ = Base.metadata.tables[table], of_table(table)[0].key
    query = select(rows.c[id_]).where(_stale(rows, key)).order_by(rows.c[id_]).limit(limit)
    return list(await connection.scalars(query if after is None else query.where(rows.c[id_] > after)))


def _stale(rows: Table, key: str) -> ColumnElement[bool]:
    conditions = []
    for column in of_table(rows.name):
        sealed, prefix = rows.c[column.column], f"{key}:"
        if column.binary:
            conditions.append(func.substr(sealed, 1, len(prefix)) != prefix.encode())
        else:
            conditions.append(~func.starts_with(sealed, prefix))
    return or_(*conditions)
