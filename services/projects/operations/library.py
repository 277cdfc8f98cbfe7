"""What offices do with entries of the library: propose, edit, look up, hand in."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.projects.domain import chain, days, entries, sites
from services.projects.domain.refusals import CodeFixed, DivisionUnknown, NotEditable, NotTheProposer, WrongOffice
from services.projects.operations import grants, recording
from services.projects.storage import projects as storage
from services.projects.storage.tables import Project as ProjectRecord
from services.projects.storage.tables import ProjectVersion
from services.projects.upstream import registry as upstream
from shared.chassis import clock, paging
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.chassis.scope import covers
from shared.refusals import NotFound, PreconditionFailed
from shared.schemas.projects import Project, ProjectEntry, ProjectRow, Submission
from shared.schemas.wire import Page

EDITABLE = ("draft", "returned")


async def propose(session: AsyncSession, registry: Peer, actor: Actor, entry: ProjectEntry) -> Project:
    """Open a draft. It may be incomplete, what it says must be right."""
    if not chain.chain(actor.level):
        raise WrongOffice()
    await require_sites(registry, actor, entry)
    entry = canonical(entry)
    entries.check(entry.model_dump())
    county = sites.county_of(entry.division_codes)
    number = await storage.take_numbers(session, county, entry.year, "project")
    project = ProjectRecord(**new_columns(actor, entry, code_of(county, entry.year, number)))
    session.add(project)
    await session.flush()
    await storage.put_sites(session, project.project_code, entry.division_codes)
    _keep_version(session, actor, project)
    await grants.changed(session, actor, project, "project.propose")
    return shown(project)


def code_of(county: str, year: int, number: int) -> str:
    """A project code: county, year, running number."""
    return f"{county}-{year}-{number:04d}"


async def require_sites(registry: Peer, actor: Actor, entry: ProjectEntry) -> None:
    """Refuse sites that do not exist or lie outside the proposer's scope, both in the same words."""
    sites.county_of(entry.division_codes)
    unknown = {code for code in entry.division_codes if not covers(actor.scope, code)}
    unknown |= await upstream.unknown_divisions(registry, actor, set(entry.division_codes) - unknown)
    for index, code in enumerate(entry.division_codes):
        if code in unknown:
            raise DivisionUnknown(pointer=f"/division_codes/{index}")


def canonical(entry: ProjectEntry) -> ProjectEntry:
    """The entry with the official names of the target levels."""
    targets = [
        target.model_copy(
            update={"level1": entries.full_level(target.level1), "level2": entries.full_level(target.level2)}
        )
        for target in entry.performance_targets
    ]
    return entry.model_copy(update={"performance_targets": targets})


def entry_columns(entry: ProjectEntry) -> dict[str, Any]:
    """The columns of a project that repeat parts of its entry."""
    office = entry.responsible_office
    return {
        "area_code": sites.area_of(entry.division_codes),
        "division_code": entry.division_codes[0],
        "year": entry.year,
        "name": entry.name,
        "category": entry.category,
        "nature": entry.nature,
        "purpose": entry.purpose,
        "amount_fen": entry.amount_fen,
        "office_code": office.code if office else "",
        "office_name_responsible": office.name if office else "",
        "planned_end_on": entry.planned_end_on,
        "entry": entry.model_dump(mode="json"),
    }


def new_columns(actor: Actor, entry: ProjectEntry, code: str) -> dict[str, Any]:
    """The columns of a fresh draft."""
    today = clock.office_today()
    return entry_columns(entry) | {
        "project_code": code,
        "county_code": sites.county_of(entry.division_codes),
        "version": 1,
        "proposer_level": actor.level,
        "proposer_office": actor.office,
        "state": "draft",
        "state_since": today,
        "step_on": today,
        "round": 0,
        "steps_done": 0,
        "in_library": False,
        "plan_line_fen": 0,
        "grant_version": 0,
        "created_at": clock.now(),
    }


