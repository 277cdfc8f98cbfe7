"""SQL of findings: what a run found in a part of its area, put beside what stood there before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain.quality_rules import CHECKED_RULES
from services.registry.storage import quality_evaluation as evaluation
from services.registry.storage.quality_evaluation import CHECKED_FILES, OF_AREA, Asked

PART_TIMEOUT_S = 300
TOWNSHIP_DIGITS = 9
_LOCK_CLASS = 0x51_41
"""First half of the advisory locks of parts, so that they meet no other lock."""


@dataclass(frozen=True, slots=True)
class Part:
    """Villages of one code prefix: `villages` share their figures."""

    code: str
    villages: Sequence[str]

    def values(self) -> dict[str, Any]:
        return {"first": self.code, "beyond": self.code + ":", "villages": list(self.villages)}


@dataclass(frozen=True, slots=True)
class Totals:
    """What a part had: files and people checked, findings, and how many of these are exempt."""

    households: int
    people: int
    found: int
    exempt: int


_WRITE = """,
closed as (
 update quality_findings q set closed_run = :run_id, closed_on = :today,
  last_found_on = coalesce((select v.checked_on from quality_checked_villages v
   where v.village_code = q.village_code), q.first_found_on)
 where q.closed_run is null and q.village_code >= :first and q.village_code < :beyond
  and q.village_code = any(cast(:villages as text[]))
  and not exists (select 1 from found f where f.subject_id = q.subject_id and f.rule = q.rule)
)
insert into quality_findings (rule, subject_id, household_id, member_id, village_code, opened_run, first_found_on)
select f.rule, f.subject_id, f.household_id, f.member_id, f.village_code, :run_id, :today from found f
where not exists (
 select 1 from quality_findings q where q.closed_run is null and q.village_code >= :first and q.village_code < :beyond
  and q.subject_id = f.subject_id and q.rule = f.rule and q.household_id = f.household_id
  and q.village_code = f.village_code)
on conflict (subject_id, rule) where closed_run is null do update
 set village_code = excluded.village_code, household_id = excluded.household_id"""
"""A finding that stood under another village or household has moved with its people; it stays the same finding."""
_DIFFERENCE = text(evaluation.steps(OF_AREA) + _WRITE)

EXEMPT = """exists (select 1 from quality_exemptions e
  join quality_exemption_decisions d on d.exemption_id = e.id and d.outcome = 'grant'
  where e.household_id = q.household_id and e.rule = q.rule and e.until >= :today
   and (e.member_id is null or e.member_id = q.member_id))"""
"""An exemption of the household, or of this person, is in force."""

_COUNTS = text(f"""
insert into quality_counts (run_id, village_code, rule, found, exempt)
select :run_id, q.village_code, q.rule, count(*), count(*) filter (where {EXEMPT})
from quality_findings q
where q.closed_run is null and q.village_code >= :first and q.village_code < :beyond
 and q.village_code = any(cast(:villages as text[]))
group by q.village_code, q.rule""")  # noqa: S608 - texts of storage files, never of a request

_VILLAGES = text(f"""
insert into quality_run_villages
 (run_id, village_code, households, people, with_finding, with_refuse, with_warn, with_list)
select :run_id, v.code, coalesce(h.households, 0), coalesce(h.people, 0), coalesce(b.any_level, 0),
 coalesce(b.refuse, 0), coalesce(b.warn, 0), coalesce(b.list, 0)
from unnest(cast(:villages as text[])) as v(code)
left join (
 select h.village_code, count(*) as households, sum(h.member_count) as people from households h
 where {OF_AREA} and {CHECKED_FILES} group by h.village_code) h on h.village_code = v.code
left join (
 select q.village_code, count(distinct q.household_id) as any_level,
  count(distinct q.household_id) filter (where l.level = 'refuse') as refuse,
  count(distinct q.household_id) filter (where l.level = 'warn') as warn,
  count(distinct q.household_id) filter (where l.level = 'list') as list
 from quality_findings q
 join unnest(cast(:numbers as text[]), cast(:levels as text[])) as l(number, level) on l.number = q.rule
 where q.closed_run is null and q.village_code >= :first and q.village_code < :beyond
  and q.village_code = any(cast(:villages as text[])) and not {EXEMPT}
 group by q.village_code) b on b.village_code = v.code""")  # noqa: S608 - as above

_CHECKED = text("""
insert into quality_checked_villages (village_code, run_id, checked_on)
select v.code, :run_id, :today from unnest(cast(:villages as text[])) as v(code)
on conflict (village_code) do update set run_id = excluded.run_id, checked_on = excluded.checked_on""")

_TOTALS = text("""
select coalesce((select sum(households) from quality_run_villages where run_id = :run_id
  and village_code = any(cast(:villages as text[]))), 0),
 coalesce((select sum(people) from quality_run_villages where run_id = :run_id
  and village_code = any(cast(:villages as text[]))), 0),
 coalesce((select sum(found) from quality_counts where run_id = :run_id
  and village_code = any(cast(:villages as text[]))), 0),
 coalesce((select sum(exempt) from quality_counts where run_id = :run_id
  and village_code = any(cast(:villages as text[]))), 0)""")


async def lock_part(session: AsyncSession, code: str) -> None:
    """Nobody else checks this part, its township or a village of it until the transaction ends; its statements may
    take long."""
    await evaluation.prepare_area(session)
    await session.execute(text(f"set local statement_timeout = '{PART_TIMEOUT_S}s'"))
    await session.execute(text("set local lock_timeout = '60s'"))
    key = {"class": _LOCK_CLASS, "code": code[:TOWNSHIP_DIGITS]}
    await session.execute(text("select pg_advisory_xact_lock(:class, hashtext(:code))"), key)


async def check_part(session: AsyncSession, part: Part, run_id: UUID, asked: Asked) -> Totals:
    """Ask every rule of the part's files: open new findings, close those that are gone, and count."""
    today: date = asked.today
    area = {"run_id": run_id, "today": today, **part.values()}
    levels = {"numbers": list(CHECKED_RULES), "levels": [rule.level for rule in CHECKED_RULES.values()]}
    await session.execute(_DIFFERENCE, {**area, **asked.values()})
    await session.execute(_COUNTS, area)
    await session.execute(_VILLAGES, area | levels)
    await session.execute(_CHECKED, {"run_id": run_id, "today": today, "villages": list(part.villages)})
    row = (await session.execute(_TOTALS, {"run_id": run_id, "villages": list(part.villages)})).one()
    return Totals(int(row[0]), int(row[1]), int(row[2]), int(row[3]))
