"""The registry's tables. Codes are text; money is fen; `*_on` is a day, `*_at` an instant, `*_by` an account."""

from __future__ import annotations

from services.registry.storage.tables.areas import Division, ExitPlan, Parameter
from services.registry.storage.tables.comparisons import ComparisonDoubt, ComparisonDoubtStep, ComparisonList
from services.registry.storage.tables.declarative import Base
from services.registry.storage.tables.divisions import (
    DivisionCarry,
    DivisionChange,
    DivisionChanged,
    DivisionFormerName,
    DivisionKind,
    DivisionLoadLine,
    DivisionSuccession,
)
from services.registry.storage.tables.exports import HouseholdExport
from services.registry.storage.tables.households import Household, HouseholdEvent, HouseholdMember, HouseholdVersion
from services.registry.storage.tables.identifications import (
    Identification,
    IdentificationDecision,
    IdentificationHousehold,
    Objection,
    ObjectionAnswer,
    VillageMeeting,
    VillageNotice,
)
from services.registry.storage.tables.imports import (
    HouseholdImport,
    HouseholdImportDifference,
    HouseholdImportFile,
    HouseholdImportRow,
)
from services.registry.storage.tables.key_rotations import KeyRotation
from services.registry.storage.tables.natural_changes import MemberAbsence, NaturalChange, NaturalChangeDecision
from services.registry.storage.tables.quality import (
    QualityCheckedVillage,
    QualityCount,
    QualityExemption,
    QualityExemptionDecision,
    QualityFinding,
    QualityRun,
    QualityRunVillage,
)
from services.registry.storage.tables.register_years import (
    Correction,
    CorrectionDecision,
    HouseholdSlice,
    RegisterYear,
    RegisterYearClosing,
    RegisterYearTotal,
)

APPEND_ONLY: frozenset[str] = frozenset(
    {
        "comparison_doubt_steps",
        "comparison_lists",
        "correction_decisions",
        "division_changed",
        "division_changes",
        "division_former_names",
        "division_successions",
        "exit_plans",
        "household_events",
        "household_import_files",
        "household_slices",
        "household_versions",
        "identification_decisions",
        "natural_change_decisions",
        "natural_changes",
        "objection_answers",
        "objections",
        "register_year_totals",
        "register_years",
        "quality_counts",
        "quality_exemption_decisions",
        "quality_exemptions",
        "quality_run_villages",
        "village_meetings",
        "village_notices",
    }
)
"""Tables on which the app role may insert and select, nothing else."""

__all__ = [
    "APPEND_ONLY",
    "Base",
    "ComparisonDoubt",
    "ComparisonDoubtStep",
    "ComparisonList",
    "Correction",
    "CorrectionDecision",
    "Division",
    "DivisionCarry",
    "DivisionChange",
    "DivisionChanged",
    "DivisionFormerName",
    "DivisionKind",
    "DivisionLoadLine",
    "DivisionSuccession",
    "ExitPlan",
    "Household",
    "HouseholdEvent",
    "HouseholdExport",
    "HouseholdImport",
    "HouseholdImportDifference",
    "HouseholdImportFile",
    "HouseholdImportRow",
    "HouseholdMember",
    "HouseholdSlice",
    "HouseholdVersion",
    "Identification",
    "IdentificationDecision",
    "IdentificationHousehold",
    "KeyRotation",
    "MemberAbsence",
    "NaturalChange",
    "NaturalChangeDecision",
    "Objection",
    "ObjectionAnswer",
    "Parameter",
    "QualityCheckedVillage",
    "QualityCount",
    "QualityExemption",
    "QualityExemptionDecision",
    "QualityFinding",
    "QualityRun",
    "QualityRunVillage",
    "RegisterYear",
    "RegisterYearClosing",
    "RegisterYearTotal",
    "VillageMeeting",
    "VillageNotice",
]
