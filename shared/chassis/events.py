"""Facts told to another service: transactional outbox, at-least-once relay in order per subject, idempotent inbox."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.chassis import clock, log
from shared.chassis.database import Database
from shared.chassis.identity import service_actor
from shared.chassis.peers import Peer
from shared.chassis.tables import InboxEvent, OutboxEvent
from shared.refusals import Conflict, Refusal
from shared.schemas.wire import Event

RELAY_PAUSE_S = 0.25
RELAY_BATCH = 100


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
    """Send what is unsent, oldest first; a subject that fails waits, the others go on. Returns how many were taken."""
    async with database.session() as session:
        await session.execute(text("select pg_advisory_xact_lock(7411)"))
        rows = list(
            await session.scalars(
                select(OutboxEvent)
                .where(OutboxEvent.delivered_at.is_(None))
                .order_by(OutboxEvent.id)
                .limit(RELAY_BATCH)
            )
        )
    sent: list[int] = []
    stuck: set[str] = set()
    for row in rows:
        if row.subject in stuck:
            continue
        event = Event(
            id=row.event_id,
            source=service,
            type=row.type,
            subject=row.subject,
            sequence=row.sequence,
            time=row.at.isoformat(),
            data=row.data,
        )
        try:
            answer = await peer.post(service_actor(service), "/internal/events", event.model_dump(mode="json"))
            delivered = answer.status_code < 300
        except Refusal:
            delivered = False
        if delivered:
            sent.append(row.id)
        else:
            stuck.add(row.subject)
    if sent:
        async with database.session() as session:
            await session.execute(update(OutboxEvent).where(OutboxEvent.id.in_(sent)).values(delivered_at=clock.now()))
    return len(sent)


async def relay_forever(database: Database, service: str, peer: Peer) -> None:
    """Relay until cancelled. A failure of the database or the peer only makes it wait."""
    while True:
        try:
            moved = await relay_once(database, service, peer)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.logger().warning("relay_waits", kind=type(error).__name__)
            moved = 0
        await asyncio.sleep(0 if moved == RELAY_BATCH else RELAY_PAUSE_S)
