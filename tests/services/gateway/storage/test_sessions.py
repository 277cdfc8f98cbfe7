"""Old sign-ins are cleared away; the trail of them stays."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from services.gateway.storage import sessions, sign_in_counters
from tests.services.gateway.people import ADMIN, Town


async def counts(town: Town) -> tuple[int, ...]:
    tables = ("sessions", "refresh_tokens", "sign_in_counters", "sign_ins")
    async with town.harness.app.state.database.session(read_only=True) as session:
        query = ", ".join(f"(select count(*) from {table})" for table in tables)
        return tuple((await session.execute(text(f"select {query}"))).one())


async def test_what_ran_out_long_ago_is_forgotten_and_the_trail_is_kept(town: Town) -> None:
    await town.sign_in(ADMIN)
    await town.token(grant_type="password", username="nobody", password="x")
    for kept, expected in ((timedelta(days=7), (1, 1, 2, 2)), (timedelta(days=-2), (0, 0, 0, 2))):
        async with town.harness.app.state.database.session() as session:
            await sessions.forget_old(session, kept)
            await sign_in_counters.forget_old(session, kept, kept)
        assert await counts(town) == expected
