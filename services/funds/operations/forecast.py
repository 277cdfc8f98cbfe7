"""Where an area's spending will land at the cut-off, from what the books say on one day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import forecast as domain
from services.funds.domain import forecast_pieces as pieces
from services.funds.domain.claim_stages import Terms
from services.funds.domain.days import require_order
from services.funds.domain.delays import RESPONSIBLE
from services.funds.domain.divisions import aid_office
from services.funds.domain.lead_times import Lead, Timing, leads_of
from services.funds.domain.parameters import Parameters
from services.funds.domain.payment_stages import Contract
from services.funds.domain.positions import aid_name
from services.funds.domain.progress import Totals, pace_of
from services.funds.domain.questions import Question
from services.funds.operations import deadlines, progress, spending, waits
from services.funds.operations.progress import Answered
from services.funds.storage import calendars, lists
from services.funds.storage import forecast as storage
from services.funds.storage.tables import ContractTerms
from shared.chassis import clock
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.chassis.scope import require_in_scope
from shared.schemas.projects import ProjectGrant


@dataclass(frozen=True, slots=True)
class Computed:
    """A forecast with everything it was computed from. `counts`: whether the definition counts the money by then."""

    answered: Answered
    total: Totals
    counts: bool
    forecast: domain.Forecast
    leads: Mapping[str, Lead]
    lead_sources: Mapping[str, str]
    earlier: list[domain.EarlierYear]


async def compute(
    session: AsyncSession, actor: Actor, peer: Peer, question: Question, cut_off: date | None
) -> Computed:
    """The forecast of one of the actor's areas. Raises CutOffOutside, AsOfAfterCutOff and what `answer` raises."""
    answered = await answer(session, actor, peer, question)
    if cut_off is not None:
        answered = replace(answered, rule=replace(answered.rule, cut_off=cut_off))
    domain.require_days(question.fund_year, question.as_of, answered.rule.cut_off)
    return await foresee(session, answered)


async def answer(session: AsyncSession, actor: Actor, peer: Peer, question: Question) -> Answered:
    """Progress of one of the actor's areas, its question asked in earnest. Raises DayInFuture, FundKindUnknown."""
    require_in_scope(actor, question.area)
    require_order(question.as_of, today=clock.office_today(), pointer="/as_of")
    return await progress.compute(session, actor, peer, question)


async def foresee(session: AsyncSession, answered: Answered) -> Computed:
    """The forecast for an answer on progress whose rule has the cut-off that is asked for.

    It is of the money the definition counts at the cut-off: a second batch may enter between the day and then.
    """
    values, rule = answered.values, answered.rule
    at_end = replace(answered.applied, asked=replace(answered.applied.asked, as_of=rule.cut_off))
    question = replace(at_end.question, as_of=answered.question.as_of)
    total = await spending.total(session, question)
    years = int(values.get("forecast_years").value)
    leads, sources = await _leads(session, question, values, years)
    timing = Timing(question.as_of, leads, await calendars.load(session, question.area, question.as_of))
    projects = await storage.projects(session, question)
    found = pieces.pieces_of(
        await waits.load(session, question, values),
        await _held(session, question, values, projects),
        await storage.to_be_withheld(session, question),
        await _funded(session, question, values, projects),
        timing,
    )
    earlier = await _earlier(session, question, answered, years)
    spent, whole = rule.counted.spent_fen(total), rule.counted.whole_fen(total)
    pace = pace_of(question.fund_year, question.as_of, replace(rule, pace_basis="day"))
    made = domain.Forecast(
        whole_fen=whole,
        spent_fen=spent,
        as_of=question.as_of,
        cut_off=rule.cut_off,
        pieces=tuple(pieces.counted_of(found, rule.counted)),
        history=domain.history_of(spent, whole, pace, earlier),
        history_weight=Fraction(values.get("forecast_history_weight").value),
    )
    return Computed(answered, total, at_end.counts, made, leads, sources, earlier)


