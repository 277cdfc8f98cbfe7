"""What a violated database constraint means to the person who caused it."""

from __future__ import annotations

from services.projects.domain import refusals, refusals_fundings, refusals_plans, refusals_works
from shared.refusals import Refusal, TryAgain

CONSTRAINTS: dict[str, type[Refusal]] = {
    "uq_parameters_key_division_code_valid_from": refusals.ParameterOverlaps,
    "uq_parameters_open": refusals.ParameterOverlaps,
    "uq_notices_project_code_round_step": refusals.NotTheNextStep,
    "uq_decisions_project_code_round_step": refusals.NotTheNextStep,
    "uq_project_imports_content": TryAgain,
    "pk_plan_decisions": refusals_plans.PlanDecided,
    "uq_plan_lines_plan_id_project_code_fund_source": refusals_plans.PlanLineTwice,
    "ck_projects_plan_within_estimate": refusals_plans.PlanOverEstimate,
    "ck_projects_funded_within_plan": refusals_fundings.PlanLineCommitted,
    "ck_projects_contract_within_plan": refusals_works.ContractOverPlan,
    "uq_notices_plan_id": refusals_plans.PlanNoticed,
    "pk_tenders": refusals_works.WorksStateWrong,
    "pk_contracts": refusals_works.WorksStateWrong,
    "pk_assets": refusals_works.WorksStateWrong,
}
