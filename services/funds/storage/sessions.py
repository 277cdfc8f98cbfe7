"""The connection a request holds."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession


async def let_go(session: AsyncSession) -> None:
    """End what was only read, so that no connection is held while another service is asked."""
    await session.rollback()


async def one_moment(session: AsyncSession) -> None:
    """Let all the session reads be of one moment; before its first statement."""
    await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
