"""The way into the library and out of it: notices, decisions, filing, removal."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.projects.domain import chain, days
from services.projects.domain.refusals import NoticeRunning, NotInLibrary, StillInPlan, WrongOffice
from services.projects.operations import grants, library, parameters, published, recording
from services.projects.storage import plans as plan_storage
from services.projects.storage import projects as storage
from services.projects.storage.tables import Decision as DecisionRow
from services.projects.storage.tables import Notice as NoticeRow
from services.projects.storage.tables import Project as ProjectRecord
from shared.chassis import clock
from shared.chassis.identity import Actor
from shared.refusals import Forbidden, NotFound
from shared.schemas.projects import (
    Decision,
    EntryVersion,
    Filing,
    NewDecision,
    NewNotice,
    Notice,
    Project,
    ProjectEntry,
    ProjectHistory,
    Removal,
    StateChange,
)

SUBMITTED = frozenset(
    {"submitted", "village_noticed", "township_reviewed", "township_noticed", "department_reviewed", "county_decided"}
)


async def post_notice(session: AsyncSession, actor: Actor, code: str, new: NewNotice) -> Notice:
    """Put the due notice up, or record one that hung earlier. Its last day is counted here."""
    project = await library.lock(session, actor, code)
    step = _due(project, f"{new.level}_notice")
    chain.require_office(step, actor.level, actor.sector, project.office_code)
    today = clock.office_today()
    days.check(new.posted_on, project.step_on, today, "/posted_on")
    late = days.require_paper(new.posted_on, today, new.paper_sha256)
    count = int(await parameters.value(session, step.days_key, project.area_code, new.posted_on))
    row = NoticeRow(
        project_code=code,
        round=project.round,
        step=step.step,
        level=new.level,
        division_code=project.area_code,
        posted_on=new.posted_on,
        days=count,
        ends_on=days.last_day(new.posted_on, count),
        place=new.place,
        paper_sha256=new.paper_sha256,
        recorded_late=late,
        content=published.project(project).model_dump(mode="json"),
        **recording.by(actor),
    )
    session.add(row)
    _advance(project, step, new.posted_on, row.ends_on)
    await grants.changed(session, actor, project, f"project.{step.step}", notice_until=row.ends_on.isoformat())
    return Notice.model_validate(row)


async def decide(session: AsyncSession, actor: Actor, code: str, new: NewDecision) -> Decision:
    """Decide the due step. Deciders are others than whoever wrote, submitted or decided the proposal before."""
    if not actor.may(chain.permission_of(new.step)):
        raise Forbidden()
    project = await library.lock(session, actor, code)
    step = _due(project, new.step)
    chain.require_office(step, actor.level, actor.sector, project.office_code)
    chain.require_other_person(actor.person, await storage.people_involved(session, code, project.round))
    chain.require_checklist(step.step, new.outcome, new.checklist)
    chain.require_reasons(new.outcome, new.reasons)
    today = clock.office_today()
    on = new.decided_on or today
    _require_after_notice(project, on, today, "/decided_on")
    row = DecisionRow(
        project_code=code,
        round=project.round,
        decided_on=on,
        recorded_late=on < today,
        **new.model_dump(exclude={"decided_on"}),
        **recording.by(actor),
    )
    session.add(row)
    _follow(project, step, new.outcome, on)
    await grants.changed(
        session, actor, project, f"project.{step.step}", reason="；".join(new.reasons), outcome=new.outcome
    )
    return Decision.model_validate(row)


def _follow(project: ProjectRecord, step: chain.Step, outcome: str, on: date) -> None:
    if outcome == "approve":
        _advance(project, step, on, None)
        return
    project.step_on, project.wait_until = on, None
    grants.move(project, "returned" if outcome == "return" else "refused", on)


async def file(session: AsyncSession, actor: Actor, code: str, paper: Filing) -> Project:
    """Put the entry on file after the county's notice: the project is in the library."""
    project = await library.lock(session, actor, code)
    step = _due(project, "filing")
    chain.require_office(step, actor.level, actor.sector, project.office_code)
    today = clock.office_today()
    on = paper.filed_on or today
    _require_after_notice(project, on, today, "/filed_on")
    _advance(project, step, on, None)
    project.in_library, project.filed_on = True, on
    await grants.changed(session, actor, project, "project.filing", reason=paper.note or "")
    return library.shown(project)


async def remove(session: AsyncSession, actor: Actor, code: str, removal: Removal) -> Project:
    """Take a project out of the library, on file; never while it is in a plan."""
    project = await library.lock(session, actor, code)
    if not chain.chain("county")[-1].belongs_to(actor.level, actor.sector, project.office_code):
        raise WrongOffice()
    if not project.in_library:
        raise NotInLibrary(state=project.state)
    if project.plan_year is not None or await plan_storage.live_lines(session, [code]):
        raise StillInPlan()
    project.in_library = False
    grants.move(project, "removed", clock.office_today())
    await grants.changed(session, actor, project, "project.remove", reason=removal.reason)
    return library.shown(project)


def _due(project: ProjectRecord, name: str) -> chain.Step:
    """The due step, if it is the one asked for."""
    step = chain.due(project.proposer_level, project.steps_done) if project.state in SUBMITTED else None
    return chain.require_due(step, name)


def _advance(project: ProjectRecord, step: chain.Step, on: date, wait_until: date | None) -> None:
    project.steps_done += 1
    project.step_on, project.wait_until = on, wait_until
    grants.move(project, step.to_state, on)


def _require_after_notice(project: ProjectRecord, on: date, today: date, pointer: str) -> None:
    """The step after a notice may be taken on its last day or later."""
    days.check(on, project.step_on, today, pointer)
    if project.wait_until is not None and on < project.wait_until:
        raise NoticeRunning(until=project.wait_until.isoformat())


async def history(session: AsyncSession, actor: Actor, code: str) -> ProjectHistory:
    """Everything ever written about a project."""
    if await storage.get(session, actor, code) is None:
        raise NotFound()
    versions = await storage.versions(session, code)
    return ProjectHistory(
        project_code=code,
        versions=[
            EntryVersion(
                version=row.version,
                entry=ProjectEntry.model_validate(row.entry),
                recorded_at=row.recorded_at,
                office=row.office,
                account=row.account,
            )
            for row in versions
        ],
        notices=[Notice.model_validate(row) for row in await storage.notices(session, code)],
        decisions=[Decision.model_validate(row) for row in await storage.decisions(session, code)],
        states=[StateChange.model_validate(row) for row in await storage.states(session, code)],
    )
