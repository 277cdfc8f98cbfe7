"""SQL that carries household files over to the village that followed: a version for each, nothing overwritten."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain.identifications import OPEN_STATES
from services.registry.storage.tables import (
    DivisionCarry,
    DivisionChange,
    DivisionChanged,
    Identification,
    NaturalChange,
    NaturalChangeDecision,
)

KIND = "division_change"
"""As what the history of a file knows it."""

# A village that stays, as one of the successors of a split, keeps its files. Where several villages follow one that
# closes, a file goes with its natural village, or nowhere. What an import took back is of no village.
_FOLLOWING = """
gone as (
 select s.predecessor_code as code, case when count(*) = 1 then min(s.successor_code) end as successor
 from division_successions s join divisions d on d.code = s.predecessor_code and d.valid_to is not null
 where s.change_id = :change and length(s.predecessor_code) >= 12 group by 1),
following as (
 select h.id, h.village_code as left_village, h.natural_village as left_natural,
  coalesce(left(g.successor, 12), v.successor) as village_code,
  coalesce(g.successor, case when v.code is null then h.natural_village end) as natural_village
 from households h left join gone v on v.code = h.village_code left join gone g on g.code = h.natural_village
 where h.village_code in (select left(code, 12) from gone) and h.status <> 'removed'
  and coalesce(left(g.successor, 12), v.successor) is not null)"""
_FOLLOW = text(f"with {_FOLLOWING} select left_village, village_code, count(*) from following group by 1, 2")  # noqa: S608
_LEFT = text(
    f"with {_FOLLOWING} select count(*) from households where village_code = any(cast(:villages as text[]))"  # noqa: S608
    " and status not in ('closed', 'removed') and id not in (select id from following)"
)

# Held by a statement of its own: the next one then sees the last version of each.
_HOLD = text(
    f"with {_FOLLOWING} select id from households where id in (select id from following order by id limit :most)"  # noqa: S608
    " order by id for update"
)

# True since the day of the change, or since what the file states of its place is, where that came later.
_CARRY = text(f"""
with {_FOLLOWING},
moving as materialized (select * from following where id = any(cast(:ids as uuid[]))),
changed as (
 update households h set village_code = m.village_code, natural_village = m.natural_village, version = h.version + 1
 from moving m where h.id = m.id
 returning h.id, h.version, h.status, m.left_village, m.left_natural, m.village_code, m.natural_village),
people as (
 update household_members p set village_code = m.village_code from moving m
 where p.household_id = m.id and p.village_code <> m.village_code),
findings as (
 update quality_findings q set village_code = m.village_code from moving m
 where q.household_id = m.id and q.closed_run is null),
doubts as (
 update comparison_doubts d set village_code = m.village_code from moving m
 where d.household_id = m.id and d.state <> 'closed'),
versions as (
 insert into household_versions
  (household_id, version, status, village_code, recorded_at, recorded_on, true_from, content)
 select c.id, c.version, c.status, c.village_code, :now, :today, greatest(:since, (
   select v.true_from from household_versions v where v.household_id = c.id and v.version > coalesce((
     select max(o.version) from household_versions o where o.household_id = c.id
      and (o.village_code, o.content ->> 'natural_village') is distinct from (c.left_village, c.left_natural)), 0)
   order by v.version limit 1)),
  b.content - 'natural_village' || jsonb_strip_nulls(
   jsonb_build_object('village_code', c.village_code, 'natural_village', c.natural_village))
 from changed c join household_versions b on b.household_id = c.id and b.version = c.version - 1),
events as (
 insert into household_events
  (household_id, version, kind, at, "on", by, person, office, office_name, reason, facts)
 select c.id, c.version, '{KIND}', :now, :today, :by, :person, :office, :office_name, :reason,
  jsonb_build_object('division_change_id', cast(:change as bigint), 'changed', to_jsonb(array_remove(array[
   case when c.left_village <> c.village_code then '/village_code' end,
   case when c.left_natural is distinct from c.natural_village then '/natural_village' end], null)))
 from changed c)
