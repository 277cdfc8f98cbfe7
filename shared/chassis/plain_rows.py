"""Rows of statements asked all day long, as the driver gives them, in the session's own transaction.

The statement is made into text once. For a small answer that is most of what a session's own `execute` takes: five
times as long as the driver itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
from sqlalchemy import Executable, text
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.ext.asyncio import AsyncSession

_DIALECT: Any = dialect()  # type: ignore[no-untyped-call]
_FIRST = text("select 1")


class PlainRows:
    """A statement that only reads, with values by the names of its parameters."""

    def __init__(self, statement: Executable) -> None:
        compiled: Any = statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
        self._text = str(compiled)
        own = compiled.construct_params(_check=False)
        self._values = [(name, own[name]) for name in compiled.positiontup or ()]

    async def rows(self, session: AsyncSession, values: Mapping[str, Any] | None = None) -> Sequence[asyncpg.Record]:
        """The rows. A column is taken by its place or name; sums are Decimal."""
        asked = values or {}
        connection = await _driver(session)
        found: Sequence[asyncpg.Record] = await connection.fetch(
            self._text, *(asked.get(name, own) for name, own in self._values)
        )
        return found


async def _driver(session: AsyncSession) -> Any:
    """The driver's connection, inside the session's transaction: SQLAlchemy begins it with its first statement."""
    connection = (await (await session.connection()).get_raw_connection()).driver_connection
    if not connection.is_in_transaction():  # type: ignore[union-attr]
        await session.execute(_FIRST)
    return connection
