"""The registry's tables. Codes are text; money is fen; `*_on` is a day, `*_at` an instant, `*_by` an account."""

from __future__ import annotations

from services.registry.storage.tables.areas import Division, ExitPlan, Parameter
from services.registry.storage.tables.declarative import Base
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
from services.registry.storage.tables.imports import HouseholdImport, HouseholdImportFile, HouseholdImportRow

APPEND_ONLY: frozenset[str] = frozenset(
    {
        "exit_plans",
        "household_events",
        "household_import_files",
        "household_versions",
        "identification_decisions",
        "objection_answers",
        "objections",
        "village_meetings",
        "village_notices",
    }
)
"""Tables on which the app role may insert and select, nothing else."""

__all__ = [
    "APPEND_ONLY",
    "Base",
    "Division",
    "ExitPlan",
    "Household",
    "HouseholdEvent",
    "HouseholdImport",
    "HouseholdImportFile",
    "HouseholdImportRow",
    "HouseholdMember",
    "HouseholdVersion",
    "Identification",
    "IdentificationDecision",
    "IdentificationHousehold",
    "Objection",
    "ObjectionAnswer",
    "Parameter",
    "VillageMeeting",
    "VillageNotice",
]
