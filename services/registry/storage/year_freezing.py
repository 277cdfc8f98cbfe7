"""SQL of freezing a county's files with a year: as sets, and of few files as they are composed for its last day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage.register_years import allow_long
from services.registry.storage.tables import HouseholdSlice

# A household stands in one slice of a year: that of the county that froze it first.
_NOT_YET = """not exists (
    select from household_slices kept where kept.household_id = household.id and kept.year = cast(:year as smallint)
)"""
# What a file says now stands in its columns: only what was frozen earlier than that is read out of its content.
_FREEZE = text(f"""
insert into household_slices (county_code, year, household_id, village_code, version, status, attribute,
                              main_cause, member_count, net_income_fen)
select cast(:county as text), cast(:year as smallint), household.id, stood.village_code, stood.version,
       stood.status, stated.attribute, stated.main_cause, stated.member_count,
       stated.wage_fen + stated.business_fen + stated.property_fen + stated.transfer_fen - stated.business_cost_fen
from households household
cross join lateral (
    select version.version, version.status, version.village_code, version.content
    from household_versions version
    where version.household_id = household.id and version.true_from <= cast(:through as date)
    order by version.version desc
    limit 1
) stood
cross join lateral (
    select household.attribute, household.main_cause, household.member_count, household.wage_fen,
           household.business_fen, household.property_fen, household.transfer_fen, household.business_cost_fen
    where stood.version = household.version
    union all
    select * from jsonb_to_record(stood.content) as earlier (
        attribute text, main_cause text, member_count bigint, wage_fen bigint, business_fen bigint,
        property_fen bigint, transfer_fen bigint, business_cost_fen bigint
    )
    where stood.version <> household.version
) stated
where household.village_code >= cast(:part as text)
  and household.village_code < cast(:part as text) || ':'
  and left(stood.village_code, 6) = cast(:county as text)
  and household.id <> all (cast(:apart as uuid[]))
  and {_NOT_YET}
""")  # noqa: S608 - texts of ours
# The last version true by then holds what became true later, where that was recorded before it.
_HOLDING_LATER = text(f"""
select household.id
from households household
where household.village_code >= cast(:part as text)
  and household.village_code < cast(:part as text) || ':'
  and household.version > 1
  and exists (
    select from household_versions later
    where later.household_id = household.id and later.true_from > cast(:through as date)
      and exists (
        select from household_versions stood
        where stood.household_id = later.household_id and stood.version > later.version
          and stood.true_from <= cast(:through as date)
      )
  )
  and {_NOT_YET}
order by household.id
for no key update of household
""")  # noqa: S608 - texts of ours
# A file goes to another county by a move between villages alone.
_LEFT = text(f"""
select household.id, least(cast(:through as date), gone.left_on - 1) as last_day
from households household
join (
    select change.household_id, max(change."on") as left_on
    from natural_changes change
    join natural_change_decisions decision on decision.change_id = change.id and decision.outcome = 'accepted'
    left join register_years there
      on there.county_code = left(change.other_village_code, 6) and there.year = cast(:year as smallint)
      and there.closed_through < change."on"
    where change.kind = 'village_move'
      and change.village_code >= cast(:county as text) and change.village_code < cast(:county as text) || ':'
      and left(change.other_village_code, 6) <> cast(:county as text)
      and (change."on" > cast(:through as date) or there.county_code is not null)
    group by change.household_id
) gone on gone.household_id = household.id
where {_NOT_YET}
order by household.id
for no key update of household
""")  # noqa: S608 - texts of ours
_TOTAL = text("""
insert into register_year_totals (county_code, year, village_code, status, attribute, main_cause, households, people)
select county_code, year, village_code, status, coalesce(attribute, ''), coalesce(main_cause, ''), count(*),
       sum(member_count)
from household_slices
where county_code = cast(:county as text) and year = cast(:year as smallint)
  and village_code >= cast(:county as text) and village_code < cast(:county as text) || ':'
group by county_code, year, village_code, status, coalesce(attribute, ''), coalesce(main_cause, '')
""")


async def holding_later(session: AsyncSession, part: str, year: int, through: date) -> list[UUID]:
    """The files of a part of a county whose last version true by `through` is not what was so then; locked, so that
    a change of keys leaves alone what is taken over from their versions."""
    await allow_long(session)
    values = {"part": part, "year": year, "through": through}
    return list(await session.scalars(_HOLDING_LATER, values))


async def left(session: AsyncSession, county_code: str, year: int, through: date) -> dict[UUID, date]:
    """The files no county froze that left this one since `through`, or before for a county that had closed the year:
    with the last day of the year they may have stood here; locked as with `holding_later`."""
    await allow_long(session)
    rows = await session.execute(_LEFT, {"county": county_code, "year": year, "through": through})
    return {row.id: row.last_day for row in rows}


async def freeze(
    session: AsyncSession, county_code: str, part: str, year: int, through: date, apart: Sequence[UUID]
) -> None:
    """Keep, of every file that stands in a part of a county now and in no slice of the year, but for those set apart,
    the last version true by `through`."""
    await allow_long(session)
    values = {"county": county_code, "part": part, "year": year, "through": through, "apart": list(apart)}
    await session.execute(_FREEZE, values)


async def keep(session: AsyncSession, slices: Sequence[dict[str, Any]]) -> None:
    """Keep files as they were composed."""
    if slices:
        await session.execute(insert(HouseholdSlice), slices)


async def add_up(session: AsyncSession, county_code: str, year: int) -> None:
    """Keep the totals by village of what was frozen: a file stands in the village it belonged to then."""
    await allow_long(session)
    await session.execute(_TOTAL, {"county": county_code, "year": year})
