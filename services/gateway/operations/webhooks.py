"""What a department's machine does with its webhooks: set up, look at, change the secret, test, send again, end."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain import sealed_places
from services.gateway.domain.exchange import OUT
from services.gateway.domain.refusals import exchange as refusals
from services.gateway.domain.webhooks import AddressRules, secret_text
from services.gateway.operations.exchange_grants import item_of, new_id
from services.gateway.operations.sealing import Seals
from services.gateway.operations.webhook_worker import TEST_TYPE
from services.gateway.storage import exchange, parameters
from services.gateway.storage import webhooks as storage
from services.gateway.storage.tables import ExchangeEvent as EventRow
from services.gateway.storage.tables import WebhookDelivery, WebhookEndpoint
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import gateway_webhooks as wire
from shared.schemas.wire import Page

SECRET_BYTES = 32
MOST_ENDPOINTS = 20


async def create(
    session: AsyncSession, actor: Actor, seals: Seals, addresses: AddressRules, request: wire.NewWebhook
) -> wire.WebhookCreated:
    """An endpoint for items the machine holds grants for. Its secret leaves once, in this answer."""
    addresses.require(request.url)
    items = sorted(set(request.items))
    await _require_granted(session, actor, items)
    if len(await storage.endpoints(session, actor.account)) >= MOST_ENDPOINTS:
        raise refusals.EndpointsTooMany(at_most=MOST_ENDPOINTS)
    endpoint_id, secret = new_id(), secret_text(secrets.token_bytes(SECRET_BYTES))
    row = WebhookEndpoint(
        id=endpoint_id, client_id=actor.account, url=request.url, items=items,
        secret_sealed=seals.seal(secret, sealed_places.webhook_secret(endpoint_id, 1)), secret_number=1,
        state="active", state_reason="", failures=0, created_at=clock.now(), created_by=actor.account,
    )  # fmt: skip
    await storage.add(session, row)
    audit.record(session, actor, "webhook.create", row.id, items=items)
    return wire.WebhookCreated(webhook=_shown(row), secret=secret)


async def _require_granted(session: AsyncSession, actor: Actor, items: Sequence[str]) -> None:
    granted = {grant.item for grant in await exchange.live(session, actor.account, clock.office_today())}
    for code in items:
        if item_of(code).direction != OUT or code not in granted:
            raise refusals.NotGranted(pointer="/items")


async def rotate(session: AsyncSession, actor: Actor, seals: Seals, endpoint_id: str) -> wire.WebhookCreated:
    """A new secret; the one before signs beside it for as long as the parameter says."""
    row = await _locked(session, actor, endpoint_id)
    hours = (await parameters.valid_on(session, clock.office_today()))["webhook_overlap_hours"]
    secret = secret_text(secrets.token_bytes(SECRET_BYTES))
    row.old_secret_sealed, row.old_until = row.secret_sealed, clock.now() + timedelta(hours=hours)
    row.secret_number += 1
    row.secret_sealed = seals.seal(secret, sealed_places.webhook_secret(row.id, row.secret_number))
    audit.record(session, actor, "webhook.rotate", row.id)
    return wire.WebhookCreated(webhook=_shown(row), secret=secret)


async def enable(session: AsyncSession, actor: Actor, endpoint_id: str) -> wire.Webhook:
    """Go on after a stop: what waited is delivered first."""
    row = await _locked(session, actor, endpoint_id)
    row.state, row.state_reason, row.failures, row.failing_since, row.open_until = "active", "", 0, None, None
    audit.record(session, actor, "webhook.enable", row.id)
    return _shown(row)


async def end(session: AsyncSession, actor: Actor, endpoint_id: str) -> wire.Webhook:
    """Stop for good; nothing more is queued or sent."""
    row = await _locked(session, actor, endpoint_id)
    row.state, row.state_reason = "ended", "ended"
    audit.record(session, actor, "webhook.end", row.id)
    return _shown(row)


async def send_test(session: AsyncSession, actor: Actor, endpoint_id: str) -> wire.Webhook:
    """Queue an event that means nothing."""
    row = await _locked(session, actor, endpoint_id)
    if row.state != "active":
        raise refusals.EndpointNotActive()
    row.open_until = None
    event_id = "evt_" + secrets.token_hex(16)
    event = {
        "id": event_id, "type": TEST_TYPE, "item": "", "subject": event_id, "version": 0, "division_code": "",
        "former_division_code": None, "at": clock.now(),
    }  # fmt: skip
    await storage.add_test(session, row, event)
    return _shown(row)


async def redeliver(session: AsyncSession, actor: Actor, endpoint_id: str, delivery_id: int) -> wire.WebhookDelivery:
    """Put a dead letter back into the queue, as if it had never been tried."""
    endpoint = await _locked(session, actor, endpoint_id)
    row = await storage.lock_delivery(session, endpoint.id, delivery_id)
    if row is None:
        raise NotFound()
    if row.state != "dead":
        raise refusals.DeliveryNotDead()
    row.state, row.attempts, row.due_at, row.settled_at = "waiting", 0, clock.now(), None
    audit.record(session, actor, "webhook.redeliver", endpoint.id, delivery=row.id)
    found = await storage.deliveries(session, endpoint.id, None, row.id + 1, 1)
    return _delivery(row, found[0][1])


async def list_own(session: AsyncSession, actor: Actor) -> wire.Webhooks:
    return wire.Webhooks(items=[_shown(row) for row in await storage.endpoints(session, actor.account)])


async def deliveries(
    session: AsyncSession, actor: Actor, endpoint_id: str, state: str | None, cursor: str | None, limit: int
) -> Page[wire.WebhookDelivery]:
    """Deliveries, the newest first; `state=dead` is the list of dead letters."""
    if endpoint_id not in {row.id for row in await storage.endpoints(session, actor.account)}:
        raise NotFound()
    before = paging.decode(cursor, int)
    found = await storage.deliveries(session, endpoint_id, state, int(before[0]) if before else None, limit + 1)
    items = [_delivery(row[0], row[1]) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].id) if len(found) > limit else None)


async def missed(
    session: AsyncSession, actor: Actor, items: Sequence[str] | None, cursor: str | None, limit: int
) -> wire.ExchangeEvents:
    """Events in their order behind a cursor: what an endpoint missed, or instead of endpoints."""
    after = paging.decode_lasting(cursor, int)
    granted = sorted({grant.item for grant in await exchange.live(session, actor.account, clock.office_today())})
    wanted = granted if items is None else list(items)
    if not set(wanted) <= set(granted):
        raise refusals.NotGranted()
    start = int(after[0]) if after else 0
    rows = await storage.missed(session, actor.account, wanted, start, limit + 1)
    told = [
        wire.ExchangeEvent(id=row.id, type=row.type, item=row.item, subject=row.subject, version=row.version, at=row.at)
        for row in rows[:limit]
    ]
    last = rows[:limit][-1].seq if told else start
    return wire.ExchangeEvents(events=told, next_cursor=paging.encode_lasting(last), more=len(rows) > limit)


async def _locked(session: AsyncSession, actor: Actor, endpoint_id: str) -> WebhookEndpoint:
    row = await storage.lock_endpoint(session, endpoint_id, actor.account)
    if row is None:
        raise NotFound()
    return row


def _shown(row: WebhookEndpoint) -> wire.Webhook:
    return wire.Webhook.model_validate({
        "id": row.id, "url": row.url, "items": row.items, "state": row.state, "state_reason": row.state_reason,
        "failures": row.failures, "failing_since": row.failing_since, "paused_until": row.open_until,
        "old_secret_until": row.old_until, "created_at": row.created_at,
    })  # fmt: skip


def _delivery(row: WebhookDelivery, event: EventRow) -> wire.WebhookDelivery:
    return wire.WebhookDelivery.model_validate({
        "id": row.id, "event_id": event.id, "type": event.type, "subject": row.subject, "state": row.state,
        "attempts": row.attempts, "due_at": row.due_at, "last_status": row.last_status, "last_fault": row.last_fault,
        "settled_at": row.settled_at,
    })  # fmt: skip
