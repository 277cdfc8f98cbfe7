"""Answering funds: which of these people are on the register on a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import masking
from services.registry.domain.eligibility import NOT_REGISTERED, Standing, standing_on
from services.registry.operations.trail import Trail
from services.registry.storage import eligibility as storage
from services.registry.storage.sealing import Seals
from shared.schemas.registry import EligibilityAnswer, EligibilityAnswers, EligibilityQuestion


async def answer(session: AsyncSession, trail: Trail, seals: Seals, request: EligibilityQuestion) -> EligibilityAnswers:
    """One answer per person asked, in their order. Whoever is outside the actor's scope is not registered."""
    indexes = [
        None if asked.identity_number is None else seals.index(asked.identity_number) for asked in request.people
    ]
    ids = [asked.person_id for asked in request.people if asked.person_id is not None]
    by_number = await storage.persons(session, trail.actor, [index for index in indexes if index is not None])
    by_id = await storage.persons_by_id(session, trail.actor, ids)
    answers = [
        _answer(asked.ref, by_id.get(asked.person_id or "") if index is None else by_number.get(index), request.on)
        for asked, index in zip(request.people, indexes, strict=True)
    ]
    subjects = [given.person_id for given in answers if given.person_id is not None]
    await trail.note(session, "person.eligibility", subjects)
    return EligibilityAnswers(answers=answers)


def _answer(ref: str, row: Any, day: date) -> EligibilityAnswer:
    standing = None if row is None else Standing(
        row.status, row.registered_on, row.closed_on, row.departure, row.departed_on
    )  # fmt: skip
    status = standing_on(standing, day)
    if row is None or status == NOT_REGISTERED:
        return EligibilityAnswer(ref=ref, status="not_registered")
    return EligibilityAnswer(
        ref=ref,
        status=status,
        person_id=str(row.person_id),
        household_id=str(row.household_id),
        division_code=row.village_code,
        name_masked=masking.name(row.name),
        household_version=row.version,
    )
