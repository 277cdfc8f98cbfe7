"""SQL of the villages a sheet of people may speak of: by code, and by the names of county, township and village."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.registry.storage.tables import Division
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope


async def villages(session: AsyncSession, actor: Actor) -> list[str]:
    """The codes of all open villages in the actor's scope."""
    query = select(Division.code).where(
        Division.level == "village", Division.valid_to.is_(None), in_scope(Division.code, actor)
    )
    return list(await session.scalars(query))


async def village_names(session: AsyncSession, actor: Actor) -> list[list[str]]:
    """`[county, township, village, code]` for every way to name an open village in the actor's scope: with the names of
    what lies above it or without. The code is empty where a way of naming leaves it open which village is meant."""
    township, county = aliased(Division), aliased(Division)
    rows = await session.execute(
        select(Division.code, Division.name, township.name, county.name)
        .join(township, township.code == Division.parent_code)
        .join(county, county.code == township.parent_code)
        .where(Division.level == "village", Division.valid_to.is_(None), in_scope(Division.code, actor))
    )
    known: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for code, village, above, highest in rows:
        for one in {village, village.removesuffix("委会"), village.removesuffix("民委员会")}:
            for way in ((highest, above, one), ("", above, one), (highest, "", one), ("", "", one)):
                known[way].add(code)
    return [[*way, next(iter(codes)) if len(codes) == 1 else ""] for way, codes in known.items()]
