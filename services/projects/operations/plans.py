"""What a county does with its annual plan: propose it from the library, decide it, publish it."""

from __future__ import annotations

from collections import Counter
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.projects.domain import chain, days
from services.projects.domain import plans as rules
from services.projects.domain.refusals import DivisionUnknown, WrongOffice
from services.projects.domain.refusals_plans import (
    PlanDecided,
    PlanNotApproved,
    PlanProjectNotInLibrary,
    PlanProjectUnknown,
)
from services.projects.operations import grants, parameters, published, recording
from services.projects.storage import plans as storage
from services.projects.storage import projects as project_storage
from services.projects.storage.tables import Notice as NoticeRow
from services.projects.storage.tables import Project as ProjectRecord
from services.projects.storage.tables_plans import Plan as PlanRecord
from services.projects.storage.tables_plans import PlanDecision as DecisionRecord
from services.projects.storage.tables_plans import PlanLine
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.scope import covers
from shared.refusals import NotFound
from shared.schemas.projects import Notice
from shared.schemas.projects_plans import NewPlan, NewPlanNotice, Plan, PlanDecision, PlanItem, PlanRow
from shared.schemas.projects_public import PublishedPlan, PublishedPlanLine
from shared.schemas.wire import Page

COUNTY = "county"


async def propose(session: AsyncSession, actor: Actor, new: NewPlan) -> Plan:
    """Propose a plan from the county's library; each project is held so that two plans cannot share its room."""
    if len(new.county_code) != 6 or not covers(actor.scope, new.county_code):
        raise DivisionUnknown(pointer="/county_code")
    _require_county(actor)
    projects = await _locked_projects(session, actor, [item.project_code for item in new.items])
    await _check(session, new, projects)
    if new.proposed_on is not None:
        days.check(new.proposed_on, _last_filed(projects), clock.office_today(), "/proposed_on")
    number = await project_storage.take_numbers(session, new.county_code, new.fund_year, "plan")
    plan = PlanRecord(
        id=f"{new.county_code}-{new.fund_year}-P{number:03d}",
        county_code=new.county_code,
        fund_year=new.fund_year,
        state="proposed",
        total_fen=sum(item.amount_fen for item in new.items),
        lines=len(new.items),
        proposed_on=new.proposed_on,
        note=new.note,
        **recording.by(actor),
    )
    session.add(plan)
    await session.flush()
    session.add_all(
        PlanLine(plan_id=plan.id, line=number, **item.model_dump()) for number, item in enumerate(new.items, start=1)
    )
    audit.record(session, actor, "plan.propose", plan.id, total_fen=plan.total_fen, lines=plan.lines)
    await session.flush()
    return await _shown(session, plan)


def _require_county(actor: Actor) -> None:
    if actor.level != COUNTY:
        raise WrongOffice()


async def _locked_projects(session: AsyncSession, actor: Actor, codes: list[str]) -> dict[str, ProjectRecord]:
    projects = await project_storage.lock_many(session, actor, sorted(set(codes)))
    for index, code in enumerate(codes):
        if code not in projects:
            raise PlanProjectUnknown(pointer=f"/items/{index}/project_code")
    return projects


async def _check(session: AsyncSession, new: NewPlan, projects: dict[str, ProjectRecord]) -> None:
    planned = await storage.live_lines(session, list(projects))
    candidates = {
        code: rules.Candidate(
            county_code=project.county_code,
            state=project.state,
            in_library=project.in_library,
            amount_fen=project.amount_fen or 0,
            planned=planned.get(code, {}),
        )
        for code, project in projects.items()
    }
    lines = [rules.Line(item.project_code, item.fund_source, item.amount_fen) for item in new.items]
    rules.check_lines(lines, candidates, new.county_code, new.fund_year)


async def decide(session: AsyncSession, actor: Actor, plan_id: str, decision: PlanDecision) -> Plan:
    """Approve or refuse; whoever proposed the plan does not decide it. Approval plans its projects."""
    plan = await _locked(session, actor, plan_id)
    _require_county(actor)
    if plan.state != "proposed":
        raise PlanDecided(state=plan.state)
    chain.require_other_person(actor.person, [plan.person])
    codes = [line.project_code for line in await storage.lines(session, plan_id)]
    projects = await _locked_projects(session, actor, codes)
    on = decision.decided_on or clock.office_today()
    days.check(on, plan.proposed_on or _last_filed(projects), clock.office_today(), "/decided_on")
    session.add(
        DecisionRecord(
            plan_id=plan.id,
            outcome=decision.outcome,
            opinion=decision.opinion,
            decided_on=on,
            **recording.by(actor),
        )
    )
    plan.state = "approved" if decision.outcome == "approve" else "refused"
    audit.record(session, actor, "plan.decide", plan.id, outcome=decision.outcome)
    await session.flush()
    if plan.state == "approved":
        await _plan_projects(session, actor, plan, projects, on)
    return await _shown(session, plan)


