"""One statement that asks every rule of every file of an area: a few scans, however many rules there are.

Each row is asked each condition once and answers with the names of those it breaks; rules then pick from the names by
the population the household is of. The same statement serves an area and a single household.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain.code_lists import BY_CODE
from services.registry.domain.parameters import UNITS
from services.registry.domain.quality_rules import CHECKED_RULES, FIGURES, HOUSEHOLD, MEMBER, Span
from services.registry.storage.quality_household_checks import HOUSEHOLD_CHECKS
from services.registry.storage.quality_member_checks import MEMBER_CHECKS, one_of

OF_AREA = "h.village_code >= :first and h.village_code < :beyond and h.village_code = any(cast(:villages as text[]))"
OF_HOUSEHOLD = "h.id = :household_id"
_PEOPLE_OF = {
    OF_AREA: "m.village_code >= :first and m.village_code < :beyond",
    OF_HOUSEHOLD: "m.household_id = :household_id",
}
"""The people of the files, told apart by their own columns: so they are read by an index, in one scan."""
CHECKED_FILES = "h.status <> 'removed' and h.closed_on is null"
"""Files that are checked: all but those struck off or closed."""

_RATIOS = tuple(f"{key}_of" for key in FIGURES if UNITS[key] == "fraction")
_OUTSIDE = one_of(code for code, row in BY_CODE["away_region"].items() if row.facts["outside_county"] == "1")
_FINISHED = "('junior_middle','senior_middle','college','bachelor')"
_ABLE, _LABOUR = "('ordinary','skilled')", "('ordinary','skilled','weak')"

_PEOPLE = f"""
people as materialized (
 select m.id, m.household_id, m.active, m.sex, m.relation, m.ethnicity, m.education, m.schooling, m.dropout_reason,
  m.health, m.disability_category, m.disability_grade, m.labour, m.medical_insurance, m.employee_medical,
  m.serious_illness_insurance, m.medical_aid, m.pension_insurance, m.employee_pension, m.dibao, m.tekun,
  m.away_months, m.away_place, m.away_from, m.away_to, m.away_income_fen, m.employer, m.job_channel, m.public_post,
  m.public_post_months,
  m.disability_sealed is not null as has_certificate, m.phone_sealed is not null as has_phone,
  coalesce(opened.faults, array[]::text[]) as opened,
  extract(year from age(g.today, m.birth_date)) as age,
  extract(year from age(m.away_from, m.birth_date)) as age_when_away,
  m.health = array['healthy']::varchar[] as healthy,
  m.medical_insurance is not true and m.employee_medical is not true as uninsured,
  m.away_months > 0 as away,
  m.away_months > 0 and (m.away_to is null or m.away_to >= g.today) as away_now,
  m.away_months > 0 and (m.away_region in {_OUTSIDE}
   or (m.away_place is not null and left(m.away_place, 6) <> left(m.village_code, 6))) is true as outside_county,
  m.active and m.schooling is null and coalesce(m.education, '') not in {_FINISHED}
   and m.birth_date <= g.today - make_interval(years => g.compulsory_age_from::int)
   and m.birth_date > g.today - make_interval(years => g.compulsory_age_below::int) as out_of_school,
  a.risk_identified_on
 from area a join household_members m on m.household_id = a.id cross join g
  left join opened on opened.id = m.id where {{which}}
)"""  # noqa: S608 - code lists and conditions of this service, never of a request

_FAMILY = f"""
family as materialized (
 select household_id,
  count(*) filter (where active) as people,
  count(*) filter (where active and relation = 'head') as heads,
  count(*) filter (where active and relation = 'spouse') as spouses,
  min(sex) filter (where active and relation = 'head') as head_sex,
  min(sex) filter (where active and relation = 'spouse') as spouse_sex,
  count(*) filter (where active and labour in {_ABLE}) as able,
  count(*) filter (where active and labour in {_LABOUR}) as with_labour,
  count(*) filter (where labour in {_LABOUR}) as with_labour_ever,
  count(*) filter (where active and labour is null) as labour_unstated,
  count(*) filter (where active and 'disability' = any(health)) as disabled,
  count(*) filter (where disability_grade in ('1','2')) as severe_ever,
  count(*) filter (where health && array['serious_illness','chronic_illness']::varchar[]) as ill_ever,
  count(*) filter (where active and dibao) as dibao,
  count(*) filter (where active and tekun) as tekun,
  count(*) filter (where active and uninsured) as uninsured,
  count(*) filter (where active and medical_insurance and employee_medical) as insured_twice,
  count(*) filter (where active and medical_insurance is null and employee_medical is null) as medical_unstated,
  count(*) filter (where active and serious_illness_insurance is false) as without_serious_illness,
  count(*) filter (where out_of_school) as out_of_school,
  count(*) filter (where active and away) as away,
  count(*) filter (where active and (away_now or public_post is not null)) as working,
  count(*) filter (where public_post is not null or (away
   and (away_to is null or risk_identified_on is null or away_to >= risk_identified_on))) as worked_since
 from people group by household_id
)"""  # noqa: S608 - as above

_FILES = """
files as materialized (
 select a.*, f.*,
  a.wage_fen + a.business_fen + a.property_fen + a.transfer_fen - a.business_cost_fen as net_fen,
  coalesce(opened.faults, array[]::text[]) as opened,
  a.monitor_type is not null as monitored,
  case when a.risk_cleared_on is not null then (select s.value from spans s
   where s.key = 'monitoring_line' and a.risk_cleared_on between s.first and s.last)
   end as monitoring_line_when_cleared,
  case when a.risk_cleared_on is not null then (select s.value from spans s
   where s.key = 'risk_clearing_months' and a.risk_cleared_on between s.first and s.last)
   end as clearing_months_when_cleared,
  array_remove(array['any',
   case when a.household_type = 'out_of_poverty' then 'out_of_poverty' end,
   case when a.monitor_type is not null then 'monitored' end,
   case when a.monitor_type is not null and a.risk_cleared_on is null then 'uncleared' end,
   case when a.monitor_type is not null and a.risk_cleared_on is not null then 'cleared' end,
   case when a.household_type = 'out_of_poverty' or a.monitor_type is not null then 'either' end
  ], null) as populations
 from area a join family f on f.household_id = a.id left join opened on opened.id = a.id
)"""

_AREA = """
area as materialized (
 select h.id, h.village_code, h.household_type, h.risk_identified_on, h.risk_cleared_on, h.risk_clearing, h.risks,
  h.risk_note, h.measures, h.monitor_type, h.monitor_contact, h.housing_level, h.housing_area_m2, h.toilet,
  h.safe_water, h.electricity, h.road_type, h.road_distance_km, h.arable_mu, h.forest_mu, h.returned_forest_mu,
  h.fruit_mu, h.pasture_mu, h.water_mu, h.wage_fen, h.business_fen, h.property_fen, h.transfer_fen,
  h.business_cost_fen, h.self_paid_medical_fen, h.phone_sealed is not null as has_phone,
  h.monitor_phone_sealed is not null as has_monitor_phone
 from households h where {which} and {checked}
)"""


def _figures() -> str:
    columns = [f"cast(:{key} as bigint) as {key}" for key in (*FIGURES, *_RATIOS)]
    return f"g as materialized (select cast(:today as date) as today, {', '.join(columns)})"


def _names(conditions: Mapping[str, str], used: frozenset[str]) -> str:
    """An array of the names of the conditions a row breaks."""
    cases = [f"case when {condition} then '{name}' end" for name, condition in conditions.items() if name in used]
    return "unnest(array_remove(array[" + ",\n".join(cases) + "]::text[], null))"


def _used(scope: str) -> frozenset[str]:
    return frozenset(rule.check for rule in CHECKED_RULES.values() if rule.scope == scope)


def _found() -> str:
    """The findings: rule, subject, household, person or null, village."""
    members, households = _names(MEMBER_CHECKS, _used(MEMBER)), _names(HOUSEHOLD_CHECKS, _used(HOUSEHOLD))
    return f"""
