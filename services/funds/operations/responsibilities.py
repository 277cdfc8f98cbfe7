"""What offices do with cases on who answers for waiting money: open one, reply, and decide from above."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import responsibilities as rules
from services.funds.domain.days import require_order
from services.funds.domain.delays import Responsible, Waiting
from services.funds.domain.divisions import rank_of
from services.funds.domain.documents import COUNTY_RANK
from services.funds.domain.periods import is_above
from services.funds.domain.persons import require_other_person
from services.funds.domain.positions import finance_name
from services.funds.domain.questions import Question
from services.funds.domain.refusals.documents import NoBooksBelowCounty
from services.funds.domain.refusals.responsibility import NotConcerned, NotWaiting
from services.funds.domain.refusals.spending import AlreadyDecided
from services.funds.operations import responsibility_views, stage_clocks, waits
from services.funds.storage import decisions, lists, pages, parameters
from services.funds.storage import responsibilities as storage
from services.funds.storage import stage_clocks as stage_clock_storage
from services.funds.storage.tables import (
    Responsibility,
    ResponsibilityDecision,
    ResponsibilityPaper,
    ResponsibilityReply,
)
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.scope import covers, require_in_scope
from shared.refusals import NotFound
from shared.schemas import funds_responsibilities as wire

GivenWith = Literal["opening", "reply", "decision"]


async def open_case(session: AsyncSession, actor: Actor, request: wire.NewResponsibility) -> wire.Responsibility:
    """Open a case on money that waits on the day. Only the offices of the two sides and those above do.

    The paper may be of an earlier day; nothing decided on the case counts before the day it is entered. Raises
    NotWaiting, ReferenceWrong, StepUnknown, NotConcerned, CauseNotFitting, EvidenceMissing, DayInFuture; CaseOpen by
    constraint.
    """
    rules.require_impersonal("/reason", request.reason, _names(request.papers))
    require_in_scope(actor, request.division_code)
    if rank_of(request.division_code) > COUNTY_RANK:
        raise NoBooksBelowCounty()
    require_order(request.opened_on, today=clock.office_today(), pointer="/opened_on")
    place = await stage_clock_storage.place_of(session, stage_clocks.thing_of(request.reference))
    if place is None or not covers([request.division_code], place):
        raise NotWaiting()
    asked = Question(place, request.fund_year, request.opened_on)
    waiting = await _waiting(session, asked, request.reference, request.step)
    answering = actor.standing_for(waiting.office, waiting.project_office)
    rules.require_concerned(answering, is_above(actor.scope, place), waiting)
    await _require_cause(session, request.claimed_side, request.claimed_cause, len(request.papers), "/claimed_cause")
    copied = {name: getattr(request, name) for name in COPIED}
    row = Responsibility(
        **copied,
        division_code=place,
        project_code=waiting.project_code,
        amount_fen=waiting.amount_fen,
        since=waiting.since,
        side=waiting.responsible,
        office=waiting.office,
        office_name=waiting.office_name,
        claimed_cause=request.claimed_cause or "",
        claimed_office=rules.office_of(request.claimed_side, waiting),
        state="open",
    )
    decisions.sign(actor, row)
    await pages.add(session, row)
    await _keep_papers(session, actor, row.id, "opening", request.papers)
    _note(session, actor, "open", row)
    return await responsibility_views.answer(session, row)


COPIED = ("fund_year", "reference", "step", "claimed_side", "reason", "opened_on")


async def reply(
    session: AsyncSession, actor: Actor, row_id: int, request: wire.NewResponsibilityReply
) -> wire.Responsibility:
    """The office concerned answers an open case: the one that answers for the money now, or the one it is laid on."""
    row = await _open(session, actor, row_id)
    if actor.standing_for(row.office, row.claimed_office) not in (row.office, row.claimed_office):
        raise NotConcerned()
    rules.require_impersonal("/words", request.words, _names(request.papers))
    await _keep_words(session, actor, row, request.words, request.replied_on, "/replied_on")
    await _keep_papers(session, actor, row.id, "reply", request.papers)
    _note(session, actor, "reply", row)
    return await responsibility_views.answer(session, row)


async def withdraw(
    session: AsyncSession, actor: Actor, row_id: int, request: wire.NewResponsibilityWithdrawal
) -> wire.Responsibility:
    """The office that opened a case takes it back; what was said stays on file."""
    row = await _open(session, actor, row_id)
    if not actor.acts_for(row.entered_office):
        raise NotConcerned()
    rules.require_impersonal("/words", request.words, ())
    await _keep_words(session, actor, row, request.words, request.withdrawn_on, "/withdrawn_on")
    row.state = "withdrawn"
    await session.flush()
    _note(session, actor, "withdraw", row)
    return await responsibility_views.answer(session, row)


async def _keep_words(
    session: AsyncSession, actor: Actor, row: Responsibility, words: str, on: date, pointer: str
) -> None:
    require_order(on, today=clock.office_today(), not_before=row.opened_on, pointer=pointer)
    answer = ResponsibilityReply(responsibility_id=row.id, words=words, replied_on=on)
    decisions.sign(actor, answer)
    await pages.add(session, answer)


async def decide(
    session: AsyncSession, actor: Actor, row_id: int, request: wire.NewResponsibilityDecision
) -> wire.Responsibility:
    """The superior says who answers for the money at that step, from a day on.

    Neither an office that answers for it, nor a person who opened the case or replied; and the money still waits there.
    """
    row = await _open(session, actor, row_id)
    # An office that took over from one of the two sides is that side: it does not judge itself by a new name.
    judging = actor.standing_for(row.office, row.claimed_office)
    rules.require_judge(judging, is_above(actor.scope, row.division_code), row.office, row.claimed_office)
    rules.require_impersonal("/reason", request.reason, _names(request.papers))
    replies, papers = await storage.parts_of(session, [row.id])
    require_other_person(actor.person, row.entered_person, *(item.entered_person for item in replies))
    last = max([row.opened_on, *(item.replied_on for item in replies)])
    require_order(request.decided_on, today=clock.office_today(), not_before=last, pointer="/decided_on")
    rules.require_days(
        clock.office_day(row.entered_at), request.effective_from, request.effective_to, request.decided_on
    )
    await _require_cause(session, request.side, request.cause, len(papers) + len(request.papers), "/cause")
    asked = Question(row.division_code, row.fund_year, request.decided_on)
    waiting = await _waiting(session, asked, row.reference, row.step)
    office, name = await _office(session, request.side, waiting)
    decision = ResponsibilityDecision(
        **{column: getattr(row, column) for column in ("division_code", "fund_year", "reference", "step")},
        **request.model_dump(exclude={"papers", "cause"}),
        responsibility_id=row.id,
        cause=request.cause or "",
        office=office,
        office_name=name,
    )
    decisions.sign(actor, decision)
    row.state = "decided"
    await pages.add(session, decision)
    await _keep_papers(session, actor, row.id, "decision", request.papers)
    _note(session, actor, "decide", row, side=request.side)
    return await responsibility_views.answer(session, row)


async def _waiting(session: AsyncSession, question: Question, reference: str, step: str) -> Waiting:
    """What waits in one place's books; an office above a county is asked for its own only, however many lie below."""
    if rank_of(question.area) < COUNTY_RANK:
        own = [item for item in await waits.with_offices(session, question) if item.division_code == question.area]
        return rules.found(own, reference, step)
    values = await parameters.load(session, question.area, question.as_of)
    return rules.found(await waits.load(session, question, values), reference, step)


