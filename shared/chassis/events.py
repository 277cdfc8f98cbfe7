"""Facts told to another service: transactional outbox, at-least-once relay in order per subject, idempotent inbox.

A fact that the receiver refuses ten times is parked: its subject stops there, with an alert in the audit, and all
others go on. A fact that merely comes before its time waits, and so does everything while the receiver is away.
"""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.chassis import audit, clock, jobs, log
from shared.chassis.database import Database
from shared.chassis.identity import service_actor
from shared.chassis.peers import Peer, PeerUnavailable
from shared.chassis.tables import InboxEvent, OutboxEvent
from shared.refusals import Conflict
from shared.schemas.wire import Event

RELAY_PAUSE_S = 0.25
RELAY_BATCH = 100
PARK_AFTER = 10


class OutOfOrder(Conflict):
    """An event came before the one that goes before it; the sender tries again."""

    code = "event_out_of_order"
    zh = "事件次序不连续"
    en = "An earlier event of this subject has not arrived"


async def emit(session: AsyncSession, type_: str, subject: str, data: dict[str, Any]) -> None:
    """Tell a fact about `subject`, in the transaction that makes it true. The caller holds the subject's row lock."""
    last = await session.scalar(select(func.max(OutboxEvent.sequence)).where(OutboxEvent.subject == subject))
    session.add(
        OutboxEvent(
            event_id=uuid.uuid4().hex,
            type=type_,
            subject=subject,
            sequence=(last or 0) + 1,
            at=clock.now(),
            data=data,
            attempts=0,
        )
    )
    await session.flush()


async def accept(session: AsyncSession, event: Event) -> bool:
    """Note an incoming event; False when it was applied before. OutOfOrder when one is missing in between."""
    taken = await session.execute(
        insert(InboxEvent)
        .values(
            source=event.source,
            event_id=event.id,
            subject=event.subject,
            sequence=event.sequence,
            received_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(InboxEvent.event_id)
    )
    if taken.first() is None:
        return False
    before = await session.scalar(
        select(func.max(InboxEvent.sequence)).where(
            InboxEvent.source == event.source,
            InboxEvent.subject == event.subject,
            InboxEvent.event_id != event.id,
        )
    )
    if event.sequence != (before or 0) + 1:
        raise OutOfOrder(expected=(before or 0) + 1)
    return True


async def relay_once(database: Database, service: str, peer: Peer) -> int:
    """Send what is unsent, in order of each subject; one that fails waits, the others go on. Returns how many went."""
    async with database.session() as session:
        rows = await _unsent(session)
    sent: list[int] = []
    stuck: set[str] = set()
    try:
        for row in rows:
            if row.subject in stuck:
                continue
            answer = await peer.post(service_actor(service), "/internal/events", _told(service, row))
            if answer.status_code < 300:
                sent.append(row.id)
                continue
            stuck.add(row.subject)
            await _note_refusal(database, service, row, answer.status_code, _is_early(answer.content))
    except PeerUnavailable:
        pass  # nobody is at fault: all of it waits
    finally:
        if sent:
            await _note_delivered(database, sent)
    return len(sent)


async def _unsent(session: AsyncSession) -> list[OutboxEvent]:
    """The facts of those subjects that were refused least, oldest first: none keeps the others from being sent."""
    first, tries = func.min(OutboxEvent.id).label("first"), func.max(OutboxEvent.attempts).label("tries")
    waiting = (
        select(OutboxEvent.subject, first, tries)
        .where(OutboxEvent.delivered_at.is_(None))
        .group_by(OutboxEvent.subject)
        .having(func.max(OutboxEvent.attempts) < PARK_AFTER)
        .order_by(tries, first)
        .limit(RELAY_BATCH)
        .subquery()
    )
    rows = await session.scalars(
        select(OutboxEvent)
        .join(waiting, waiting.c.subject == OutboxEvent.subject)
        .where(OutboxEvent.delivered_at.is_(None))
        .order_by(waiting.c.tries, OutboxEvent.id)
        .limit(RELAY_BATCH)
    )
    return list(rows)


def _told(service: str, row: OutboxEvent) -> dict[str, Any]:
    event = Event(
        id=row.event_id,
        source=service,
        type=row.type,
        subject=row.subject,
        sequence=row.sequence,
        time=row.at.isoformat(),
        data=row.data,
    )
    return event.model_dump(mode="json")


def _is_early(answer: bytes) -> bool:
    """Whether the receiver misses a fact that goes before this one: a gap waits and is never skipped."""
    return f'"code":"{OutOfOrder.code}"'.encode() in answer.replace(b" ", b"")


async def _note_delivered(database: Database, ids: list[int]) -> None:
    async with database.session() as session:
        await session.execute(update(OutboxEvent).where(OutboxEvent.id.in_(ids)).values(delivered_at=clock.now()))


async def _note_refusal(database: Database, service: str, row: OutboxEvent, status: int, early: bool) -> None:
    """Count a refusal. The tenth parks the subject and leaves an alert; one that is only early never parks."""
    tries = min(row.attempts + 1, PARK_AFTER - 1) if early else row.attempts + 1
    async with database.session() as session:
        await session.execute(update(OutboxEvent).where(OutboxEvent.id == row.id).values(attempts=tries))
        if tries == PARK_AFTER:
            log.logger().error("event_parked", event_type=row.type, sequence=row.sequence, status=status)
            audit.record(
                session, service_actor(service), "event.park", row.subject, type=row.type, sequence=row.sequence,
                status=status,
            )  # fmt: skip


async def unpark(session: AsyncSession, subject: str) -> int:
    """Let a parked subject go on, once its fault is mended; returns how many facts had been refused."""
    freed = await session.execute(
        update(OutboxEvent)
        .where(OutboxEvent.subject == subject, OutboxEvent.delivered_at.is_(None), OutboxEvent.attempts > 0)
        .values(attempts=0)
        .returning(OutboxEvent.id)
    )
    return len(freed.all())


async def relay_forever(database: Database, service: str, peer: Peer) -> None:
    """Relay until cancelled. A failure of the database or the peer only makes it wait."""

    async def turn() -> bool:
        return await relay_once(database, service, peer) == RELAY_BATCH

    await jobs.forever(turn, RELAY_PAUSE_S, "relay_waits")
