"""The audit of changes and the trail of reads. Both are append only and hold no personal data."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.chassis import clock, trace
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.chassis.tables import AuditEntry, ReadTrail


def record(session: AsyncSession, actor: Actor, action: str, subject: str, **details: Any) -> None:
    """Note who did what, in the transaction that does it. `details` never hold personal data."""
    session.add(
        AuditEntry(
            at=clock.now(),
            actor=actor.account,
            office=actor.office,
            action=action,
            subject=subject,
            details=details,
            trace_id=trace.trace_id(),
        )
    )


async def record_read(
    database: Database, actor: Actor, action: str, subjects: list[str], fields: str, purpose: str = "", **more: Any
) -> None:
    """Note who reads whose file, in a transaction of its own, before the answer is built.

    `more` stands beside the subjects' ids: the permission used, the fields shown. It never holds personal data.

    If this fails the answer must not leave: let the error through.
    """
    async with database.session() as session:
        session.add(
            ReadTrail(
                at=clock.now(),
                actor=actor.account,
                office=actor.office,
                action=action,
                subjects={"ids": subjects} | more,
                fields=fields,
                purpose=purpose,
                trace_id=trace.trace_id(),
            )
        )
