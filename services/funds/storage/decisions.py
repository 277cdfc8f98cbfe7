"""SQL of decisions: each step of each thing is decided once. A step that may be taken again has a number each time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import Decision
from services.funds.storage.tables.metadata import Decided, Entered
from shared.chassis import clock
from shared.chassis.identity import Actor


def sign(actor: Actor, row: Entered) -> None:
    """Put who entered a row, and when, on it."""
    row.entered_at, row.entered_by = clock.now(), actor.account
    row.entered_person, row.entered_office = actor.person, actor.office


def record(
    session: AsyncSession,
    actor: Actor,
    row: Decided | None,
    subject: tuple[str, int],
    step: str,
    *,
    outcome: str,
    opinion: str,
    decided_on: date,
) -> None:
    """Keep a decision for ever, and put its maker on the row decided on."""
    now = clock.now()
    session.add(
        Decision(
            subject_type=subject[0],
            subject_id=subject[1],
            step=step,
            outcome=outcome,
            opinion=opinion,
            decided_on=decided_on,
            recorded_at=now,
            decided_by=actor.account,
            decided_person=actor.person,
            decided_office=actor.office,
        )
    )
    if row is not None:
        row.decided_on, row.decided_at, row.opinion = decided_on, now, opinion
        row.decided_by, row.decided_person, row.decided_office = actor.account, actor.person, actor.office


async def turns(session: AsyncSession, subject: tuple[str, int], step: str) -> Sequence[Decision]:
    """Every time a step that may be taken again was taken, the first time first."""
    query = select(Decision).where(Decision.subject_type == subject[0], Decision.subject_id == subject[1])
    return (await session.scalars(query.where(_turn(step)).order_by(Decision.id))).all()


async def newest_of(session: AsyncSession, subject_type: str, ids: Sequence[int], step: str) -> dict[int, Decision]:
    """By subject, the last time a step that may be taken again was taken."""
    query = select(Decision).where(Decision.subject_type == subject_type, Decision.subject_id.in_(ids), _turn(step))
    return {row.subject_id: row for row in await session.scalars(query.order_by(Decision.id))}


def _turn(step: str) -> ColumnElement[bool]:
    return or_(Decision.step == step, Decision.step.startswith(f"{step}:", autoescape=True))


async def record_turn(
    session: AsyncSession,
    actor: Actor,
    subject: tuple[str, int],
    step: str,
    *,
    outcome: str,
    opinion: str,
    decided_on: date,
) -> None:
    """Keep a step that may be taken again, as `step`, then `step:2`, `step:3`. The caller holds what is decided on."""
    before = len(await turns(session, subject, step))
    turn = step if before == 0 else f"{step}:{before + 1}"
    record(session, actor, None, subject, turn, outcome=outcome, opinion=opinion, decided_on=decided_on)
    await session.flush()
