"""The trail of reads: who saw whose file, which fields and why, written before the answer leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.chassis import audit
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.refusals import Unavailable

MASKED, CLEAR = "masked", "clear"


@dataclass(frozen=True, slots=True)
class Trail:
    """The trail of one reader."""

    database: Database
    actor: Actor

    async def note(
        self,
        session: AsyncSession,
        action: str,
        subjects: Sequence[Any],
        fields: str = MASKED,
        purpose: str = "",
        **more: Any,
    ) -> None:
        """Note a read, with what else is to be known of it. If that fails, nothing may leave: Unavailable.

        `session` has read all it needs: its connection is given back first, so that no reader holds one
        connection while waiting for another.
        """
        await session.close()
        names = [str(subject) for subject in subjects]
        try:
            reason = purpose or self.actor.purpose
            await audit.record_read(self.database, self.actor, action, names, fields, reason, **more)
        except (SQLAlchemyError, OSError) as error:
            raise Unavailable() from error
