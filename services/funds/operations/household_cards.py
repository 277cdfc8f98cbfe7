"""A household's card: all it ever received, by year, programme and project."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.operations.grants import SEEN, grant_of
from services.funds.storage import grant_batches as storage
from services.funds.storage import programmes, sessions
from shared.chassis import audit
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import funds_households as wire

SHOWN = 500

Row = tuple[int, str, str, str, int, int]


async def card(session: AsyncSession, actor: Actor, trail: Database, household_id: str) -> wire.HouseholdGrants:
    """What a household received in the actor's area; absent when there is nothing. The reading is noted."""
    sums = _sums(await storage.received(session, actor, household_id), await programmes.labels(session))
    found = await storage.grants_of(session, actor, household_id, None, None, SHOWN + 1)
    if not found:
        raise NotFound()
    items = [grant_of(line, batch, project) for line, batch, project in found[:SHOWN]]
    by_year: dict[str, int] = defaultdict(int)
    for one in sums:
        by_year[str(one.fund_year)] += one.paid_fen
    subjects = sorted({item.person_id for item in items if item.person_id is not None})
    await sessions.let_go(session)
    await audit.record_read(trail, actor, "household_grants.read", subjects, SEEN)
    return wire.HouseholdGrants(
        household_id=household_id,
        paid_fen=sum(one.paid_fen for one in sums),
        on_the_way_fen=sum(one.on_the_way_fen for one in sums),
        sums=sums,
        by_year=by_year,
        items=items,
        complete=len(found) <= SHOWN,
    )


def _sums(rows: Iterable[Row], names: Mapping[str, str]) -> list[wire.ReceivedSum]:
    """Rows of live lines by state, put together by year, programme and project."""
    paid: dict[tuple[int, str, str], tuple[int, int]] = {}
    coming: dict[tuple[int, str, str], int] = defaultdict(int)
    for year, programme, project, state, amount, count in rows:
        key = (year, programme, project)
        fen, number = paid.get(key, (0, 0))
        paid[key] = (fen + amount, number + count) if state == "paid" else (fen, number)
        coming[key] += 0 if state == "paid" else amount
    return [
        wire.ReceivedSum(
            fund_year=year, programme=programme, programme_name=names.get(programme, programme), project_code=project,
            paid_fen=fen, paid_count=number, on_the_way_fen=coming[year, programme, project],
        )
        for (year, programme, project), (fen, number) in paid.items()
    ]  # fmt: skip
