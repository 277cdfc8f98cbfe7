"""SQL of identification: a village's list, its steps, and what its decisions do to household files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage.tables import (
    Household,
    HouseholdEvent,
    HouseholdVersion,
    Identification,
    IdentificationDecision,
    IdentificationHousehold,
    Objection,
    ObjectionAnswer,
    VillageMeeting,
    VillageNotice,
)
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


async def visible(session: AsyncSession, actor: Actor, identification_id: UUID) -> Identification | None:
    return await session.scalar(
        select(Identification).where(
            Identification.id == identification_id, in_scope(Identification.village_code, actor)
        )
    )


async def lock(session: AsyncSession, actor: Actor, identification_id: UUID) -> Identification | None:
    """As visible; every step on a list waits here for the one before it to commit."""
    return await session.scalar(
        select(Identification)
        .where(Identification.id == identification_id, in_scope(Identification.village_code, actor))
        .with_for_update()
    )


async def list_lists(
    session: AsyncSession,
    actor: Actor,
    area: str | None,
    state: str | None,
    year: int | None,
    before: UUID | None,
    limit: int,
) -> Sequence[Row[Identification, int, date | None]]:
    """Lists of the actor's scope, newest first, with their number of households and the end of their notice."""
    size = select(func.count()).where(IdentificationHousehold.identification_id == Identification.id).scalar_subquery()
    query = (
        select(Identification, size, VillageNotice.ends_on)
        .outerjoin(VillageNotice, VillageNotice.identification_id == Identification.id)
        .where(in_scope(Identification.village_code, actor))
        .order_by(Identification.id.desc())
        .limit(limit)
    )
    if area is not None:
        query = query.where(within(Identification.village_code, area))
    if state is not None:
        query = query.where(Identification.state == state)
    if year is not None:
        query = query.where(Identification.year == year)
    if before is not None:
        query = query.where(Identification.id < before)
    return (await session.execute(query)).all()


async def lock_households(session: AsyncSession, village_code: str, ids: Sequence[UUID]) -> dict[UUID, Household]:
    """Those of `ids` that belong to the village, locked in one order so that two proposers cannot block each other."""
    rows = await session.scalars(
        select(Household)
        .where(Household.id == func.any(list(ids)), Household.village_code == village_code)
        .order_by(Household.id)
        .with_for_update()
    )
    return {row.id: row for row in rows}


async def put_on_list(session: AsyncSession, identification_id: UUID, versions: dict[UUID, int]) -> None:
    """Put households on a list, in the version proposed."""
    await session.execute(
        insert(IdentificationHousehold),
        [
            {"identification_id": identification_id, "household_id": household_id, "version": version, "open": True}
            for household_id, version in versions.items()
        ],
    )


async def listed(
    session: AsyncSession, identification_id: UUID
) -> Sequence[Row[IdentificationHousehold, Household, HouseholdVersion]]:
    """The households of a list with the version proposed, by household number."""
    query = (
        select(IdentificationHousehold, Household, HouseholdVersion)
        .join(Household, Household.id == IdentificationHousehold.household_id)
        .join(
            HouseholdVersion,
            (HouseholdVersion.household_id == IdentificationHousehold.household_id)
            & (HouseholdVersion.version == IdentificationHousehold.version),
        )
        .where(IdentificationHousehold.identification_id == identification_id)
        .order_by(Household.household_no)
    )
    return (await session.execute(query)).all()


async def on_list(session: AsyncSession, identification_id: UUID) -> set[UUID]:
    """The households still on an open list."""
    return set(
        await session.scalars(
            select(IdentificationHousehold.household_id).where(
                IdentificationHousehold.identification_id == identification_id, IdentificationHousehold.open
            )
        )
    )


async def take_out(session: AsyncSession, identification_id: UUID, reasons: dict[UUID, str], step: str) -> None:
    """Take households off a list, each with its reason."""
    if reasons:
        taken = {"identification_id": identification_id, "open": False, "taken_out_step": step}
        rows = [taken | {"household_id": key, "taken_out_reason": reason} for key, reason in reasons.items()]
        await session.execute(update(IdentificationHousehold), rows)


async def close_list(session: AsyncSession, identification_id: UUID) -> None:
    """The list is decided: its households may stand on another one."""
    await session.execute(
        update(IdentificationHousehold)
        .where(IdentificationHousehold.identification_id == identification_id, IdentificationHousehold.open)
        .values(open=False)
    )


async def set_status(
    session: AsyncSession,
    ids: Sequence[UUID],
    status: str,
    event: dict[str, Any],
    registered_on: date | None = None,
    reasons: dict[UUID, str] | None = None,
) -> None:
    """Give households a new status: each gets a new version with its content as it is, and an event.

    `event` holds the columns of the event that are the same for all of them, `reasons` each one's own reason.
    """
    if not ids:
        return
    chosen = Household.id == func.any(list(ids))
    values: dict[str, Any] = {"status": status, "version": Household.version + 1}
    if registered_on is not None:
        values["registered_on"] = registered_on
    await session.execute(update(Household).where(chosen).values(values).execution_options(synchronize_session=False))
    await session.execute(
        insert(HouseholdVersion).from_select(
            ["household_id", "version", "status", "village_code", "recorded_at", "recorded_on", "true_from", "content"],
            select(
                Household.id, Household.version, Household.status, Household.village_code,
                literal(event["at"], HouseholdVersion.recorded_at.type),
                literal(event["on"], HouseholdVersion.recorded_on.type),
                literal(event["on"], HouseholdVersion.true_from.type),
                HouseholdVersion.content,
            )
            .join(
                HouseholdVersion,
                (HouseholdVersion.household_id == Household.id) & (HouseholdVersion.version == Household.version - 1),
            )
            .where(chosen),
        )
    )  # fmt: skip
    versions = await session.execute(select(Household.id, Household.version).where(chosen))
    await session.execute(
        insert(HouseholdEvent),
        [
            event
            | {"household_id": row.id, "version": row.version, "reason": (reasons or {}).get(row.id, event["reason"])}
            for row in versions
        ],
    )


async def meeting(session: AsyncSession, identification_id: UUID) -> VillageMeeting | None:
    return await session.get(VillageMeeting, identification_id)


async def notice(session: AsyncSession, identification_id: UUID) -> VillageNotice | None:
    return await session.get(VillageNotice, identification_id)


async def decisions(session: AsyncSession, identification_id: UUID) -> Sequence[IdentificationDecision]:
    query = select(IdentificationDecision).where(IdentificationDecision.identification_id == identification_id)
    return (await session.scalars(query.order_by(IdentificationDecision.id))).all()


async def objections(
    session: AsyncSession, identification_id: UUID
) -> Sequence[Row[Objection, ObjectionAnswer | None]]:
    query = (
        select(Objection, ObjectionAnswer)
        .outerjoin(ObjectionAnswer, ObjectionAnswer.objection_id == Objection.id)
        .where(Objection.identification_id == identification_id)
        .order_by(Objection.id)
    )
    return (await session.execute(query)).all()


async def open_objections(session: AsyncSession, identification_id: UUID) -> int:
    return sum(answer is None for _, answer in await objections(session, identification_id))
