"""Comparing funds and projects over a span of days: equal sums are believed, unequal ones narrowed to operations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import reconciliation as rules
from services.funds.storage import fundings as storage
from services.funds.storage import project_grants, sessions
from services.funds.upstream import projects
from shared.chassis import clock
from shared.chassis.peers import Peer
from shared.schemas import funds_reconciliation as wire
from shared.schemas.projects_fundings import FundingTotals

SHOWN = 500
WORDS = {"posted": "funded", "voided": "tombstone"}
"""States of funds in the words of projects."""


@dataclass(frozen=True, slots=True)
class Span:
    """An area and the days of asking, both ends included."""

    area: str
    first: date
    last: date


async def compare(session: AsyncSession, peer: Peer, span: Span) -> wire.Reconciliation:
    """What the two services do not have alike. Raises PeerUnavailable; asking holds no connection."""
    await sessions.let_go(session)
    theirs = _sums(await projects.funding_totals(peer, span.area, span.first, span.last))
    rows = await storage.totals(session, span.area, span.first, span.last)
    ours = _sums(FundingTotals.model_validate({"items": rows}))
    found: list[wire.FundingDifference] = []
    for place in rules.unequal(ours, theirs):
        found += await _narrowed(session, peer, place)
    return wire.Reconciliation(
        days_compared=len({*ours, *theirs}),
        operations=sum(one.count for one in ours.values()),
        funded_fen=sum(one.funded_fen for one in ours.values()),
        differences=found,
        unexplained=sum(not one.on_its_way for one in found),
        over_committed=[
            wire.OverCommitted(project_code=row.project_code, plan_line_fen=row.plan_line_fen, committed_fen=committed)
            for row, committed in await project_grants.over_committed(session, span.area)
        ],
        unagreed=[
            wire.Unagreed(
                allocation_id=row.id,
                project_code=row.project_code,
                amount_fen=row.amount_fen - row.reduced_fen,
                refused=reason,
            )
            for row, reason in await storage.unagreed(session, span.area, refused_too=True, after_id=0, limit=SHOWN)
        ],
    )


def _sums(totals: FundingTotals) -> dict[rules.Place, rules.Sum]:
    return {
        (row.county_code, row.asked_on): rules.Sum(row.count, row.funded_fen, row.released_fen, row.hash)
        for row in totals.items
    }


async def _narrowed(session: AsyncSession, peer: Peer, place: rules.Place) -> list[wire.FundingDifference]:
    """The differing operations of one county and day."""
    await sessions.let_go(session)
    facts = await projects.funding_facts(peer, *place)
    theirs = {row.op: rules.Fact(row.state, row.amount_fen, row.released_fen) for row in facts.items}
    ours = {
        row.op: rules.Fact(WORDS.get(row.state, row.state), row.amount_fen, released, row.begun_at)
        for row, released in await storage.of_day(session, *place)
    }
    return [_shown(place, one) for one in rules.differences(ours, theirs, clock.now())]


def _shown(place: rules.Place, one: rules.Difference) -> wire.FundingDifference:
    return wire.FundingDifference(
        op=one.op,
        county_code=place[0],
        asked_on=place[1],
        funds_state=one.ours.state if one.ours else None,
        projects_state=one.theirs.state if one.theirs else None,
        funds_amount_fen=one.ours.amount_fen if one.ours else None,
        projects_amount_fen=one.theirs.amount_fen if one.theirs else None,
        funds_released_fen=one.ours.released_fen if one.ours else None,
        projects_released_fen=one.theirs.released_fen if one.theirs else None,
        on_its_way=one.on_its_way,
    )
