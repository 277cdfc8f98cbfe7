"""Stage clocks of an area: what day money entered and left each state, how long it took, and how late it was."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.delays import RESPONSIBLE, Waiting
from services.funds.domain.divisions import rank_of
from services.funds.domain.documents import COUNTY_RANK
from services.funds.domain.parameters import Parameters
from services.funds.domain.questions import Question
from services.funds.domain.refusals.responsibility import ReferenceWrong, StepUnknown
from services.funds.domain.stage_clocks import (
    Band,
    Clock,
    Stay,
    band_of,
    clock_of,
    hop_of,
    require_hop,
    running,
    steps_of,
)
from services.funds.operations import deadlines, fund_kinds, waits
from services.funds.storage import calendars, duration_bands, parameters
from services.funds.storage import stage_clocks as storage
from shared.chassis import paging
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.refusals import Malformed
from shared.schemas import funds_stage_clocks as wire
from shared.schemas.wire import Page

State = Literal["waiting", "left"]
REFERENCE = re.compile(r"(line|receipt|allocation|claim|batch):([1-9][0-9]{0,17})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which stays are asked for: a hop, a step, one thing, only those over or only those that still run."""

    hop: str | None = None
    step: str | None = None
    reference: str | None = None
    state: State | None = None


async def list_clocks(
    session: AsyncSession, actor: Actor, question: Question, asked: Asked, cursor: str | None, limit: int
) -> Page[wire.StageClock]:
    """Stays by place, then by the day they began. Raises HopUnknown, StepUnknown, ReferenceWrong.

    However large the area, one page looks into few places: it may be short of rows and have a next one.
    """
    require_in_scope(actor, question.area)
    place, after = _after(cursor)
    wanted = _wanted(asked, after, limit + 1)
    await fund_kinds.named(session, question.fund_kind)
    values = await parameters.load(session, question.area, question.as_of)
    places = [code for code in await _places(session, question, wanted.thing) if code >= place]
    stays: list[tuple[str, Stay]] = []
    for code in places[:PLACES_AT_ONCE]:
        here = wanted if code == place else replace(wanted, after=None)
        here = replace(here, limit=wanted.limit - len(stays), office_only=rank_of(code) < COUNTY_RANK)
        stays += [(code, stay) for stay in await _stays(session, question, values, asked, here, code)]
        if len(stays) > limit:
            break
    clocks = await _measured(session, question, values, [stay for _, stay in stays[:limit]])
    bands = await duration_bands.load(session, "hop_score")
    return Page(
        items=[_answer(clock, bands) for clock in clocks], next_cursor=_next(stays, limit, places[PLACES_AT_ONCE:])
    )


PLACES_AT_ONCE = 10
"""A county takes some 30 ms."""


def _next(stays: list[tuple[str, Stay]], limit: int, left: list[str]) -> str | None:
    if len(stays) > limit:
        code, last = stays[limit - 1]
        return paging.encode(code, *last.key)
    return paging.encode(left[0], "", "", "", "") if left else None


async def _places(session: AsyncSession, question: Question, thing: tuple[str, int] | None) -> list[str]:
    """The books to look into, in order: of one thing those it is in."""
    found = [question.area]
    if rank_of(question.area) < COUNTY_RANK:
        found = await storage.places(session, question)
    if thing is None:
        return found
    place = await storage.place_of(session, thing)
    return [code for code in found if code[:6] == place]


async def _stays(
    session: AsyncSession, question: Question, values: Parameters, asked: Asked, wanted: storage.Wanted, place: str
) -> list[Stay]:
    """The next stays of one place, in order."""
    there = replace(question, area=place)
    stays = [] if asked.state == "waiting" else await storage.over(session, there, wanted)
    if asked.state != "left":
        if wanted.office_only:
            waiting = [item for item in await waits.with_offices(session, there) if item.division_code == place]
        else:
            waiting = await waits.load(session, there, values)
        stays += _running(waiting, asked, wanted)
    return sorted(stays, key=lambda stay: stay.key)[: wanted.limit]


def _wanted(asked: Asked, after: tuple[date, str, str, str] | None, limit: int) -> storage.Wanted:
    require_hop(asked.hop)
    if asked.step is not None and asked.step not in RESPONSIBLE:
        raise StepUnknown()
    thing = None if asked.reference is None else thing_of(asked.reference)
    steps = steps_of(asked.hop) & ({asked.step} if asked.step else set(RESPONSIBLE))
    return storage.Wanted(frozenset(steps), asked.hop, thing, after, limit)


def thing_of(reference: str) -> tuple[str, int]:
    """Kind and number of the thing that waits. Raises ReferenceWrong."""
    parts = REFERENCE.fullmatch(reference)
    if parts is None:
        raise ReferenceWrong()
    return parts[1], int(parts[2])


def _after(cursor: str | None) -> tuple[str, tuple[date, str, str, str] | None]:
    """The place to go on with, and the last row seen there, if any was."""
    key = paging.decode(cursor, str, str, str, str, str)
    if key is None:
        return "", None
    place, began, *rest = (str(part) for part in key)
    if not began:
        return place, None
    try:
        return place, (date.fromisoformat(began), rest[0], rest[1], rest[2])
    except ValueError as error:
        raise Malformed(pointer="/cursor") from error


def _running(waiting: Iterable[Waiting], asked: Asked, wanted: storage.Wanted) -> list[Stay]:
    """What waits on the day, as every other answer says it."""
    after = None if wanted.after is None else (wanted.after[0].isoformat(), *wanted.after[1:])
    stays = [
        running(item)
        for item in waiting
        if item.step in wanted.steps
        and asked.reference in (None, item.reference)
        and asked.hop in (None, hop_of(item.step, item.division_code))
    ]
    return [stay for stay in stays if after is None or stay.key > after]


async def _measured(session: AsyncSession, question: Question, values: Parameters, stays: list[Stay]) -> list[Clock]:
    waiting = [stay.waiting for stay in stays if stay.waiting is not None]
    known = await deadlines.load(session, question, values, waiting)
    calendar = await calendars.load(session, question.area, question.as_of)
    clocks = []
    for stay in stays:
        due = (
            known.due(stay.waiting)
            if stay.waiting is not None
            else known.due_of(stay.step, stay.division_code, stay.batch, stay.entered_on, stay.issued_on)
        )
        days = calendar.between(stay.entered_on, stay.left_on or question.as_of)
        clocks.append(clock_of(stay, question.as_of, due, days))
    return clocks


def _answer(clock: Clock, bands: list[Band]) -> wire.StageClock:
    stay, due, item = clock.stay, clock.due, clock.stay.waiting
    names = (
        "step", "reference", "division_code", "fund_kind", "batch", "project_code", "amount_fen", "entered_on",
        "left_on",
    )  # fmt: skip
    band = band_of(bands, clock.days)
    return wire.StageClock(
        **{name: getattr(stay, name) for name in names},
        hop=clock.hop,
        left_by=stay.part,
        days=clock.days,
        working_days=clock.working_days,
        due_on=due.on,
        deadline_counting=due.counting,
        deadline_source=due.source,
        days_late=clock.days_late,
        late=clock.days_late > 0,
        points_from=band.points_from if band else None,
        points_to=band.points_to if band else None,
        responsible=item.responsible if item else None,
        office=item.office if item else None,
    )
