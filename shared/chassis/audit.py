"""The audit of changes and the trail of reads. Both are append only and hold no personal data.

An operation that answers with personal data declares so (`shows_people`). Its answer leaves only when its row stands
on one of the two: the route looks, and sends 503 instead of an answer nobody noted.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.chassis import clock, log, trace
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.chassis.tables import AuditEntry, ReadTrail
from shared.refusals import Unavailable

PERSONAL = "x-personal-data"


@dataclass(slots=True)
class Answering:
    """The operation being answered, as the trail has to know it."""

    operation: str
    permission: str
    shown: tuple[str, ...] = ()
    """The personal fields its answer may hold; none for an operation that shows nobody."""
    noted: bool = False

    def facts(self, actor: Actor) -> dict[str, Any]:
        """What stands beside the subjects of every read: by which operation, on what right, which fields."""
        found: dict[str, Any] = {"operation": self.operation, "permission": self.permission}
        if self.shown:
            found["shown"] = list(self.shown)
        if actor.delegations:
            found["delegations"] = list(actor.delegations)
        return found


_answering: ContextVar[Answering | None] = ContextVar("answering", default=None)


def shows_people(declared: dict[str, Any], *fields: str) -> dict[str, Any]:
    """Route arguments of an operation whose answer holds these fields (`shared/schemas/personal_fields.csv`)."""
    return declared | {"openapi_extra": declared["openapi_extra"] | {PERSONAL: list(fields)}}


def begin(operation: str, extra: dict[str, Any]) -> Answering:
    """Begin answering an operation declared with these extras."""
    answering = Answering(operation, str(extra.get("x-permission", "")), tuple(extra.get(PERSONAL, ())))
    _answering.set(answering)
    return answering


def require_noted(answering: Answering, status: int) -> None:
    """Unavailable for an answer with personal data that stands on no trail. Never happens unless code is at fault."""
    if answering.shown and status < 300 and not answering.noted:
        log.logger().error("read_not_noted", operation=answering.operation)
        raise Unavailable()


def mark_noted() -> None:
    """Say that the row stands, or that the answer shows nobody."""
    answering = _answering.get()
    if answering is not None:
        answering.noted = True


def facts_of(actor: Actor) -> dict[str, Any]:
    """What the trail says of the operation being answered; nothing outside of any."""
    answering = _answering.get()
    return {} if answering is None else answering.facts(actor)


def record(session: AsyncSession, actor: Actor, action: str, subject: str, **details: Any) -> None:
    """Note who did what, in the transaction that does it. `details` never hold personal data.

    Who acts with lent roles acts as themselves; by which delegations stands in the details.
    """
    session.add(AuditEntry(**entry(actor, action, subject, **details)))


def entry(actor: Actor, action: str, subject: str, **details: Any) -> dict[str, Any]:
    """What `record` notes, as values for `record_all`."""
    mark_noted()
    return {
        "at": clock.now(),
        "actor": actor.account,
        "office": actor.office,
        "action": action,
        "subject": subject,
        "details": details | ({"delegations": list(actor.delegations)} if actor.delegations else {}),
        "trace_id": trace.trace_id(),
    }


async def record_all(session: AsyncSession, entries: Sequence[dict[str, Any]]) -> None:
    """Note several in one statement: each an `entry` made in the context of its own request."""
    if entries:
        await session.execute(_ENTER, entries)


_ENTRIES: Any = AuditEntry.__table__
_ENTER = insert(_ENTRIES)


async def record_read(
    database: Database, actor: Actor, action: str, subjects: Sequence[str], fields: str, purpose: str = "", **more: Any
) -> None:
    """Note who reads whose file, in a transaction of its own, before the answer is built.

    `more` stands beside the subjects' ids: the permission used, the fields shown. It never holds personal data.

    Unavailable if it cannot be noted: then nothing may leave, and the error is let through.
    """
    try:
        async with database.session() as session:
            session.add(
                ReadTrail(
                    at=clock.now(),
                    actor=actor.account,
                    office=actor.office,
                    action=action,
                    subjects={"ids": list(subjects)} | facts_of(actor) | more,
                    fields=fields,
                    purpose=purpose or actor.purpose,
                    trace_id=trace.trace_id(),
                )
            )
    except (SQLAlchemyError, OSError) as error:
        raise Unavailable() from error
    mark_noted()
