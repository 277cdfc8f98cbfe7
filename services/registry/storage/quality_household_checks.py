"""What each named condition on a household means, as SQL: true where the rule is broken.

`h` is a household of `files` with what its people add up to, `g` the figures (storage/quality_evaluation.py). Columns
named `*_ever` count people who have left the household by a natural change as well.
"""

from __future__ import annotations

from services.registry.domain.code_lists import BY_CODE
from services.registry.storage.quality_member_checks import one_of

_DANGEROUS = one_of(code for code, row in BY_CODE["housing_level"].items() if row.facts["dangerous"] == "1")
_DEVELOPMENTAL = [code for code, row in BY_CODE["assistance_measure"].items() if row.facts["developmental"] == "1"]

_IN_DANGER = f"h.housing_level in {_DANGEROUS}"
_BELOW = "h.net_fen < {line} * h.people"
_POOR = _BELOW.format(line="g.monitoring_line")
_LABOURLESS = "h.people > 0 and h.with_labour = 0 and h.labour_unstated = 0"


def _measure(*codes: str) -> str:
    """One of these measures is registered."""
    return "h.measures && array[" + ",".join(f"'{code}'" for code in codes) + "]::varchar[]"


def _risk(code: str) -> str:
    return f"'{code}' = any(h.risks)"


def _missing(risk: str, *measures: str) -> str:
    return f"{_risk(risk)} and not {_measure(*measures)}"


def _out_of_bounds(column: str) -> str:
    return f"h.{column} < 0 or h.{column} > g.{column}_limit"


def _unstated(column: str) -> str:
    return f"h.{column} is null"


_JOB_AID = _measure("employment", "public_post")
_UNMONITORED = "not h.monitored"

