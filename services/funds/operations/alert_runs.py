"""Looking for alerts in one area: read its facts, compare with what stands open, write the difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import alert_rules, alerts
from services.funds.domain.alert_causes import Facts, Thing, Year, causes_of
from services.funds.domain.alert_handling import Step, first_of
from services.funds.domain.alert_rules import Rule
from services.funds.domain.alerts import Cause, Plan
from services.funds.domain.divisions import level_of, rank_of
from services.funds.domain.documents import COUNTY_RANK
from services.funds.domain.parameters import Parameters
from services.funds.domain.questions import Question
from services.funds.domain.refusals.documents import NoBooksBelowCounty
from services.funds.operations import deadlines, spending, spending_rules, waits
from services.funds.storage import alert_areas, alert_facts, calendars, parameters
from services.funds.storage import alert_rules as rule_storage
from services.funds.storage import alerts as storage
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.schemas import funds_alerts as wire


@dataclass(frozen=True, slots=True)
class Reading:
    """What the rules found in an area, and when the reading began."""

    area: str
    began_at: datetime
    as_of: date
    causes: list[Cause]


@dataclass(frozen=True, slots=True)
class Changed:
    """How many alerts an evaluation opened, found again and closed."""

    opened: int = 0
    updated: int = 0
    closed: int = 0


async def run(session: AsyncSession, actor: Actor, request: wire.NewAlertRun) -> wire.AlertRun:
    """Look at a county now; of a larger area let the turn of every place in it come at once."""
    area = request.division_code
    require_in_scope(actor, area)
    if rank_of(area) > COUNTY_RANK:
        raise NoBooksBelowCounty()
    now = clock.now()
    await alert_areas.learn(session, now)
    changed = Changed()
    asked: Sequence[str] = ()
    if level_of(area) == "county":
        changed = await apply(session, await read(session, area))
    else:
        asked = await alert_areas.ask_for(session, area, now)
    audit.record(session, actor, "alert.run", f"area:{area}", **asdict(changed), asked=len(asked))
    return wire.AlertRun(
        division_code=area, as_of=clock.office_day(now), areas_asked=len(asked), **asdict(changed)
    )  # fmt: skip


async def read(session: AsyncSession, area: str) -> Reading:
    """What the rules in force find in an area's own books today."""
    began_at = clock.now()
    as_of = clock.office_day(began_at)
    rules = alert_rules.in_force(await rule_storage.load(session), area, as_of)
    facts = await _facts(session, area, as_of, list(rules.values()))
    return Reading(area, began_at, as_of, causes_of(rules.values(), facts))


async def _facts(session: AsyncSession, area: str, as_of: date, rules: Sequence[Rule]) -> Facts:
    values = await parameters.load(session, area, as_of)
    judged_by = alert_rules.no_softer(values, area)
    county = level_of(area) == "county"
    things = await alert_facts.things(session, area, as_of, county=county)
    return Facts(
        area=area,
        as_of=as_of,
        years=tuple([await _year(session, area, year, as_of, values) for year in await _years(session, area, as_of)]),
        things=tuple(things + await _attempts(session, area, rules, judged_by)),
        central_kinds=await alert_facts.central_kinds(session),
        values=judged_by,
    )


async def _years(session: AsyncSession, area: str, as_of: date) -> list[int]:
    """Fund years that can be asked about today; money announced for a year after the next waits for it."""
    return [year for year in await alert_facts.fund_years(session, area) if year <= as_of.year + 1]


async def _year(session: AsyncSession, area: str, fund_year: int, as_of: date, values: Parameters) -> Year:
    """Above the counties only what waits with its own offices: the areas below have alerts of their own."""
    question = Question(area, fund_year, as_of)
    county = level_of(area) == "county"
    own = tuple(
        await waits.load(session, question, values)
        if county
        else await alert_facts.own_waiting(session, area, fund_year)
    )
    applied = await spending_rules.load(session, question, values)
    totals = await spending.total(session, applied.question)
    ends = await deadlines.load(session, question, values, own)
    return Year(fund_year, own, totals, applied.rule, alert_rules.no_later(ends, area, own))


async def _attempts(session: AsyncSession, area: str, rules: Sequence[Rule], values: Parameters) -> list[Thing]:
    codes = {code for rule in rules if rule.looks_at == "attempts" for code in rule.subjects}
    since = clock.now() - timedelta(days=values.days("alert_attempt_days"))
    return await alert_facts.attempts(session, area, codes, since)


async def apply(session: AsyncSession, reading: Reading) -> Changed:
    """Write what a reading changes. Whoever reads the same area later has waited here, and an older reading is void."""
    area = await alert_areas.hold(session, reading.area, reading.began_at)
    if area.evaluated_at is not None and area.evaluated_at >= reading.began_at:
        return Changed()
    area.evaluated_at = reading.began_at
    opens = await storage.lock_open(session, reading.area)
    judged = await storage.judged(session, {cause.key for cause in reading.causes})
    plan = alerts.plan(opens, judged, reading.causes)
    chains = await rule_storage.chains(session)
    opened = await _open(session, reading, plan, chains)
    replies = {first_of(steps).code for steps in chains.values()}
    updated = await storage.see_again(session, plan.updated, reading.began_at, replies)
    await storage.close_gone(session, plan.gone, reading.began_at)
    await session.flush()
    return Changed(opened, updated, len(plan.gone))


async def _open(session: AsyncSession, reading: Reading, plan: Plan, chains: Mapping[str, Sequence[Step]]) -> int:
    calendar = await calendars.load(session, reading.area)
    due = {code: calendar.add(reading.as_of, first_of(steps).deadline_days) for code, steps in chains.items()}
    return await storage.add(session, [_row(cause, reading, chains[cause.chain], due) for cause in plan.opened])


def _row(cause: Cause, reading: Reading, chain: Sequence[Step], due: dict[str, date]) -> dict[str, object]:
    return asdict(cause) | {
        "book_code": reading.area,
        "found_at": reading.began_at,
        "seen_at": reading.began_at,
        "seen_times": 1,
        "state": "open",
        "round": 1,
        "step": first_of(chain).code,
        "step_since": reading.as_of,
        "step_due_on": due[cause.chain],
        "late_steps": 0,
    }
