"""What is recorded of works: tender, contract, start, progress, completion, acceptance, stop, handover."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.projects.domain import days
from services.projects.domain import parameters as parameter_rules
from services.projects.domain import works as rules
from services.projects.domain.refusals import PeriodReversed
from services.projects.domain.refusals_works import NotPlanned
from services.projects.operations import grants, library, parameters, recording
from services.projects.operations.works_shown import shown
from services.projects.storage import projects as project_storage
from services.projects.storage import works as storage
from services.projects.storage.tables import Project
from services.projects.storage.tables_works import Acceptance, Asset, Contract, ProgressReport, Tender, WorksEvent
from shared.chassis import clock
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas.projects_works import (
    NewAcceptance,
    NewCompletion,
    NewContract,
    NewHandover,
    NewProgressReport,
    NewStart,
    NewStop,
    NewTender,
    Works,
)


async def get(session: AsyncSession, actor: Actor, code: str) -> Works:
    """The works of a planned project; absent while it is not planned."""
    project = await project_storage.get(session, actor, code)
    if project is None or project.plan_year is None:
        raise NotFound()
    return await shown(session, project)


async def tender(session: AsyncSession, actor: Actor, code: str, new: NewTender) -> Works:
    """Record how it was settled who does the works."""
    project = await _recordable(session, actor, code)
    rules.require_contracting(project.purpose)
    rules.require_state(project.state, "planned")
    rules.check_tender(new.mode, new.winner_uscc)
    _check_day(project, new.tendered_on, "/tendered_on")
    session.add(Tender(project_code=code, **new.model_dump(), **recording.by(actor)))
    return await _moved(session, actor, project, "tendered", new.tendered_on, "works.tender")


async def contract(session: AsyncSession, actor: Actor, code: str, new: NewContract) -> Works:
    """Record the signed contract: within the plan line, with the winner, holding back no more than allowed."""
    project = await _recordable(session, actor, code)
    rules.require_contracting(project.purpose)
    rules.require_state(project.state, "tendered")
    settled = await storage.tender(session, code)
    highest = await parameters.value(session, parameter_rules.RETENTION_RATE_MAX, project.area_code, new.signed_on)
    rules.check_contract(
        new.amount_fen,
        project.plan_line_fen,
        new.retention_rate,
        highest,
        new.contractor_uscc,
        settled.winner_uscc if settled else None,
    )
    _check_day(project, new.signed_on, "/signed_on")
    _check_period(new)
    session.add(Contract(project_code=code, **new.model_dump(), **recording.by(actor)))
    project.contractor_name, project.contractor_uscc = new.contractor_name, new.contractor_uscc
    project.contract_fen, project.retention_rate = new.amount_fen, new.retention_rate
    project.contracted_on = new.signed_on
    return await _moved(session, actor, project, "contracted", new.signed_on, "works.contract")


def _check_period(new: NewContract) -> None:
    if new.starts_on < new.signed_on:
        raise PeriodReversed(pointer="/starts_on")
    if new.ends_on < new.starts_on:
        raise PeriodReversed(pointer="/ends_on")


async def start(session: AsyncSession, actor: Actor, code: str, new: NewStart) -> Works:
    """Record that works or payments of grants have begun."""
    project = await _recordable(session, actor, code)
    rules.require_state(project.state, rules.starts_from(project.purpose))
    _check_day(project, new.started_on, "/started_on")
    session.add(WorksEvent(project_code=code, kind="start", on_day=new.started_on, **recording.by(actor)))
    return await _moved(session, actor, project, "under_way", new.started_on, "works.start")


async def report_progress(session: AsyncSession, actor: Actor, code: str, new: NewProgressReport) -> Works:
    """Record physical progress, which never falls; the first report of contracted works starts them."""
    project = await _recordable(session, actor, code)
    rules.require_state(project.state, "contracted", "under_way")
    rules.check_progress(new.percent, await storage.highest_percent(session, code))
    _check_day(project, new.reported_on, "/reported_on")
    session.add(ProgressReport(project_code=code, **new.model_dump(), **recording.by(actor)))
    return await _moved(session, actor, project, "under_way", new.reported_on, "works.progress")


async def complete(session: AsyncSession, actor: Actor, code: str, new: NewCompletion) -> Works:
    project = await _recordable(session, actor, code)
    rules.require_state(project.state, "under_way")
    _check_day(project, new.completed_on, "/completed_on")
    session.add(WorksEvent(project_code=code, kind="completion", on_day=new.completed_on, **recording.by(actor)))
    return await _moved(session, actor, project, "completed", new.completed_on, "works.complete")


async def accept(session: AsyncSession, actor: Actor, code: str, new: NewAcceptance) -> Works:
    """Record an acceptance, by another person than those who recorded the works; `rectify` sends them back to work."""
    project = await _planned(session, actor, code)
    rules.require_state(project.state, "completed")
    rules.check_acceptance(
        actor.person,
        await storage.recorders(session, code),
        new.participants,
        new.final_account_fen,
        project.contract_fen or project.plan_line_fen,
    )
    _check_day(project, new.accepted_on, "/accepted_on")
    session.add(Acceptance(project_code=code, **new.model_dump(), **recording.by(actor)))
    if new.outcome == "rectify":
        return await _moved(session, actor, project, "under_way", new.accepted_on, "works.rectify")
    project.accepted_on, project.final_account_fen = new.accepted_on, new.final_account_fen
    return await _moved(session, actor, project, "accepted", new.accepted_on, "works.accept")


async def stop(session: AsyncSession, actor: Actor, code: str, new: NewStop) -> Works:
    """Record that the works stop for good."""
    project = await _recordable(session, actor, code)
    rules.require_state(project.state, *rules.MAY_STOP)
    on = new.stopped_on or clock.office_today()
    _check_day(project, on, "/stopped_on")
    session.add(WorksEvent(project_code=code, kind="stop", on_day=on, reason=new.reason, **recording.by(actor)))
    return await _moved(session, actor, project, "stopped", on, "works.stop", new.reason)


async def hand_over(session: AsyncSession, actor: Actor, code: str, new: NewHandover) -> Works:
    """Hand the asset over to its owner and caretaker."""
    project = await _planned(session, actor, code)
    rules.require_state(project.state, "accepted")
    _check_day(project, new.handed_on, "/handed_on")
    session.add(Asset(project_code=code, **new.model_dump(), **recording.by(actor)))
    return await _moved(session, actor, project, "handed_over", new.handed_on, "works.hand_over")


async def _planned(session: AsyncSession, actor: Actor, code: str) -> Project:
    project = await library.lock(session, actor, code)
    if project.plan_year is None:
        raise NotPlanned(state=project.state)
    return project


async def _recordable(session: AsyncSession, actor: Actor, code: str) -> Project:
    project = await _planned(session, actor, code)
    rules.require_own_office(project.purpose, actor.level, actor.sector, project.office_code)
    return project


def _check_day(project: Project, day: date, pointer: str) -> None:
    days.check(day, project.step_on, clock.office_today(), pointer)


async def _moved(
    session: AsyncSession, actor: Actor, project: Project, state: str, on: date, action: str, reason: str = ""
) -> Works:
    project.step_on = on
    grants.move(project, state, on)
    await grants.changed(session, actor, project, action, reason)
    return await shown(session, project)