_FAMILY = {
    "no_head": "h.heads = 0",
    "several_heads": "h.heads > 1",
    "spouse_twice": "h.spouses > 1",
    "couple_same_sex": "h.heads = 1 and h.spouses = 1 and h.head_sex = h.spouse_sex",
    "phone_missing_or_length": "not h.has_phone or 'phone_length' = any(h.opened)",
    "phone_missing_or_form": "not h.has_phone or 'phone_form' = any(h.opened)",
}
_UNSTATED = {
    "water_unstated": _unstated("safe_water"),
    "toilet_unstated": _unstated("toilet"),
    "arable_unstated": _unstated("arable_mu"),
    "forest_unstated": _unstated("forest_mu"),
    "returned_forest_unstated": _unstated("returned_forest_mu"),
    "fruit_unstated": _unstated("fruit_mu"),
    "pasture_unstated": _unstated("pasture_mu"),
    "water_area_unstated": _unstated("water_mu"),
    "road_type_unstated": _unstated("road_type"),
    "housing_area_unstated": _unstated("housing_area_m2"),
    "housing_level_unstated": _unstated("housing_level"),
    "electricity_unstated": _unstated("electricity"),
    "distance_unstated": _unstated("road_distance_km"),
    "distance_no_number": "h.road_distance_km is null or h.road_distance_km = 'NaN'",
    "risk_unstated": "cardinality(h.risks) = 0",
    "risk_day_unstated": _unstated("risk_identified_on"),
    "other_risk_without_note": f"{_risk('other')} and h.risk_note is null",
    "monitor_contact_unstated": "h.monitor_contact is null or not h.has_monitor_phone",
    "clearing_facts_unstated": "h.net_fen is null or h.housing_level is null or h.safe_water is null"
    " or h.medical_unstated > 0",
}
_BOUNDS = {
    "arable_out_of_bounds": _out_of_bounds("arable_mu"),
    "forest_out_of_bounds": _out_of_bounds("forest_mu"),
    "returned_forest_out_of_bounds": _out_of_bounds("returned_forest_mu"),
    "fruit_out_of_bounds": _out_of_bounds("fruit_mu"),
    "pasture_out_of_bounds": _out_of_bounds("pasture_mu"),
    "water_out_of_bounds": _out_of_bounds("water_mu"),
    "distance_far": "h.road_distance_km * 1000 > g.road_distance_limit and h.road_distance_km <> 'NaN'",
}
_GUARANTEES = {
    "dangerous_housing": _IN_DANGER,
    "dangerous_housing_unmonitored": f"{_IN_DANGER} and {_UNMONITORED}",
    "unsafe_water": "h.safe_water is false",
    "unsafe_water_unmonitored": f"h.safe_water is false and {_UNMONITORED}",
    "serious_illness_uninsured_unmonitored": f"h.without_serious_illness > 0 and {_UNMONITORED}",
    "guarantees_broken": f"{_IN_DANGER} or h.safe_water is false or h.uninsured > 0 or h.out_of_school > 0",
    "dropout_in_family": "h.out_of_school > 0",
    "medical_insurance_wrong_in_family": "h.uninsured > 0 or h.insured_twice > 0",
    "no_electricity": "h.electricity is false",
    "unsafe_water_without_risk": f"h.safe_water is false and not {_risk('unsafe_water')}",
    "uninsured_without_risk": f"h.uninsured > 0 and not {_risk('illness')}",
}
_INCOME = {
    "poor_unmonitored": f"{_POOR} and {_UNMONITORED}",
    "below_poverty_line": _BELOW.format(line="g.poverty_line"),
    "income_suspicious": "extract(year from h.risk_identified_on) >= g.suspect_income_from_year"
    " and h.net_fen > g.suspect_income_per_head * h.people",
    "cleared_below_line": f"h.risk_clearing = 'assisted' and {_BELOW.format(line='h.monitoring_line_when_cleared')}",
    "wage_suspicious": "h.wage_fen > 0 and h.wage_fen < g.suspect_wage_below",
    "job_aid_without_wage": f"{_JOB_AID} and coalesce(h.wage_fen, 0) = 0",
    "allowance_without_transfer": "(h.dibao > 0 or h.tekun > 0) and coalesce(h.transfer_fen, 0) = 0",
    "industry_without_business_income": f"{_measure('industry')} and coalesce(h.business_fen, 0) = 0",
    "illness_risk_without_cost": f"{_risk('illness')} and coalesce(h.self_paid_medical_fen, 0) = 0",
}
_MEASURES = {
    "assisted_without_measure": "h.risk_clearing = 'assisted' and cardinality(h.measures) = 0",
    "no_measure_in_time": "cardinality(h.measures) = 0"
    " and h.risk_identified_on + make_interval(months => g.first_measure_months::int) < g.today",
    "relocation_after_end": f"{_measure('relocation')}"
    " and extract(year from h.risk_identified_on) >= g.relocation_ended_year",
    "illness_without_health_or_security": _missing("illness", "health", "social", "comprehensive"),
    "illness_without_health": _missing("illness", "health", "social"),
    "schooling_without_education": _missing("schooling", "schooling", "compulsory_schooling"),
    "schooling_without_measure": _missing("schooling", "schooling", "compulsory_schooling", "social"),
    "disability_without_security": _missing("disability", "comprehensive", "social"),
    "housing_without_measure": _missing("unsafe_housing", "housing"),
    "housing_without_housing_or_relocation": _missing("unsafe_housing", "housing", "relocation"),
    "water_without_measure": _missing("unsafe_water", "water"),
    "dropout_without_measure": f"h.out_of_school > 0 and not {_measure('compulsory_schooling')}",
    "uninsured_without_measure": f"h.uninsured > 0 and not {_measure('health', 'social')}",
    "dibao_without_measure": f"h.dibao > 0 and not {_measure('comprehensive')}",
    "tekun_without_measure": f"h.tekun > 0 and not {_measure('comprehensive')}",
    "severe_without_measure": f"h.severe_ever > 0 and not {_measure('comprehensive')}",
    "able_only_security": "h.with_labour > 0 and h.measures = array['comprehensive']::varchar[]",
    "able_without_development": f"h.with_labour > 0 and not {_measure(*_DEVELOPMENTAL)} and (h.risk_identified_on is"
    " null or h.risk_identified_on + make_interval(months => g.developmental_measure_months::int) < g.today)",
}
_LABOUR = {
    "lack_of_labour_but_all_able": f"{_risk('no_labour')} and h.people > 0 and h.with_labour = h.people",
    "lack_of_labour_but_half_able": f"{_risk('no_labour')} and h.people >= g.labour_family_size"
    " and h.able * g.labour_share_half_of >= h.people * g.labour_share_half",
    "lack_of_labour_but_quarter_able": f"{_risk('no_labour')}"
    " and h.able * g.labour_share_quarter_of > h.people * g.labour_share_quarter",
    "labourless_cleared": f"{_LABOURLESS} and h.with_labour_ever = 0",
    "labourless_without_dibao": f"{_LABOURLESS} and h.dibao = 0",
    "unstable_work_labourless": f"{_risk('unstable_work')} and {_LABOURLESS} and h.with_labour_ever = 0",
    "unstable_work_without_work": f"{_risk('unstable_work')} and h.away = 0",
    "job_aid_without_worker": f"{_JOB_AID} and h.worked_since = 0",
    "job_aid_without_worker_now": f"{_JOB_AID} and h.working = 0 and (h.risk_cleared_on is null"
    " or extract(year from h.risk_identified_on) = extract(year from g.today))",
    "disability_risk_without_disabled": f"{_risk('disability')} and h.disabled = 0",
    "illness_risk_without_ill": f"{_risk('illness')} and h.ill_ever = 0",
}
_CLEARING = {
    "cleared_too_soon": "h.risk_cleared_on < h.risk_identified_on"
    " + make_interval(months => h.clearing_months_when_cleared::int)",
    "cleared_at_once": "h.risk_clearing = 'assisted'"
    " and h.risk_cleared_on < date_trunc('month', h.risk_identified_on::timestamp) + interval '2 months'",
}
HOUSEHOLD_CHECKS: dict[str, str] = (
    _FAMILY | _UNSTATED | _BOUNDS | _GUARANTEES | _INCOME | _MEASURES | _LABOUR | _CLEARING
)
"""Condition by name."""
