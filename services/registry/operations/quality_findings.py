"""Reading findings of data quality, and asking the rules of one household now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import masking, refusals
from services.registry.domain import quality_rules as rules
from services.registry.operations.quality_work import KEYS, asked_of
from services.registry.operations.trail import CLEAR, MASKED, Trail
from services.registry.storage import (
    households,
    parameters,
    quality_evaluation,
    quality_reading,
    quality_sealed,
    sealing,
)
from services.registry.storage.quality_evaluation import Found
from services.registry.storage.quality_reading import Wanted
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import HouseholdMember
from shared.chassis import clock, paging
from shared.refusals import NotFound
from shared.schemas import registry_quality as wire
from shared.schemas.wire import Page


def wanted_of(
    closed: bool,
    area: str | None,
    rule: str | None,
    level: str | None,
    household_id: UUID | None,
    exempt: bool | None,
) -> Wanted:
    """The filters of a list; QualityRuleUnknown for a number nobody checks."""
    if rule is not None and rule not in rules.CHECKED_RULES:
        raise refusals.QualityRuleUnknown()
    numbers = None if level is None else rules.numbers_of(level)
    if rule is not None:
        numbers = [rule] if numbers is None or rule in numbers else []
    return Wanted(closed, area, numbers, household_id, exempt)


async def list_findings(
    session: AsyncSession, trail: Trail, seals: Seals, wanted: Wanted, cursor: str | None, limit: int
) -> Page[wire.QualityFinding]:
    """Findings of the scope by village; numbers masked, names for whoever reads files, the read on the trail."""
    after = paging.decode(cursor, str, int)
    key = None if after is None else (str(after[0]), int(after[1]))
    today = clock.office_today()
    rows = await quality_reading.list_findings(session, trail.actor, wanted, today, key, limit + 1)
    names = _shown_names(trail)
    items = [_finding(row, seals, names) for row in rows[:limit] if row[1] is not None]
    last = rows[limit - 1][0] if len(rows) > limit else None
    shown = (one for item in items for one in (item.household_id, item.member_id) if one is not None)
    await trail.note(session, "quality_finding.list", list(dict.fromkeys(shown)), names=names)
    return Page(items=items, next_cursor=None if last is None else paging.encode(last.village_code, last.id))


def _shown_names(trail: Trail) -> str:
    """`clear` for whoever may read the files themselves; for others `masked`: whose they are is not theirs to know."""
    return CLEAR if trail.actor.may("household.read") else MASKED


def _named(name: str, names: str) -> str:
    return name if names == CLEAR else masking.name(name)


def _finding(row: Sequence[Any], seals: Seals, names: str) -> wire.QualityFinding:
    finding, household, member, until, checked_on = row
    rule = rules.RULES[finding.rule]
    return wire.QualityFinding(
        id=str(finding.id),
        rule=rule.number,
        text=rule.text,
        level=_level(rule),
        village_code=finding.village_code,
        household_id=str(finding.household_id),
        household_no=str(household.household_no),
        head_name=_named(household.head_name, names),
        member_id=None if finding.member_id is None else str(finding.member_id),
        member_name=None if member is None else _named(member.name, names),
        identity_number_masked=_masked(member, seals) if member is not None and names == CLEAR else None,
        first_found_on=finding.first_found_on,
        last_found_on=finding.last_found_on or checked_on or finding.first_found_on,
        closed_on=finding.closed_on,
        exempt=until is not None,
        exempt_until=until,
    )


def _level(rule: rules.Rule) -> Any:
    return rule.level


def _masked(member: HouseholdMember, seals: Seals) -> str:
    return masking.identity_number(seals.open(member.identity_sealed, sealing.identity_of(member.id)))


async def of_household(session: AsyncSession, trail: Trail, seals: Seals, household_id: UUID) -> wire.HouseholdQuality:
    """The rules this household breaks now; those that compare it with all others are left to the runs."""
    row = await households.visible(session, trail.actor, household_id)
    if row is None:
        raise NotFound()
    today = clock.office_today()
    found = await _evaluated(session, seals, household_id, row.village_code, today)
    shown = _shown_names(trail)
    members = await households.members(session, household_id)
    names = {member.id: _named(member.name, shown) for member in members}
    exempt = await quality_reading.exemptions_of(session, household_id, today)
    broken = [_broken(one, names, exempt) for one in found]
    await trail.note(session, "quality.household", [household_id, *names], names=shown)
    return wire.HouseholdQuality(
        household_id=str(household_id),
        household_no=str(row.household_no),
        on=today,
        findings=broken,
        only_in_runs=sorted(rules.ONLY_IN_RUNS),
    )


async def _evaluated(
    session: AsyncSession, seals: Seals, household_id: UUID, village_code: str, today: date
) -> list[Found]:
    figures = list(await parameters.of_keys(session, KEYS))
    sealed = await quality_sealed.of_household(session, household_id)
    workers = await quality_sealed.workers_of(session, household_id)
    faults = quality_sealed.together(
        await quality_sealed.faults(seals, sealed, today), await quality_sealed.shared_phones(seals, workers)
    )
    asked = asked_of(figures, village_code, today, faults)
    found = await quality_evaluation.of_household(session, household_id, asked)
    order = list(rules.RULES)
    kept = [one for one in found if one.rule not in rules.ONLY_IN_RUNS]
    return sorted(kept, key=lambda one: (order.index(one.rule), str(one.member_id or "")))


def _broken(one: Found, names: dict[UUID, str], exempt: Iterable[Any]) -> wire.BrokenRule:
    rule = rules.RULES[one.rule]
    days = [until for number, member, until in exempt if number == one.rule and member in (None, one.member_id)]
    return wire.BrokenRule(
        rule=rule.number,
        text=rule.text,
        level=_level(rule),
        member_id=None if one.member_id is None else str(one.member_id),
        member_name=None if one.member_id is None else names.get(one.member_id),
        exempt=bool(days),
        exempt_until=max(days, default=None),
    )
