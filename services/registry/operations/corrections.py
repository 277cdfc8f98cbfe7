"""Corrections to closed years: the county asks, the superior office consents, and only then the file is changed."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import refusals
from services.registry.domain import register_years as rules
from services.registry.operations import field_changes, household_changes
from services.registry.operations.field_changes import version_of
from services.registry.operations.household_changes import Applied
from services.registry.operations.household_versions import Why
from services.registry.operations.trail import Trail
from services.registry.storage import corrections as storage
from services.registry.storage import household_records as records
from services.registry.storage import household_versions, households, register_years
from services.registry.storage.ids import new_id
from services.registry.storage.sealed_places import correction_of
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import Correction as Row
from services.registry.storage.tables import CorrectionDecision, Household
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import registry_years as wire
from shared.schemas.registry_history import FieldChange
from shared.schemas.registry_households import HouseholdChange
from shared.schemas.wire import Page

CORRECTED = "corrected"
_CONSENTING = ("city", "province")


async def ask(session: AsyncSession, actor: Actor, seals: Seals, request: wire.NewCorrection) -> wire.Correction:
    """Ask for consent to a change that reaches into a closed year. The file stays as it is.

    The change is tried under every rule of the file and undone. Refused where it breaks one, changes nothing, or
    touches no closed year.
    """
    if actor.level != "county":
        raise refusals.WrongLevel(levels="county")
    row = _asked(actor, request)
    fields = await _try_out(session, actor, seals, request, row)
    body = {
        "change": request.change.model_dump(mode="json", exclude_unset=True),
        "fields": [one.model_dump(mode="json") for one in fields],
    }
    row.body_sealed = seals.seal(json.dumps(body, ensure_ascii=False), correction_of(row.id))
    session.add(row)
    await session.flush()
    audit.record(session, actor, "correction.ask", str(row.id), household=str(row.household_id), year=row.year)
    household = await households.visible(session, actor, row.household_id)
    assert household is not None
    return wire.Correction(**line(row, None, household), fields=fields)


def _asked(actor: Actor, request: wire.NewCorrection) -> Row:
    return Row(
        id=new_id(),
        household_id=UUID(request.household_id),
        state="asked",
        base_version=request.version,
        true_from=request.change.true_from or clock.office_today(),
        reason=request.reason,
        paper_sha256=request.paper_sha256,
        asked_on=clock.office_today(),
        asked_at=clock.now(),
        asked_by=actor.account,
        asked_person=actor.person,
        asked_office=actor.office,
    )


async def _try_out(
    session: AsyncSession, actor: Actor, seals: Seals, request: wire.NewCorrection, row: Row
) -> list[FieldChange]:
    """Carry the change out and undo it: completes the row of the correction; the fields that would change."""
    trial = await session.begin_nested()
    try:
        applied = await _apply(session, actor, seals, row, request.change)
        after = applied.version
        if after.version == row.base_version:
            raise refusals.CorrectionChangesNothing()
        before = await household_versions.version(session, row.household_id, row.base_version)
        row.village_code = before.village_code
        row.changed = records.changed_pointers(before.content, after.content)
        day = rules.earliest_day(before.content, after.content, row.true_from)
        counties = sorted({rules.county_of(before.village_code), rules.county_of(after.village_code)})
        fields = field_changes.between(version_of(before), version_of(after), row.household_id, seals)
    finally:
        await trial.rollback()
    closed = await register_years.years_closed(session, counties)
    for county, years in (await register_years.frozen_of(session, row.household_id)).items():
        closed[county] = closed.get(county, {}) | years
    touched = {county: year for county in closed if (year := rules.closed_year_of(day, closed[county])) is not None}
    if not touched:
        raise refusals.YearNotClosed()
    row.county_code, row.year = min(touched.items(), key=lambda item: (item[1], item[0]))
    if request.year != row.year:
        raise refusals.CorrectionYear(year=row.year)
    return fields


async def _apply(session: AsyncSession, actor: Actor, seals: Seals, row: Row, change: HouseholdChange) -> Applied:
    """Carry the change out as consented to."""
    why = Why(CORRECTED, row.reason, row.true_from, {"correction_id": str(row.id)}, consented=True)
    change = change.model_copy(update={"reason": row.reason})
    return await household_changes.apply(session, actor, seals, row.household_id, row.base_version, change, why)


async def decide(
    session: AsyncSession, actor: Actor, seals: Seals, correction_id: UUID, request: wire.CorrectionFinding
) -> wire.Correction:
    """Consent to a correction, which changes the file in the same transaction, or refuse it. Once; by the office above
    the county; by another person than the one who asked."""
    if actor.level not in _CONSENTING:
        raise refusals.WrongLevel(levels=" ".join(_CONSENTING))
    row = await storage.lock(session, actor, correction_id)
    if row is None:
        raise NotFound()
    if row.body_sealed is None:
        raise refusals.CorrectionDecided()
    if row.asked_person == actor.person:
        raise refusals.CorrectionSamePerson()
    household = await households.lock(session, actor, row.household_id)
    if household is None:
        raise NotFound()
    if request.outcome == "consent":
        await _carry_out(session, actor, seals, row, household)
    else:
        row.state = "refused"
    row.body_sealed = None
    decision = _decision(actor, row, request)
    session.add(decision)
    await session.flush()
    audit.record(session, actor, f"correction.{request.outcome}", str(row.id), household=str(row.household_id))
    fields = await _fields(session, row, seals)
    return wire.Correction(**line(row, decision, household), fields=fields)


async def _carry_out(session: AsyncSession, actor: Actor, seals: Seals, row: Row, household: Household) -> None:
    if household.version != row.base_version:
        raise refusals.FileMovedOn(version=household.version, asked_from=row.base_version)
    change = HouseholdChange.model_validate(_body(row, seals)["change"])
    applied = await _apply(session, actor, seals, row, change)
    row.state, row.version_after = "consented", applied.version.version


def _decision(actor: Actor, row: Row, request: wire.CorrectionFinding) -> CorrectionDecision:
    return CorrectionDecision(
        correction_id=row.id,
        outcome=request.outcome,
        opinion=request.opinion,
        decided_on=clock.office_today(),
        decided_at=clock.now(),
        decided_by=actor.account,
        decided_person=actor.person,
        decided_office=actor.office,
    )


def _body(row: Row, seals: Seals) -> dict[str, Any]:
    assert row.body_sealed is not None
    body: dict[str, Any] = json.loads(seals.open(row.body_sealed, correction_of(row.id)))
    return body


async def _fields(session: AsyncSession, row: Row, seals: Seals) -> list[FieldChange]:
    """What a correction changes: as sealed while it waits, from the versions once it was carried out."""
    if row.body_sealed is not None:
        return [FieldChange.model_validate(one) for one in _body(row, seals)["fields"]]
    if row.version_after is None:
        return []
    versions = await household_versions.between(session, row.household_id, row.base_version, row.version_after)
    before, after = versions[row.base_version], versions[row.version_after]
    return field_changes.between(version_of(before), version_of(after), row.household_id, seals)


async def get(session: AsyncSession, trail: Trail, seals: Seals, correction_id: UUID) -> wire.Correction:
    """One correction with what it changes; the names in it make it a read of a file."""
    found = await storage.list_corrections(session, trail.actor, None, None, None, 1, only=correction_id)
    if not found:
        raise NotFound()
    row, decision, household = found[0]
    answer = wire.Correction(**line(row, decision, household), fields=await _fields(session, row, seals))
    await trail.note(session, "correction.get", [row.household_id])
    return answer


async def list_corrections(
    session: AsyncSession, actor: Actor, area: str | None, state: str | None, cursor: str | None, limit: int
) -> Page[wire.CorrectionLine]:
    """Corrections of the actor's scope, newest first."""
    found = await storage.list_corrections(session, actor, area, state, paging.decode_id(cursor), limit + 1)
    items = [wire.CorrectionLine(**line(row, decision, household)) for row, decision, household in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].id) if len(found) > limit else None)


def line(row: Row, decision: CorrectionDecision | None, household: Household) -> dict[str, Any]:
    """The members of a correction that every list shows."""
    return {
        "id": str(row.id),
        "year": row.year,
        "household_id": str(row.household_id),
        "household_no": str(household.household_no),
        "village_code": row.village_code,
        "state": row.state,
        "version_from": row.base_version,
        "version_after": row.version_after,
        "true_from": row.true_from,
        "changed": row.changed,
        "reason": row.reason,
        "paper_sha256": row.paper_sha256,
        "asked_on": row.asked_on,
        "asked_by": row.asked_by,
        "asked_office": row.asked_office,
        "decision": None if decision is None else wire.CorrectionDecision.model_validate(decision),
    }
