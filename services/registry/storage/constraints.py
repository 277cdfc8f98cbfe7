"""What a violated database constraint means to the person who caused it."""

from __future__ import annotations

from services.registry.domain import refusals
from shared.refusals import PreconditionFailed, Refusal

CONSTRAINTS: dict[str, type[Refusal]] = {
    "ck_divisions_code_form": refusals.DivisionCodeMalformed,
    "ck_divisions_parent_is_prefix": refusals.DivisionParentWrong,
    "uq_division_kinds_open": refusals.DivisionKindOverlap,
    "uq_parameters_open": refusals.ParameterRetroactive,
    "uq_parameters_key_division_code_valid_from": refusals.ParameterRetroactive,
    "ck_parameters_days_in_order": refusals.ParameterRetroactive,
    "pk_exit_plans": refusals.PlanChanged,
    "fk_households_village_code": refusals.DivisionUnknown,
    "uq_households_national_household_no": refusals.NationalNumberTaken,
    "ck_households_causes_differ": refusals.CauseRepeated,
    "uq_household_members_active_identity": refusals.PersonOnAnotherFile,
    "uq_household_members_one_head": refusals.HeadNotOne,
    "ck_household_members_education_xor_schooling": refusals.EducationXorSchooling,
    "ck_household_members_away_months_range": refusals.AwayMonthsRange,
    "pk_household_versions": PreconditionFailed,
    "pk_register_years": refusals.YearClosedAlready,
    "uq_register_year_closings_unfinished": refusals.YearBeingClosed,
    "uq_corrections_asked": refusals.CorrectionOpen,
    "pk_correction_decisions": refusals.CorrectionDecided,
    "uq_identification_households_open": refusals.HouseholdNotProposable,
    "pk_village_meetings": refusals.StepNotDue,
    "pk_village_notices": refusals.StepNotDue,
    "uq_identification_decisions_step": refusals.StepNotDue,
    "pk_objection_answers": refusals.ObjectionAnswered,
    "pk_natural_change_decisions": refusals.ChangeDecided,
    "uq_member_absences_open": refusals.AlreadyAway,
    "uq_quality_runs_unfinished": refusals.QualityRunUnderway,
    "uq_comparison_lists_batch": refusals.ComparisonBatchDiffers,
    "uq_comparison_lists_content": refusals.ComparisonBatchDiffers,
    "pk_comparison_doubt_steps": refusals.DoubtStepNotDue,
    "pk_quality_exemption_decisions": refusals.QualityExemptionDecided,
}
