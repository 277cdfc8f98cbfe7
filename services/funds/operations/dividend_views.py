"""Looking at dividends: a share with its years, the shares of an area, what fell due and is lacking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import dividends as rules
from services.funds.operations.shapes import before_of, page_of, shaped
from services.funds.storage import dividends as storage
from services.funds.storage import outside_books, pages, sessions
from services.funds.storage.tables import DividendShare
from shared.chassis import audit, clock
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import funds_dividends as wire
from shared.schemas.wire import Page

SHOWN = 200
"""How many lacking years an answer names; the sums are over all."""


async def answers(session: AsyncSession, rows: Sequence[DividendShare]) -> list[wire.DividendShare]:
    paid = await outside_books.balances(session, "dividend_paid", [row.id for row in rows])
    return [shaped(wire.DividendShare, row, share_id=row.id, paid_fen=paid.get(row.id, 0)) for row in rows]


async def get(
    session: AsyncSession, actor: Actor, trail: Database, share_id: int, as_of: date | None
) -> wire.DividendShareFile:
    """A share with each of its years as of a day; the reading is noted before the answer leaves."""
    row = await pages.visible(session, DividendShare, actor, share_id)
    if row is None:
        raise NotFound()
    day = as_of or clock.office_today()
    (head,) = await answers(session, [row])
    paid = (await storage.paid_by_year(session, [row.id], day)).get(row.id, {})
    years = [_year(standing) for standing in _standings(row, paid, day)]
    lacking = sum(year.shortfall_fen for year in years)
    await _note(session, actor, trail, [row.person_id])
    return wire.DividendShareFile(**head.model_dump(), as_of=day, years=years, shortfall_fen=lacking)


def _standings(row: DividendShare, paid: dict[int, int], day: date) -> list[rules.Standing]:
    return rules.standings(years_of(row), paid, day)


def years_of(row: DividendShare) -> list[rules.Year]:
    """The years of a share through the last day it is or was held."""
    return rules.years_of(row.principal_fen, row.annual_rate, row.starts_on, row.ended_on or row.ends_on)


def _year(standing: rules.Standing) -> wire.DividendYear:
    return wire.DividendYear(
        year_number=standing.year.number, due_on=standing.year.due_on, due_fen=standing.year.due_fen,
        paid_fen=standing.paid_fen, shortfall_fen=standing.shortfall_fen,
    )  # fmt: skip


async def list_shares(
    session: AsyncSession,
    actor: Actor,
    trail: Database,
    area: str,
    household_id: str | None,
    cursor: str | None,
    limit: int,
) -> Page[wire.DividendShare]:
    wanted = [] if household_id is None else [DividendShare.household_id == household_id]
    rows = await pages.newest(session, DividendShare, actor, area, wanted, before_of(cursor), limit + 1)
    items = await answers(session, rows[:limit])
    page = page_of(rows, limit, lambda row: row.id, items)
    await _note(session, actor, trail, [item.person_id for item in items])
    return page


async def due(session: AsyncSession, actor: Actor, trail: Database, area: str, as_of: date | None) -> wire.DividendsDue:
    """What fell due in an area by a day, what was paid of it, and every year that lacks something."""
    day = as_of or clock.office_today()
    rows = await storage.held_in(session, actor, area, day)
    paid = await storage.paid_by_year(session, [row.id for row in rows], day)
    ranks = {group.code: group.rank for group in await storage.groups(session)}
    fallen = [
        (row, standing)
        for row in rows
        for standing in _standings(row, paid.get(row.id, {}), day)
        if standing.year.due_on <= day
    ]
    lacking = [pair for pair in fallen if pair[1].shortfall_fen]
    lacking.sort(key=lambda pair: (_rank(pair[0], ranks), pair[1].year.due_on, pair[0].id))
    items = [_due(row, standing) for row, standing in lacking[:SHOWN]]
    await _note(session, actor, trail, [item.person_id for item in items])
    return wire.DividendsDue(
        as_of=day, shares=len(rows), due_fen=sum(standing.year.due_fen for _, standing in fallen),
        paid_fen=sum(standing.paid_fen for _, standing in fallen),
        shortfall_fen=sum(standing.shortfall_fen for _, standing in lacking), items=items,
    )  # fmt: skip


def _rank(row: DividendShare, ranks: dict[str, int]) -> int:
    """Priority groups first, in their order; everybody else after them."""
    return ranks.get(row.priority_group or "", len(ranks) + 1)


def _due(row: DividendShare, standing: rules.Standing) -> wire.DividendDue:
    return shaped(
        wire.DividendDue, row, share_id=row.id, year_number=standing.year.number, due_on=standing.year.due_on,
        due_fen=standing.year.due_fen, paid_fen=standing.paid_fen, shortfall_fen=standing.shortfall_fen,
    )  # fmt: skip


async def groups(session: AsyncSession) -> wire.PriorityGroups:
    return wire.PriorityGroups(items=[wire.PriorityGroup.model_validate(row) for row in await storage.groups(session)])


async def _note(session: AsyncSession, actor: Actor, trail: Database, persons: list[str]) -> None:
    await sessions.let_go(session)
    await audit.record_read(trail, actor, "dividend.read", sorted(set(persons)), "name_masked,principal_fen,paid_fen")
