"""Wire vocabulary of webhooks: endpoints, deliveries, events. Payloads follow Standard Webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.schemas.gateway_exchange import ItemCode
from shared.schemas.wire import Wire

Url = Annotated[str, StringConstraints(min_length=10, max_length=500, pattern=r"^https?://[!-~]+$")]


class NewWebhook(Wire):
    """`url` is https at a host on the operator's list; `items` are those the machine holds grants for."""

    url: Url
    items: Annotated[list[ItemCode], Field(min_length=1, max_length=20)]


class Webhook(Wire):
    id: str
    url: str
    items: list[str]
    state: Literal["active", "disabled", "ended"]
    state_reason: str = Field(description="failing: no answer for too many days; gone: the address said 410")
    failures: int = Field(description="in a row")
    failing_since: datetime | None
    paused_until: datetime | None = Field(description="nothing is sent before: it failed several times in a row")
    old_secret_until: datetime | None = Field(description="until then two signatures are sent")
    created_at: datetime


class Webhooks(Wire):
    items: list[Webhook]


class WebhookCreated(Wire):
    """The secret is shown once and kept sealed."""

    webhook: Webhook
    secret: str


class WebhookDelivery(Wire):
    id: int
    event_id: str = Field(description="the webhook-id of every attempt: by it a receiver knows a repetition")
    type: str
    subject: str
    state: Literal["waiting", "delivered", "dead"]
    attempts: int
    due_at: datetime
    last_status: int | None
    last_fault: str
    settled_at: datetime | None


class ExchangeEvent(Wire):
    """That a record changed. What it says is read as a record, under the grant."""

    id: str
    type: str
    item: str
    subject: str
    version: int
    at: datetime


class ExchangeEvents(Wire):
    events: list[ExchangeEvent]
    next_cursor: str
    more: bool
