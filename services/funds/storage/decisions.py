"""SQL of decisions: each step of each thing is decided once."""

from __future__ import annotations

from datetime import date

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
