"""HTTP of eligibility, asked by funds."""

from __future__ import annotations

from services.registry.api.reading import CurrentSeals, CurrentTrail, asks
from services.registry.operations import eligibility as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import needs_service
from shared.schemas.registry_eligibility import (
    EligibilityAnswers,
    EligibilityQuestion,
    MatchingAnswers,
    MatchingQuestion,
)

internal = new_router("/internal/persons", "internal")


@internal.post("/eligibility", operation_id="internal_person_eligibility", **asks(needs_service("funds")))
async def internal_person_eligibility(
    body: EligibilityQuestion, session: Session, trail: CurrentTrail, seals: CurrentSeals
) -> EligibilityAnswers:
    return await operations.answer(session, trail, seals, body)


@internal.post("/matching", operation_id="internal_person_matching", **asks(needs_service("funds")))
async def internal_person_matching(
    body: MatchingQuestion, session: Session, trail: CurrentTrail, seals: CurrentSeals
) -> MatchingAnswers:
    return await operations.matching(session, trail, seals, body)
