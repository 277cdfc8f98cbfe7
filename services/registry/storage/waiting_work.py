"""What waits of what a person began in the register."""

from __future__ import annotations

from services.registry.storage.tables import Correction, HouseholdExport, Identification
from shared.chassis.waiting_work import Waiting

WAITING = [
    Waiting(
        "identification", Identification.id, Identification.proposed_person, Identification.state,
        Identification.village_code, ("proposed", "reviewed", "noticed", "township_approved"),
    ),
    Waiting(
        "correction", Correction.id, Correction.asked_person, Correction.state, Correction.county_code, ("asked",)
    ),
    Waiting(
        "household_export", HouseholdExport.id, HouseholdExport.created_person, HouseholdExport.state,
        HouseholdExport.division_code, ("waiting", "ready"),
    ),
]  # fmt: skip