broken as (
 select p.id as subject_id, p.household_id, p.id as member_id, h.village_code, h.populations, {members} as name
 from people p join files h on h.id = p.household_id cross join g where p.active
 union all
 select h.id, h.id, null, h.village_code, h.populations, {households} from files h cross join g
),
found as materialized (
 select r.rule, b.subject_id, b.household_id, b.member_id, b.village_code
 from broken b join rules r on r.name = b.name and r.population = any(b.populations)
)"""  # noqa: S608 - as above


def steps(which: str) -> str:
    """The common table expressions that end in `found`, for the files `which` names (OF_AREA or OF_HOUSEHOLD)."""
    area = _AREA.format(which=which, checked=CHECKED_FILES)
    rules = (
        "rules as materialized (select * from unnest(cast(:rules as text[]), cast(:names as text[]),"
        " cast(:populations as text[])) as r(rule, name, population))"
    )
    opened = (
        "opened as materialized (select o.id, string_to_array(o.faults, ',') as faults"
        " from unnest(cast(:opened_ids as uuid[]), cast(:opened_faults as text[])) as o(id, faults))"
    )
    spans = (
        "spans as materialized (select * from unnest(cast(:span_keys as text[]), cast(:span_firsts as date[]),"
        " cast(:span_lasts as date[]), cast(:span_values as bigint[])) as s(key, first, last, value))"
    )
    people = _PEOPLE.format(which=_PEOPLE_OF[which])
    return "with " + ",\n".join([_figures(), rules, opened, spans, area, people, _FAMILY, _FILES, _found()])


@dataclass(frozen=True, slots=True)
class Asked:
    """What the rules are asked with: the day, the figures in force, and what opening sealed values showed."""

    today: date
    figures: Mapping[str, int]
    spans: Sequence[Span]
    opened: Mapping[UUID, Sequence[str]]

    def values(self) -> dict[str, Any]:
        rules = CHECKED_RULES.values()
        return {
            "today": self.today,
            **self.figures,
            "rules": [rule.number for rule in rules],
            "names": [rule.check for rule in rules],
            "populations": [rule.population for rule in rules],
            "opened_ids": list(self.opened),
            "opened_faults": [",".join(faults) for faults in self.opened.values()],
            "span_keys": [span.key for span in self.spans],
            "span_firsts": [span.first for span in self.spans],
            "span_lasts": [span.last for span in self.spans],
            "span_values": [span.value for span in self.spans],
        }


@dataclass(frozen=True, slots=True)
class Found:
    """A rule broken now by a household, or by one of its people."""

    rule: str
    member_id: UUID | None


_TELL = " select rule, member_id from found order by rule, member_id"
_ONE = text(steps(OF_HOUSEHOLD) + _TELL)


async def prepare(session: AsyncSession) -> None:
    """Settings of this transaction alone. Compiling hundreds of conditions takes longer than asking them."""
    await session.execute(text("set local jit = off"))


async def prepare_area(session: AsyncSession) -> None:
    """As prepare, for many files: how many a step hands to the next the planner cannot know, and what it takes for one
    row it would go through again for every other."""
    await prepare(session)
    await session.execute(text("set local enable_nestloop = off"))
    await session.execute(text("set local work_mem = '64MB'"))


async def of_household(session: AsyncSession, household_id: UUID, asked: Asked) -> list[Found]:
    """The rules this household and its people break now."""
    await prepare(session)
    rows = await session.execute(_ONE, {"household_id": household_id, **asked.values()})
    return [Found(row[0], row[1]) for row in rows]
