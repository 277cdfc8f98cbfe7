"""Answering funds: which of these people are on the register on a day."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import masking
from services.registry.domain.eligibility import NOT_REGISTERED, Standing, standing_on
from services.registry.operations.trail import Trail
from services.registry.storage import eligibility as storage
from services.registry.storage.sealing import Seals
from shared.schemas.registry import EligibilityAnswer, EligibilityAnswers, EligibilityQuestion

UNKNOWN = b""
"""In place of the index of a person whose id this register never gave out."""


async def answer(session: AsyncSession, trail: Trail, seals: Seals, request: EligibilityQuestion) -> EligibilityAnswers:
    """One answer per person asked, in their order. Whoever is outside the actor's scope is not registered."""
    by_id = await storage.indexes_of(session, [UUID(asked.person_id) for asked in request.people if asked.person_id])
    indexes = [
        by_id.get(asked.person_id or "", UNKNOWN)
        if asked.identity_number is None
        else seals.index(asked.identity_number)
        for asked in request.people
    ]
    found = await storage.persons(session, trail.actor, indexes)
    first = await storage.first_ids(session, list(found))
    answers = [
        _answer(asked.ref, found.get(index), first.get(index, ""), request.on)
        for asked, index in zip(request.people, indexes, strict=True)
    ]
    subjects = [given.person_id for given in answers if given.person_id is not None]
    await trail.note(session, "person.eligibility", subjects)
    return EligibilityAnswers(answers=answers)


def _answer(ref: str, row: Any, person_id: str, day: date) -> EligibilityAnswer:
    standing = None if row is None else Standing(
        row.status, row.registered_on, row.closed_on, row.departure, row.departed_on
    )  # fmt: skip
    status = standing_on(standing, day)
    if row is None or status == NOT_REGISTERED:
        return EligibilityAnswer(ref=ref, status="not_registered")
    return EligibilityAnswer(
        ref=ref,
        status=status,
        person_id=person_id,
        household_id=str(row.household_id),
        division_code=row.village_code,
        name_masked=masking.name(row.name),
        household_version=row.version,
    )