def _last_filed(projects: dict[str, ProjectRecord]) -> date:
    """The day the last of the projects entered the library: no plan of them is older."""
    return max((project.filed_on for project in projects.values() if project.filed_on), default=date.min)


async def _plan_projects(
    session: AsyncSession, actor: Actor, plan: PlanRecord, projects: dict[str, ProjectRecord], on: date
) -> None:
    sums: Counter[str] = Counter()
    for line in await storage.lines(session, plan.id):
        sums[line.project_code] += line.amount_fen
    for code, amount_fen in sorted(sums.items()):
        project = projects[code]
        if not project.in_library or project.state not in rules.PLANNABLE:
            raise PlanProjectNotInLibrary(project_code=code, state=project.state)
        project.plan_year = plan.fund_year
        project.plan_line_fen += amount_fen
        if project.state == "in_library":
            project.step_on = on
            grants.move(project, "planned", on)
        await grants.changed(session, actor, project, "project.plan", reason=plan.id)


async def post_notice(session: AsyncSession, actor: Actor, plan_id: str, new: NewPlanNotice) -> Notice:
    """Publish an approved plan at the county."""
    plan = await _locked(session, actor, plan_id)
    _require_county(actor)
    decision = await storage.decision(session, plan_id)
    if decision is None or plan.state != "approved":
        raise PlanNotApproved(state=plan.state)
    today = clock.office_today()
    days.check(new.posted_on, decision.decided_on, today, "/posted_on")
    late = days.require_paper(new.posted_on, today, new.paper_sha256)
    count = int(await parameters.value(session, "publicity_days_county", plan.county_code, new.posted_on))
    row = NoticeRow(
        plan_id=plan.id,
        round=1,
        step="plan_notice",
        level=COUNTY,
        division_code=plan.county_code,
        posted_on=new.posted_on,
        days=count,
        ends_on=days.last_day(new.posted_on, count),
        place=new.place,
        paper_sha256=new.paper_sha256,
        recorded_late=late,
        content=(await _published(session, actor, plan)).model_dump(mode="json"),
        **recording.by(actor),
    )
    session.add(row)
    audit.record(session, actor, "plan.notice", plan.id, until=row.ends_on.isoformat())
    await session.flush()
    return Notice.model_validate(row)


async def _published(session: AsyncSession, actor: Actor, plan: PlanRecord) -> PublishedPlan:
    lines = await storage.lines(session, plan.id)
    projects = await _locked_projects(session, actor, [line.project_code for line in lines])
    return PublishedPlan(
        county_code=plan.county_code,
        fund_year=plan.fund_year,
        total_fen=plan.total_fen,
        lines=[
            PublishedPlanLine(
                project_code=line.project_code,
                name=projects[line.project_code].name,
                amount_fen=line.amount_fen,
                fund_source=published.fund_source(line.fund_source),
                office_name=projects[line.project_code].office_name_responsible,
            )
            for line in lines
        ],
    )


async def _locked(session: AsyncSession, actor: Actor, plan_id: str) -> PlanRecord:
    plan = await storage.get(session, actor, plan_id, lock=True)
    if plan is None:
        raise NotFound()
    return plan


async def get(session: AsyncSession, actor: Actor, plan_id: str) -> Plan:
    plan = await storage.get(session, actor, plan_id)
    if plan is None:
        raise NotFound()
    return await _shown(session, plan)


async def list_plans(
    session: AsyncSession, actor: Actor, area: str, year: int | None, state: str | None, cursor: str | None, limit: int
) -> Page[PlanRow]:
    """Plans of counties in the actor's scope, by id."""
    after = paging.decode(cursor, str)
    found = await storage.find(session, actor, area, year, state, str(after[0]) if after else None, limit + 1)
    items = [
        PlanRow.model_validate({name: getattr(row, name) for name in PlanRow.model_fields}) for row in found[:limit]
    ]
    return Page(items=items, next_cursor=paging.encode(items[-1].id) if len(found) > limit else None)


async def _shown(session: AsyncSession, plan: PlanRecord) -> Plan:
    decision = await storage.decision(session, plan.id)
    lines = await storage.lines(session, plan.id)
    return Plan.model_validate(
        {
            "id": plan.id,
            "county_code": plan.county_code,
            "fund_year": plan.fund_year,
            "state": plan.state,
            "total_fen": plan.total_fen,
            "items": [
                PlanItem(project_code=line.project_code, amount_fen=line.amount_fen, fund_source=line.fund_source)
                for line in lines
            ],
            "note": plan.note,
            "proposed_on": plan.proposed_on,
            "recorded_at": plan.recorded_at,
            "proposer_office": plan.office,
            "opinion": decision.opinion if decision else None,
            "decided_on": decision.decided_on if decision else None,
            "notices": [Notice.model_validate(row) for row in await storage.notices(session, plan.id)],
        }
    )
