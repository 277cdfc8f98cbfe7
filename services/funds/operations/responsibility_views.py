"""Cases on who answers for waiting money, as they are read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage import pages
from services.funds.storage import responsibilities as storage
from services.funds.storage.tables import (
    Responsibility,
    ResponsibilityDecision,
    ResponsibilityPaper,
    ResponsibilityReply,
)
from shared.chassis import paging
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import funds_responsibilities as wire
from shared.schemas.wire import Page


async def get(session: AsyncSession, actor: Actor, row_id: int) -> wire.Responsibility:
    row = await pages.visible(session, Responsibility, actor, row_id)
    if row is None:
        raise NotFound()
    return await answer(session, row)


async def list_cases(
    session: AsyncSession,
    actor: Actor,
    area: str,
    wanted: dict[str, str | int | None],
    cursor: str | None,
    limit: int,
) -> Page[wire.Responsibility]:
    """Cases of an area, newest first, by fund year, state, thing or step if asked."""
    after = paging.decode(cursor, int)
    conditions = [getattr(Responsibility, name) == value for name, value in wanted.items() if value is not None]
    before_id = int(after[0]) if after else None
    found = await pages.newest(session, Responsibility, actor, area, conditions, before_id, limit + 1)
    items = await _answers(session, found[:limit])
    more = len(found) > limit
    return Page(items=items, next_cursor=paging.encode(items[-1].responsibility_id) if more else None)


async def third_causes(session: AsyncSession) -> wire.ThirdCauses:
    rows = await storage.third_causes(session)
    return wire.ThirdCauses(items=[wire.ThirdCause.model_validate(row) for row in rows])


async def answer(session: AsyncSession, row: Responsibility) -> wire.Responsibility:
    return (await _answers(session, [row]))[0]


async def _answers(session: AsyncSession, rows: Sequence[Responsibility]) -> list[wire.Responsibility]:
    decided = await storage.decisions_of(session, rows)
    replies, papers = await storage.parts_of(session, [row.id for row in rows])
    replies_of: dict[int, list[ResponsibilityReply]] = defaultdict(list)
    papers_of: dict[int, list[ResponsibilityPaper]] = defaultdict(list)
    for reply in replies:
        replies_of[reply.responsibility_id].append(reply)
    for paper in papers:
        papers_of[paper.responsibility_id].append(paper)
    return [_answer(row, decided.get(row.id), replies_of[row.id], papers_of[row.id]) for row in rows]


def _answer(
    row: Responsibility,
    decision: ResponsibilityDecision | None,
    replies: Sequence[ResponsibilityReply],
    papers: Sequence[ResponsibilityPaper],
) -> wire.Responsibility:
    own = {"responsibility_id", "papers", "replies", "decision"}
    return wire.Responsibility(
        **{name: getattr(row, name) for name in set(wire.Responsibility.model_fields) - own},
        responsibility_id=row.id,
        papers=[wire.Evidence.model_validate(paper) for paper in papers],
        replies=[wire.ResponsibilityReply.model_validate(reply) for reply in replies],
        decision=None if decision is None else _decision(decision),
    )


def _decision(row: ResponsibilityDecision) -> wire.ResponsibilityDecision:
    names = set(wire.ResponsibilityDecision.model_fields) - {"decision_id"}
    return wire.ResponsibilityDecision(**{name: getattr(row, name) for name in names}, decision_id=row.id)
