"""What funds ask of projects when money is to go to one: a decision, once; and what came back of it later."""

from __future__ import annotations

from datetime import date

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from services.projects.domain import fundings as rules
from services.projects.domain.refusals_fundings import EventUnknown, FundingDiffers, ReleaseTooLarge
from services.projects.operations import grants
from services.projects.storage import fundings as storage
from services.projects.storage.tables import Project
from services.projects.storage.tables_fundings import Funding as FundingRow
from shared.chassis import audit, clock, events
from shared.chassis.identity import Actor
from shared.schemas import projects_fundings as wire
from shared.schemas.projects import ProjectGrant
from shared.schemas.wire import Event

RELEASED = "funding.released"


async def decide(session: AsyncSession, actor: Actor, code: str, op: str, request: wire.NewFunding) -> wire.Funding:
    """Say whether the project takes the money. This answer's commit is the decision; asked again it is repeated."""
    project = await storage.lock_project(session, code)
    known = await storage.get(session, op)
    if known is None:
        verdict = rules.judge(_room(project), request.county_code, request.fund_year, request.amount_fen)
        await _write(session, actor, project, code, op, request, verdict)
    return await _answer(session, code, op, request)


async def abort(session: AsyncSession, actor: Actor, code: str, op: str, request: wire.NewFunding) -> wire.Funding:
    """Give an undecided operation up for ever; one that was decided stays as it is, and the answer says so."""
    project = await storage.lock_project(session, code)
    if await storage.get(session, op) is None:
        await _write(session, actor, project, code, op, request, None)
    return await _answer(session, code, op, request)


def _room(project: Project | None) -> rules.Room | None:
    if project is None:
        return None
    return rules.Room(
        county_code=project.county_code,
        state=project.state,
        in_library=project.in_library,
        plan_year=project.plan_year,
        plan_line_fen=project.plan_line_fen,
        funded_fen=project.funded_fen,
    )


async def _write(
    session: AsyncSession,
    actor: Actor,
    project: Project | None,
    code: str,
    op: str,
    request: wire.NewFunding,
    verdict: rules.Verdict | None,
) -> None:
    """Write the decision, or a tombstone when there is no verdict; what is funded is drawn on the plan line."""
    state = "tombstone" if verdict is None else "refused" if verdict.reason else "funded"
    values = request.model_dump() | {
        "op": op,
        "project_code": code,
        "state": state,
        "reason": verdict.reason if verdict else None,
        "left_fen": verdict.left_fen if verdict else None,
        "facts": grants.of(project).model_dump(mode="json") if project is not None else None,
        "decided_at": clock.now(),
    }
    if not await storage.decide_once(session, values):
        return
    if state == "funded" and project is not None:
        project.funded_fen += request.amount_fen
    audit.record(
        session, actor, f"funding.{state}", code, op=op, amount_fen=request.amount_fen, asked_by=request.asked_by
    )
    await session.flush()


async def _answer(session: AsyncSession, code: str, op: str, request: wire.NewFunding) -> wire.Funding:
    row = await storage.get(session, op)
    if row is None or row.project_code != code or not _same(row, request):
        raise FundingDiffers()
    values = {name: getattr(row, name) for name in set(wire.Funding.model_fields) - {"grant"}}
    grant = ProjectGrant.model_validate(row.facts) if row.facts is not None else None
    return wire.Funding(**values, grant=grant)


def _same(row: FundingRow, request: wire.NewFunding) -> bool:
    return all(getattr(row, name) == getattr(request, name) for name in wire.NewFunding.model_fields)


async def accept(session: AsyncSession, actor: Actor, event: Event) -> bool:
    """Note money that came back from a project: its plan line has that room again. False when told before."""
    if event.type != RELEASED:
        raise EventUnknown()
    try:
        release = wire.FundingRelease.model_validate(event.data | {"released_on": _day(event)})
    except (ValidationError, ValueError) as error:
        raise EventUnknown(pointer="/data") from error
    if not await events.accept(session, event):
        return False
    await _release(session, actor, release)
    return True


def _day(event: Event) -> date:
    return date.fromisoformat(str(event.data.get("released_on")))


async def _release(session: AsyncSession, actor: Actor, release: wire.FundingRelease) -> None:
    project = await storage.lock_project(session, release.project_code)
    funding = await storage.get(session, release.op)
    if funding is None or project is None or funding.project_code != project.project_code or funding.state != "funded":
        raise EventUnknown(pointer="/data/op")
    values = release.model_dump(exclude={"project_code"}) | {"recorded_at": clock.now()}
    if await storage.release_once(session, values):
        if await storage.released_of(session, release.op) > funding.amount_fen:
            raise ReleaseTooLarge()
        project.funded_fen -= release.amount_fen
        audit.record(session, actor, "funding.release", project.project_code, op=release.op,
                     amount_fen=release.amount_fen)  # fmt: skip


async def totals(session: AsyncSession, area: str, first: date, last: date) -> wire.FundingTotals:
    rows = await storage.totals(session, area, first, last)
    return wire.FundingTotals(items=[wire.FundingTotal.model_validate(row) for row in rows])


async def facts(session: AsyncSession, county_code: str, asked_on: date) -> wire.FundingFacts:
    """The operations of one county and day of asking, to find those that differ."""
    rows = await storage.facts(session, county_code, asked_on)
    return wire.FundingFacts(
        items=[
            wire.FundingFact(op=row.op, state=row.state, amount_fen=row.amount_fen, released_fen=released)
            for row, released in rows
        ]
    )
