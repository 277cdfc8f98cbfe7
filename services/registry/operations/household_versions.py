"""Writing a new version of a household file beside the old ones, with who made it, why, and since when it is true."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain.refusals import DayInFuture, TrueFromTooEarly
from services.registry.domain.register_years import earliest_day
from services.registry.operations.closed_years import hold_years, require_not_frozen, require_years_open
from services.registry.operations.households import event_columns
from services.registry.storage import household_records as records
from services.registry.storage import household_versions
from services.registry.storage import households as storage
from services.registry.storage.tables import Household, HouseholdEvent, HouseholdVersion
from shared.chassis import audit, clock
from shared.chassis.identity import Actor


@dataclass(frozen=True, slots=True)
class Why:
    """What made a version: the kind of event, its reason, the day its facts are true from, and facts of the event
    (no personal data). `consented`: the superior office agreed that a closed year is corrected."""

    kind: str
    reason: str
    true_from: date
    facts: dict[str, Any] = field(default_factory=dict)
    consented: bool = False


async def require_since(session: AsyncSession, row: Household, day: date, pointer: str) -> None:
    """Refuse a day from which nothing of this file is true yet: before it was opened, the household identified, and
    what it states first true. Raises TrueFromTooEarly."""
    first = await household_versions.version(session, row.id, 1)
    if day < min(row.opened_on, row.identified_on or row.opened_on, first.true_from):
        raise TrueFromTooEarly(pointer=pointer)


async def write(
    session: AsyncSession, actor: Actor, row: Household, before: dict[str, Any], why: Why
) -> HouseholdVersion:
    """A new version of a file whose rows have been changed (and flushed) from the content `before`.

    Where nothing differs the present version stands, and nothing is written. DayInFuture; YearClosed for what is true
    from a day of a closed year, unless consented.
    """
    people = [vars(member) for member in await storage.members(session, row.id)]
    content = records.content_of(vars(row), people)
    changed = records.changed_pointers(before, content)
    if not changed:
        return await household_versions.version(session, row.id, row.version)
    if why.true_from > clock.office_today():
        raise DayInFuture(pointer="/true_from")
    # Of the county the file lay in, and of the one it comes to lie in.
    villages = (before["village_code"], content["village_code"])
    if why.consented:
        await hold_years(session, villages)
    else:
        day = earliest_day(before, content, why.true_from)
        await require_years_open(session, villages, day)
        await require_not_frozen(session, row.id, day)
    row.version += 1
    version = HouseholdVersion(
        household_id=row.id,
        version=row.version,
        status=row.status,
        village_code=row.village_code,
        recorded_at=clock.now(),
        recorded_on=clock.office_today(),
        true_from=why.true_from,
        content=content,
    )
    event = event_columns(row.id, row.version, why.kind, actor, why.reason)
    session.add_all([version, HouseholdEvent(**event | {"facts": why.facts | {"changed": changed}})])
    await session.flush()
    if before["village_code"] != row.village_code:
        await household_versions.take_along(session, row.id, row.village_code)
    audit.record(session, actor, f"household.{why.kind}", str(row.id), version=row.version, fields=len(changed))
    return version
