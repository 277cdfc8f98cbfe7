"""HTTP of webhooks: a department's machine sets up its own, and pulls what it missed."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query

from services.gateway.api.dependencies import GatewayParts
from services.gateway.operations import webhooks as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas import gateway_webhooks as wire
from shared.schemas.wire import Page

router = new_router("/api/v1/exchange/webhooks", "webhooks")
events = new_router("/api/v1/exchange/events", "webhooks")

Id = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
DeliveryId = Annotated[int, Path(ge=1, le=2**62)]
StateFilter = Annotated[Literal["waiting", "delivered", "dead"] | None, Query()]
ItemsQuery = Annotated[str | None, Query(pattern=r"^[a-z][a-z,-]{1,400}$", description="codes with commas between")]


@router.post("", operation_id="webhook_create", status_code=201, **needs("exchange.pull"))
async def webhook_create(
    body: wire.NewWebhook, session: Session, actor: CurrentActor, parts: GatewayParts
) -> wire.WebhookCreated:
    return await operations.create(session, actor, parts.seals, parts.webhook_addresses, body)


@router.get("", operation_id="webhook_list", **needs("exchange.pull"))
async def webhook_list(session: Session, actor: CurrentActor) -> wire.Webhooks:
    return await operations.list_own(session, actor)


@router.post("/{webhook_id}/secret", operation_id="webhook_secret_rotate", **needs("exchange.pull"))
async def webhook_secret_rotate(
    webhook_id: Id, session: Session, actor: CurrentActor, parts: GatewayParts
) -> wire.WebhookCreated:
    return await operations.rotate(session, actor, parts.seals, webhook_id)


@router.post("/{webhook_id}/test", operation_id="webhook_test", status_code=202, **needs("exchange.pull"))
async def webhook_test(webhook_id: Id, session: Session, actor: CurrentActor) -> wire.Webhook:
    return await operations.send_test(session, actor, webhook_id)


@router.post("/{webhook_id}/enable", operation_id="webhook_enable", **needs("exchange.pull"))
async def webhook_enable(webhook_id: Id, session: Session, actor: CurrentActor) -> wire.Webhook:
    return await operations.enable(session, actor, webhook_id)


@router.post("/{webhook_id}/end", operation_id="webhook_end", **needs("exchange.pull"))
async def webhook_end(webhook_id: Id, session: Session, actor: CurrentActor) -> wire.Webhook:
    return await operations.end(session, actor, webhook_id)


@router.get("/{webhook_id}/deliveries", operation_id="webhook_delivery_list", **needs("exchange.pull"))
async def webhook_delivery_list(
    webhook_id: Id,
    session: Session,
    actor: CurrentActor,
    state: StateFilter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[wire.WebhookDelivery]:
    return await operations.deliveries(session, actor, webhook_id, state, cursor, limit)


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/redelivery",
    operation_id="webhook_redeliver",
    status_code=202,
    **needs("exchange.pull"),
)
async def webhook_redeliver(
    webhook_id: Id, delivery_id: DeliveryId, session: Session, actor: CurrentActor
) -> wire.WebhookDelivery:
    return await operations.redeliver(session, actor, webhook_id, delivery_id)


@events.get("", operation_id="exchange_event_list", **needs("exchange.pull"))
async def exchange_event_list(
    session: Session, actor: CurrentActor, items: ItemsQuery = None, after: Cursor = None, limit: Limit = 50
) -> wire.ExchangeEvents:
    return await operations.missed(session, actor, None if items is None else items.split(","), after, limit)