async def _leads(
    session: AsyncSession, question: Question, values: Parameters, years: int
) -> tuple[dict[str, Lead], dict[str, str]]:
    """By step how long it takes, from steps finished in the last `years` years; and the sources of the deadlines."""
    since = domain.same_day(question.as_of, years) + timedelta(days=1)
    finished = await storage.finished_steps(session, question, since)
    rules = await deadlines.load(session, question, values)
    due = {step: rules.due_of(step, question.area, question.batch or "", question.as_of, None) for step in RESPONSIBLE}
    days = {step: max((one.on - question.as_of).days, 0) for step, one in due.items()}
    return leads_of(finished, days), {step: one.source for step, one in due.items()}


async def _earlier(
    session: AsyncSession, question: Question, answered: Answered, years: int
) -> list[domain.EarlierYear]:
    """Earlier fund years that had reached their cut-off by the day and spent something by it, latest first."""
    rule, found = answered.rule, []
    for before in range(1, years + 1):
        day, end = domain.same_day(question.as_of, before), domain.same_day(rule.cut_off, before)
        if end > question.as_of:
            continue
        asked = replace(question, fund_year=question.fund_year - before, as_of=end)
        by_day, by_end = await spending.series(session, asked, [day, end])
        spent = [rule.counted.spent_fen(totals) for _, totals in (by_day, by_end)]
        if spent[1] > 0:
            found.append(domain.EarlierYear(asked.fund_year, *spent))
    return found


async def _held(
    session: AsyncSession, question: Question, values: Parameters, projects: Mapping[str, ProjectGrant]
) -> list[pieces.Held]:
    """Retention held back on the day, each with the first day it may be released."""
    return [
        pieces.Held(
            claim_id=item.claim_id,
            project_code=item.project_code,
            division_code=item.division_code,
            fund_kind=item.fund_kind,
            amount_fen=item.amount_fen,
            due_on=_due_day(projects[item.project_code], question.as_of, values),
        )
        for item in await storage.withheld(session, question)
    ]


def _due_day(project: ProjectGrant, as_of: date, values: Parameters) -> date | None:
    if project.accepted_on is None or project.accepted_on > as_of:
        return None
    days = int(values.get("retention_days", project.county_code, project.accepted_on).value)
    return project.accepted_on + timedelta(days=days)


async def _funded(
    session: AsyncSession, question: Question, values: Parameters, projects: Mapping[str, ProjectGrant]
) -> dict[str, pieces.Funded]:
    """What a forecast must know of every project with money of the year."""
    terms = await storage.terms(session, question)
    claimed = await storage.claimed(session, question)
    names = dict(await lists.division_names(session, _counties(projects.values())))
    return {
        code: pieces.Funded(
            name=grant.name,
            office=grant.office or aid_office(grant.county_code),
            office_name=grant.office_name or aid_name(names, grant.county_code),
            purpose=grant.purpose,
            contract=_contract(grant, terms.get(code), values),
            claimed_fen=claimed.get(code, 0),
            planned_end_on=grant.planned_end_on,
        )
        for code, grant in projects.items()
    }


def _counties(projects: Iterable[ProjectGrant]) -> list[str]:
    return sorted({grant.county_code for grant in projects})


def _contract(grant: ProjectGrant, stated: ContractTerms | None, values: Parameters) -> Contract:
    """The terms approved last, else the county's ceilings."""
    if stated is not None:
        terms = Terms(stated.other_sources_fen, stated.advance_rate, stated.progress_rate)
    else:
        rates = [values.get(name, grant.county_code).value for name in ("advance_rate_max", "progress_rate_max")]
        terms = Terms(0, rates[0], rates[1], stated=False)
    highest = values.get("retention_rate_max", grant.county_code).value
    price_fen = grant.contract_fen if grant.final_account_fen is None else grant.final_account_fen
    return Contract(grant.state, price_fen, terms, grant.retention_rate, highest)
