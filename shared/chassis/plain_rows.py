"""Rows of statements asked all day long, as the driver gives them, in the session's own transaction.

The statement is made into text once. For a small answer that is most of what a session's own `execute` takes: five
times as long as the driver itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.ext.asyncio import AsyncSession

_DIALECT: Any = dialect()  # type: ignore[no-untyped-call]


Row = Any
"""A row of the driver, or of a session: a sequence of values."""


class PlainRows:
    """A statement that only reads, with values by the names of its parameters."""

    def __init__(self, statement: Executable) -> None:
        compiled: Any = statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
        self._text = str(compiled)
        own = compiled.construct_params(_check=False)
        self._values = [(name, own[name]) for name in compiled.positiontup or ()]

    async def rows(self, session: AsyncSession, values: Mapping[str, Any] | None = None) -> Sequence[Row]:
        """The rows; a column is taken by its place. Sums are Decimal."""
        asked = values or {}
        bound = tuple(asked.get(name, own) for name, own in self._values)
        connection = await session.connection()
        driver: Any = (await connection.get_raw_connection()).driver_connection
        if driver.is_in_transaction():
            found: Sequence[Row] = await driver.fetch(self._text, *bound)
            return found
        # The session begins its transaction with the first statement that goes through it.
        return (await connection.exec_driver_sql(self._text, bound)).all()