async def edit(
    session: AsyncSession, registry: Peer, actor: Actor, code: str, version: int, entry: ProjectEntry
) -> Project:
    """Write a new version of a draft or returned proposal, made from `version`."""
    await require_sites(registry, actor, entry)
    entry = canonical(entry)
    project = await lock(session, actor, code)
    _require_editable(actor, project)
    if project.version != version:
        raise PreconditionFailed()
    entries.check(entry.model_dump())
    _require_same_place(project, entry)
    for name, value in entry_columns(entry).items():
        setattr(project, name, value)
    project.version += 1
    await session.flush()
    await storage.put_sites(session, code, entry.division_codes)
    _keep_version(session, actor, project)
    await grants.changed(session, actor, project, "project.edit")
    return shown(project)


def _require_same_place(project: ProjectRecord, entry: ProjectEntry) -> None:
    """The code names county and year: a project of another county or year is another project."""
    if sites.county_of(entry.division_codes) != project.county_code:
        raise CodeFixed(pointer="/division_codes")
    if entry.year != project.year:
        raise CodeFixed(pointer="/year")


def _require_editable(actor: Actor, project: ProjectRecord) -> None:
    if project.state not in EDITABLE:
        raise NotEditable(state=project.state)
    if not actor.acts_for(project.proposer_office):
        raise NotTheProposer()


def _keep_version(session: AsyncSession, actor: Actor, project: ProjectRecord) -> None:
    session.add(
        ProjectVersion(
            project_code=project.project_code,
            version=project.version,
            entry=project.entry,
            **recording.by(actor),
        )
    )


async def submit(session: AsyncSession, actor: Actor, code: str, paper: Submission) -> Project:
    """Hand a complete draft in: it enters the chain where its proposer's level does."""
    project = await lock(session, actor, code)
    _require_editable(actor, project)
    entries.require_complete(ProjectEntry.model_validate(project.entry).model_dump())
    today = clock.office_today()
    on = paper.submitted_on or today
    days.check(on, project.step_on if project.round else date.min, today, "/submitted_on")
    project.round += 1
    project.steps_done = 0
    project.step_on = on
    project.wait_until = None
    grants.move(project, "submitted", on)
    await grants.changed(session, actor, project, "project.submit")
    return shown(project)


async def lock(session: AsyncSession, actor: Actor, code: str) -> ProjectRecord:
    """The project locked for a decision; NotFound unless all of it is in the actor's scope."""
    project = await storage.lock(session, actor, code)
    if project is None:
        raise NotFound()
    return project


async def get(session: AsyncSession, actor: Actor, code: str) -> Project:
    project = await storage.get(session, actor, code)
    if project is None:
        raise NotFound()
    return shown(project)


async def list_projects(
    session: AsyncSession, actor: Actor, wanted: storage.Filter, cursor: str | None, limit: int, *, exact: bool
) -> Page[ProjectRow]:
    """Projects with a site in the actor's scope, by code."""
    after = paging.decode(cursor, str)
    found = await storage.find(session, actor, wanted, str(after[0]) if after else None, limit + 1)
    items = [_row(project) for project in found[:limit]]
    return Page(
        items=items,
        next_cursor=paging.encode(items[-1].project_code) if len(found) > limit else None,
        count=await storage.count(session, actor, wanted) if exact else None,
    )


def _row(project: ProjectRecord) -> ProjectRow:
    values = {name: getattr(project, name) for name in ProjectRow.model_fields if name != "office_name"}
    return ProjectRow.model_validate(values | {"office_name": project.office_name_responsible})


def shown(project: ProjectRecord) -> Project:
    """The project as it is answered, with the step that is due."""
    due = None
    if project.state not in ("draft", "returned", "refused", "removed") and not project.in_library:
        due = chain.due(project.proposer_level, project.steps_done)
    names = [name for name in Project.model_fields if name not in ("next_step", "next_step_from", "entry")]
    return Project.model_validate(
        {name: getattr(project, name) for name in names}
        | {
            "next_step": due.step if due else None,
            "next_step_from": project.wait_until if due else None,
            "entry": ProjectEntry.model_validate(project.entry),
        }
    )
