"""Engine and session. The session of a request is begun and committed by `routing.UnitOfWorkRoute` alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from shared.chassis import row_security

STATEMENT_TIMEOUT_MS = 5_000
LOCK_TIMEOUT_MS = 2_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000
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
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=2.0,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"server_settings": SERVER_SETTINGS},
        )

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


async def request_session(request: Request) -> AsyncSession:
    """The session of this request: read only under GET."""
    session: AsyncSession = request.state.session
    return session


Session = Annotated[AsyncSession, Depends(request_session)]