async def _office(session: AsyncSession, side: Responsible, waiting: Waiting) -> tuple[str, str]:
    """Code and name of the office that answers by the decision."""
    if side == "third":
        return waiting.office, waiting.office_name
    if side == "project":
        return waiting.project_office, waiting.project_office_name
    place = waiting.division_code[:6]
    return rules.office_of(side, waiting), finance_name(dict(await lists.division_names(session, [place])), place)


async def _require_cause(
    session: AsyncSession, side: Responsible, cause: str | None, papers: int, pointer: str
) -> None:
    known = [row.code for row in await storage.third_causes(session)] if side == "third" else []
    rules.require_cause(side, cause or "", known, papers, pointer)


async def _open(session: AsyncSession, actor: Actor, row_id: int) -> Responsibility:
    row = await pages.visible(session, Responsibility, actor, row_id, lock=True)
    if row is None:
        raise NotFound()
    if row.state != "open":
        raise AlreadyDecided()
    return row


async def _keep_papers(
    session: AsyncSession, actor: Actor, case_id: int, given_with: GivenWith, papers: Sequence[wire.NewEvidence]
) -> None:
    rows = [
        ResponsibilityPaper(responsibility_id=case_id, given_with=given_with, **paper.model_dump()) for paper in papers
    ]
    for row in rows:
        decisions.sign(actor, row)
    await pages.add(session, *rows)


def _names(papers: Sequence[wire.NewEvidence]) -> list[str]:
    return [paper.name for paper in papers]


def _note(session: AsyncSession, actor: Actor, verb: str, row: Responsibility, **more: str) -> None:
    audit.record(
        session, actor, f"responsibility.{verb}", f"responsibility:{row.id}", reference=row.reference, step=row.step,
        **more,
    )  # fmt: skip