select count(*) from changed""")  # noqa: S608 - texts of ours


_FORGET_CHECKS = text(
    f"with {_FOLLOWING} delete from quality_checked_villages where village_code in (select code from gone)"  # noqa: S608
)


async def following(session: AsyncSession, change_id: int) -> Sequence[tuple[str, str, int]]:
    """From which village to which how many files follow a change that is written."""
    return [(row[0], row[1], row[2]) for row in await session.execute(_FOLLOW, {"change": change_id})]


async def left(session: AsyncSession, change_id: int, villages: Collection[str]) -> int:
    """Files of these villages, but for closed ones, that a change which is written takes nowhere."""
    return int((await session.execute(_LEFT, {"change": change_id, "villages": list(villages)})).scalar_one())


async def carry(
    session: AsyncSession,
    change: DivisionChange,
    office_name: str,
    since: date,
    *,
    today: date,
    now: datetime,
    most: int,
) -> tuple[int, bool]:
    """Carry over at most so many files, with their people, open findings and doubts. How many, and whether more may
    be left."""
    ids = list(await session.scalars(_HOLD, {"change": change.id, "most": most}))
    values: dict[str, Any] = {
        "change": change.id, "since": since, "today": today, "now": now, "ids": ids, "by": change.recorded_by,
        "person": change.recorded_person, "office": change.recorded_office, "office_name": office_name,
        "reason": change.reason,
    }  # fmt: skip
    return int((await session.execute(_CARRY, values)).scalar_one()), len(ids) == most


async def forget_checks(session: AsyncSession, change_id: int) -> None:
    """What a village that files left was last checked with counts no more: they count where they are checked next."""
    await session.execute(_FORGET_CHECKS, {"change": change_id})


async def next_waiting(session: AsyncSession) -> tuple[DivisionCarry, DivisionChange] | None:
    """A change whose files are not all carried over, held by nobody else."""
    query = (
        select(DivisionCarry, DivisionChange)
        .join(DivisionChange, DivisionChange.id == DivisionCarry.change_id)
        .where(DivisionCarry.done_at.is_(None))
        .order_by(DivisionCarry.change_id)
        .limit(1)
        .with_for_update(of=DivisionCarry, skip_locked=True)
    )
    row = (await session.execute(query)).first()
    return None if row is None else (row[0], row[1])


async def is_under_way(session: AsyncSession, codes: Collection[str]) -> bool:
    """Whether files are still being carried over by a change that speaks of one of these divisions."""
    query = (
        select(DivisionCarry.change_id)
        .join(DivisionChanged, DivisionChanged.change_id == DivisionCarry.change_id)
        .where(DivisionCarry.done_at.is_(None), DivisionChanged.division_code.in_(codes))
    )
    return (await session.execute(query.limit(1))).first() is not None


async def work_open(session: AsyncSession, villages: Collection[str]) -> tuple[int, int]:
    """Identifications under way in these villages, and requests from or to them that wait for a decision."""
    lists = select(func.count()).where(Identification.village_code.in_(villages), Identification.state.in_(OPEN_STATES))
    requests = (
        select(func.count())
        .select_from(NaturalChange)
        .outerjoin(NaturalChangeDecision, NaturalChangeDecision.change_id == NaturalChange.id)
        .where(
            or_(NaturalChange.village_code.in_(villages), NaturalChange.other_village_code.in_(villages)),
            NaturalChange.requested,
            NaturalChangeDecision.change_id.is_(None),
        )
    )
    return (await session.execute(lists)).scalar_one(), (await session.execute(requests)).scalar_one()


async def of_changes(session: AsyncSession, change_ids: Collection[int]) -> dict[int, DivisionCarry]:
    """What these changes carry over, by change."""
    rows = await session.scalars(select(DivisionCarry).where(DivisionCarry.change_id.in_(change_ids)))
    return {row.change_id: row for row in rows}
