"""What offices do with runs of data quality: ask for one, follow it, read its counts, the trend and the scoreboard."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import quality_rules as rules
from services.registry.domain import refusals
from services.registry.operations.statistics import digits_below
from services.registry.storage import divisions, quality_reading, statistics
from services.registry.storage import quality_runs as storage
from services.registry.storage.ids import new_id
from services.registry.storage.tables import QualityRun as Row
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.scope import NATION, covers, require_in_scope
from shared.refusals import NotFound
from shared.schemas import registry_quality as wire
from shared.schemas.wire import Page

_COUNTED = ("parts_total", "parts_done", "households", "people", "found", "exempt")
MOST_POINTS = 120


async def list_rules(state: str | None, level: str | None, scope: str | None) -> wire.QualityRules:
    """The rules in the order of the published list."""
    wanted = [
        rule
        for rule in rules.RULES.values()
        if state in (None, rule.state) and level in (None, rule.level) and scope in (None, rule.scope)
    ]
    return wire.QualityRules(
        items=[
            wire.QualityRule.model_validate(
                {name: getattr(rule, name) for name in wire.QualityRule.model_fields if name != "parameters"}
                | {"parameters": list(rule.parameters)}
            )
            for rule in wanted
        ]
    )


async def ask(session: AsyncSession, actor: Actor, division_code: str) -> wire.QualityRun:
    """Queue a run of an area; QualityRunUnderway while one of it or of an area above is unfinished."""
    require_in_scope(actor, division_code)
    if division_code != NATION and not await divisions.known(session, {division_code}):
        raise refusals.DivisionUnknown(pointer="/division_code")
    if await storage.unfinished_over(session, division_code):
        raise refusals.QualityRunUnderway()
    values = {
        "id": new_id(),
        "division_code": division_code,
        "state": "queued",
        "reached": "",
        "on": clock.office_today(),
        "actor": actor.claims(),
        "asked_at": clock.now(),
        "asked_by": actor.account,
    } | dict.fromkeys((*_COUNTED, "attempts"), 0)
    row = await storage.add(session, values)
    audit.record(session, actor, "quality_run.ask", str(row.id), division_code=division_code)
    return view(row)


def view(row: Row) -> wire.QualityRun:
    return wire.QualityRun.model_validate(
        {name: getattr(row, name) for name in ("division_code", "state", "failure", "on", "asked_by", *_COUNTED)}
        | {
            "id": str(row.id),
            "asked_at": row.asked_at.isoformat(),
            "finished_at": clock.written(row.finished_at),
        }
    )


async def list_runs(
    session: AsyncSession, actor: Actor, area: str | None, cursor: str | None, limit: int
) -> Page[wire.QualityRun]:
    """Runs of areas in the scope, newest first."""
    rows = await storage.list_runs(session, actor, area, paging.decode_id(cursor), limit + 1)
    items = [view(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].id) if len(rows) > limit else None)


async def get(session: AsyncSession, actor: Actor, run_id: UUID, area: str | None) -> wire.QualityRunResult:
    """A run and its counts by rule, of its whole area or of one below."""
    row = await storage.visible(session, actor, run_id)
    if row is None or (area is not None and not covers([row.division_code], area)):
        raise NotFound()
    wanted = row.division_code if area is None else area
    households, people = await quality_reading.checked(session, run_id, wanted)
    found = await quality_reading.counts(session, run_id, wanted)
    counts = [
        wire.QualityCount.model_validate(
            {"rule": number, "text": rule.text, "level": rule.level}
            | dict(zip(("found", "exempt"), found[number], strict=True))
        )
        for number, rule in rules.RULES.items()
        if number in found
    ]
    return wire.QualityRunResult(
        run=view(row), division_code=wanted, households=households, people=people, rules=counts
    )


async def trend(session: AsyncSession, actor: Actor, area: str, rule: str | None) -> wire.QualityTrend:
    """What the latest runs that went over the whole area found in it, oldest first."""
    require_in_scope(actor, area)
    if rule is not None and rule not in rules.CHECKED_RULES:
        raise refusals.QualityRuleUnknown()
    rows = await quality_reading.trend(session, area, rule, MOST_POINTS)
    names = ("run_id", "on", "households", "people", "found", "exempt")
    points = [
        wire.TrendPoint.model_validate(dict(zip(names, (str(row[0]), *row[1:]), strict=True))) for row in reversed(rows)
    ]
    return wire.QualityTrend(division_code=area, rule=rule, points=points)


async def scoreboard(session: AsyncSession, actor: Actor, area: str) -> wire.QualityScoreboard:
    """The areas one level down, by their villages' last checks."""
    require_in_scope(actor, area)
    rows = await quality_reading.scores(session, actor, area, digits_below(area))
    labels = await statistics.names(session, [row[0] for row in rows])
    return wire.QualityScoreboard(division_code=area, groups=[_score(row, labels) for row in rows])


def _score(row: tuple[object, ...], labels: dict[str, str]) -> wire.QualityScore:
    key, households, people, with_finding, refuse, warn, listed, first, last = row
    return wire.QualityScore.model_validate(
        {
            "key": key,
            "label": labels.get(str(key), ""),
            "households": int(str(households)),
            "people": int(str(people)),
            "without_finding": int(str(households)) - int(str(with_finding)),
            "with_refuse": int(str(refuse)),
            "with_warn": int(str(warn)),
            "with_list": int(str(listed)),
            "checked_from": first,
            "checked_to": last,
        }
    )
