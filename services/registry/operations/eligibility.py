"""Answering funds: which of these people are on the register on a day, and the facts a grant depends on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import eligibility as rules
from services.registry.domain import masking
from services.registry.domain.eligibility import NOT_REGISTERED, Standing, standing_on
from services.registry.domain.identity_numbers import age_on
from services.registry.operations.trail import Trail
from services.registry.storage import eligibility as storage
from services.registry.storage.sealing import Seals, account_of
from shared.schemas.registry_eligibility import (
    EligibilityAnswer,
    EligibilityAnswers,
    EligibilityQuestion,
    FactTest,
    FactValue,
    MatchingAnswers,
    MatchingQuestion,
)

UNKNOWN = b""
"""In place of the index of a person whose id this register never gave out."""
MARK_LENGTH = 32


async def answer(session: AsyncSession, trail: Trail, seals: Seals, request: EligibilityQuestion) -> EligibilityAnswers:
    """One answer per person asked, in their order. Whoever is outside the actor's scope is not registered.

    The standing is that of the day asked for; the facts are told as the file states them now.
    """
    facts = rules.require_facts(request.facts)
    by_id = await storage.indexes_of(session, [UUID(asked.person_id) for asked in request.people if asked.person_id])
    indexes = [
        by_id.get(asked.person_id or "", UNKNOWN)
        if asked.identity_number is None
        else seals.index(asked.identity_number)
        for asked in request.people
    ]
    found = await storage.persons(session, trail.actor, indexes, facts)
    told = await _ids_and_facts(session, seals, list(found.values()), facts, request.on)
    answers = [
        _answer(asked.ref, found.get(index), told.get(index, ("", {})), request.on)
        for asked, index in zip(request.people, indexes, strict=True)
    ]
    await _note(session, trail, answers, facts)
    return EligibilityAnswers(answers=answers)


async def matching(session: AsyncSession, trail: Trail, seals: Seals, request: MatchingQuestion) -> MatchingAnswers:
    """A page of the people of an area who meet every test: who is entitled to what a programme gives."""
    facts = rules.require_facts(request.facts)
    for index, test in enumerate(request.tests):
        rules.require_test(index, test.fact, test.values, test.low, test.high)
    after = UUID(request.after) if request.after else None
    tests = [_test(test) for test in request.tests]
    rows = await storage.matching(
        session, trail.actor, request.division_code, tests, facts, request.on, after, request.limit + 1,
        [rules.HOUSEHOLD_STATUS[status] for status in request.statuses],
    )  # fmt: skip
    page = rows[: request.limit]
    told = await _ids_and_facts(session, seals, page, facts, request.on)
    answers = [_answer(str(row.member_id), row, told[row.identity_index], request.on) for row in page]
    await _note(session, trail, answers, facts)
    more = len(rows) > len(page)
    return MatchingAnswers(answers=answers, next_after=str(page[-1].member_id) if more else None)


def _test(test: FactTest) -> storage.Test:
    return storage.Test(test.fact, tuple(test.values), test.low, test.high)


async def _note(
    session: AsyncSession, trail: Trail, answers: Sequence[EligibilityAnswer], facts: frozenset[str]
) -> None:
    subjects = [given.person_id for given in answers if given.person_id is not None]
    await trail.note(session, "person.eligibility", subjects, ",".join(["masked", *sorted(facts)]))


async def _ids_and_facts(
    session: AsyncSession, seals: Seals, rows: Sequence[Any], facts: frozenset[str], day: date
) -> dict[bytes, tuple[str, dict[str, FactValue]]]:
    """By blind index: the id the person was first given, and what is to be told of them."""
    head_of: Mapping[UUID, bytes] = {}
    if rules.HEAD in facts:
        head_of = await storage.heads(session, [row.household_id for row in rows])
    kin = await _kin_of(session, rows) if facts & {rules.KIN, rules.ABSORBED} else {}
    formerly: Mapping[str, list[str]] = {}
    if rules.FORMERLY in facts:
        formerly = await storage.formerly(session, [row.village_code for row in rows])
    first = await storage.first_ids(session, sorted({row.identity_index for row in rows} | set(head_of.values())))
    told = {}
    for row in rows:
        values: dict[str, FactValue] = {name: getattr(row, f"fact_{name}") for name in facts - rules.WORKED_OUT}
        if rules.AGE in facts:
            values[rules.AGE] = age_on(row.birth_date, day)
        if rules.HEAD in facts:
            values[rules.HEAD] = first.get(head_of.get(row.household_id, UNKNOWN))
        if rules.ACCOUNT in facts:
            values[rules.ACCOUNT] = mark_of(seals, row.household_id, row.bank_account_sealed)
        if rules.KIN in facts:
            values[rules.KIN] = {str(one.id): one.since.isoformat() for one in kin.get(row.household_id, ())}
        if rules.ABSORBED in facts:
            values[rules.ABSORBED] = [str(one.id) for one in kin.get(row.household_id, ()) if one.absorbed]
        if rules.FORMERLY in facts:
            values[rules.FORMERLY] = list(formerly.get(row.village_code, ()))
        told[row.identity_index] = (first[row.identity_index], values)
    return told


async def _kin_of(session: AsyncSession, rows: Sequence[Any]) -> Mapping[UUID, Sequence[Any]]:
    """By household: those it came from."""
    found: dict[UUID, list[Any]] = {}
    for one in await storage.kin(session, [row.household_id for row in rows]):
        found.setdefault(one.root, []).append(one)
    return found


def mark_of(seals: Seals, household: UUID, sealed: str | None) -> str | None:
    """Equal for equal accounts, and nothing to be read from it: a keyed hash of the account's number."""
    if sealed is None:
        return None
    return seals.index("account:" + seals.open(sealed, account_of(household))).hex()[:MARK_LENGTH]


def _answer(ref: str, row: Any, told: tuple[str, dict[str, FactValue]], day: date) -> EligibilityAnswer:
    standing = None if row is None else Standing(
        row.status, row.registered_on, row.closed_on, row.departure, row.departed_on
    )  # fmt: skip
    status = standing_on(standing, day)
    if row is None or status == NOT_REGISTERED:
        return EligibilityAnswer(ref=ref, status="not_registered")
    return EligibilityAnswer(
        ref=ref,
        status=status,
        person_id=told[0],
        household_id=str(row.household_id),
        division_code=row.village_code,
        name_masked=masking.name(row.name),
        household_version=row.version,
        facts=told[1],
    )
