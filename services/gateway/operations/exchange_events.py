"""Events for webhooks: read from the services' feeds of what changed, kept here in one order, queued for endpoints.

The place in a feed moves on in the transaction that keeps what was read: nothing is lost and nothing kept twice,
whenever the gateway is killed.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Container
from dataclasses import replace
from typing import Any

from services.gateway.domain.exchange import OUT, Item
from services.gateway.storage import exchange
from services.gateway.storage import webhooks as storage
from services.gateway.storage.exchange_catalogue import catalogue
from services.gateway.upstream.exchange import changes_of
from shared.chassis import audit, clock, log
from shared.chassis.changes import CursorOutlived
from shared.chassis.database import Database
from shared.chassis.identity import service_actor
from shared.chassis.peers import Peer, PeerUnavailable
from shared.chassis.scope import NATION
from shared.schemas.exchange_records import Change

BATCH = 200
READER = replace(service_actor("gateway"), scope=(NATION,))


async def collect_once(database: Database, peers: dict[str, Peer], items: Container[str] | None = None) -> int:
    """Read every feed once, or those of these items; returns how many changes were read."""
    read = 0
    for item in catalogue().values():
        if item.direction == OUT and (items is None or item.code in items):
            try:
                read += await _collect(database, peers[item.service], item)
            except PeerUnavailable:
                continue  # that service's feed waits; the others go on
    return read


async def _collect(database: Database, service: Peer, item: Item) -> int:
    async with database.session(read_only=True) as session:
        before = await storage.cursor_of(session, item.code)
    params: dict[str, Any] = {"limit": BATCH} | ({} if before is None else {"cursor": before})
    try:
        found = await changes_of(service, READER, item.feed, params)
    except CursorOutlived:
        await _start_again(database, service, item, before)
        return 0
    if found.next_cursor == before:
        return 0
    async with database.session() as session:
        await storage.take_in(
            session, item.code, before, found.next_cursor, [_event(item, one) for one in found.changes]
        )
    return len(found.changes)


async def _start_again(database: Database, service: Peer, item: Item, before: str | None) -> None:
    """The service's database was restored: go on from now, and say so where operators look."""
    found = await changes_of(service, READER, item.feed, {"limit": 1})
    async with database.session() as session:
        await storage.take_in(session, item.code, before, found.next_cursor, [])
        audit.record(session, READER, "exchange.feed_restarted", item.code)
    log.logger().error("exchange_feed_restarted", item=item.code)


def _event(item: Item, change: Change) -> dict[str, Any]:
    name = f"{item.code}:{change.id}:{change.version}"
    return {
        "id": "evt_" + hashlib.sha256(name.encode()).hexdigest()[:32],
        "type": f"{item.code}.changed",
        "item": item.code,
        "subject": change.id,
        "version": change.version,
        "division_code": change.division_code[:12],
        "former_division_code": change.former_division_code,
        "at": clock.now(),
    }


async def collect_forever(database: Database, peers: dict[str, Peer], pause_s: float) -> None:
    """Collect what some department is granted, until cancelled; a failure only makes it wait."""
    while True:
        try:
            async with database.session(read_only=True) as session:
                granted = await exchange.granted_items(session, clock.office_today())
            read = await collect_once(database, peers, granted)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.logger().warning("exchange_events_wait", kind=type(error).__name__)
            read = 0
        await asyncio.sleep(0 if read >= BATCH else pause_s)
