"""What waits of what a person began in the library: plans proposed. Projects wait at their office, not at a person."""

from __future__ import annotations

from services.projects.storage.tables_plans import Plan
from shared.chassis.waiting_work import Waiting

WAITING = [Waiting("plan", Plan.id, Plan.person, Plan.state, Plan.county_code, ("proposed",))]
