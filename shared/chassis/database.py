"""Engine and session. The session of a request is begun and committed by `routing.UnitOfWorkRoute` alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any

from asyncpg.exceptions import QueryCanceledError
from fastapi import Depends, Request
from sqlalchemy import CursorResult, Executable, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from shared.chassis import deadlines, row_security

STATEMENT_TIMEOUT_MS = 5_000
LOCK_TIMEOUT_MS = 2_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000
ANSWERING_S = 0.5
SERVER_SETTINGS = {
    "statement_timeout": str(STATEMENT_TIMEOUT_MS),
    "lock_timeout": str(LOCK_TIMEOUT_MS),
    "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_TIMEOUT_MS),
    "timezone": "UTC",
}


def async_url(dsn: str) -> URL:
    """A DSN of any spelling as SQLAlchemy's asyncpg URL."""
    return make_url(dsn).set(drivername="postgresql+asyncpg")


class Database:
    """One service's database, by its app role."""

    def __init__(self, dsn: str, pool_size: int = 5, *, row_security: bool = False) -> None:
        """With `row_security` the database has policies by division code, which admit what a session was opened for."""
        self._row_security = row_security
        self.engine: AsyncEngine = create_async_engine(
            async_url(dsn),
            # What is opened under load is kept: to open one takes both sides longer than the work it was opened for.
            pool_size=2 * pool_size,
            max_overflow=0,
            pool_timeout=2.0,
            hide_parameters=True,
            connect_args={"server_settings": SERVER_SETTINGS},
        )
        event.listen(self.engine.sync_engine, "checkout", _require_open)
        self._at_once = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def session(self, *, read_only: bool = False, areas: Sequence[str] = ()) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends well, rolled back otherwise.

        Under row-level security it sees the rows of `areas`: without any, none. A connection is
        taken at the first statement, so that asking another service first holds none.
        """
        engine = self.engine.execution_options(postgresql_readonly=True) if read_only else self.engine
        async with AsyncSession(engine, expire_on_commit=False, autoflush=False) as session:
            if self._row_security and areas:
                row_security.seen_by(session, areas)
            try:
                yield session
            except BaseException:
                await session.rollback()
                raise
            else:
                await session.commit()

    async def at_once(self, statement: Executable, values: Mapping[str, Any]) -> CursorResult[Any]:
        """Run one statement that is a transaction of its own: it is committed when this returns."""
        async with self._at_once.connect() as connection:
            return await connection.execute(statement, values)

    async def check(self) -> None:
        """Raise unless the server answers and sorts by code point (C.UTF-8)."""
        async with self.engine.connect() as connection:
            row = (
                await connection.execute(
                    text("select datlocprovider, datcollate from pg_database where datname = current_database()")
                )
            ).one()
            if row[0] not in ("b", b"b") and row[1] not in ("C.UTF-8", "C", "C.utf8"):
                raise RuntimeError("the database must be created with the builtin C.UTF-8 locale")

    async def close(self) -> None:
        await self.engine.dispose()


def _require_open(connection: Any, _record: Any, _lent: Any) -> None:
    """Replace a kept connection that was closed meanwhile: the driver hears of that by itself.

    To ask the server whether it is still there would take three more round trips for every transaction.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError()


async def request_session(request: Request) -> AsyncSession:
    """The session of this request: read only under GET."""
    session: AsyncSession = request.state.session
    return session


Session = Annotated[AsyncSession, Depends(request_session)]


async def hurry(session: AsyncSession) -> None:
    """Let each statement from here on take no longer than the asker still waits, less what answering takes."""
    left_ms = int((deadlines.left(STATEMENT_TIMEOUT_MS / 1000) - ANSWERING_S) * 1000)
    await session.execute(_HURRY, {"ms": str(max(1, left_ms))})


_HURRY = text("select set_config('statement_timeout', :ms, true)")


def took_too_long(error: BaseException | None) -> bool:
    """Whether behind an error, however it was passed on, stands a statement that was ended for the time it took."""
    while error is not None and not isinstance(error, QueryCanceledError):
        error = error.__cause__
    return error is not None
