"""Tables of webhooks: what happened, who is told where, and every telling until it arrived or was given up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from services.gateway.storage.tables.metadata import Base


class ExchangeFeed(Base):
    """How far a service's feed was read."""

    __tablename__ = "exchange_feeds"

    item: Mapped[str] = mapped_column(primary_key=True)
    cursor: Mapped[str]
    read_at: Mapped[datetime]


class ExchangeEvent(Base):
    """That a shared record changed: its id and where it lies or lay. Append only; `seq` in the order of commits."""

    __tablename__ = "exchange_events"
    __table_args__ = (Index(None, "item", "seq"),)

    seq: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    id: Mapped[str] = mapped_column(String(40), unique=True)
    type: Mapped[str]
    item: Mapped[str]
    """Empty for what only tests an endpoint."""
    subject: Mapped[str]
    version: Mapped[int]
    division_code: Mapped[str] = mapped_column(String(12))
    former_division_code: Mapped[str | None] = mapped_column(String(12))
    at: Mapped[datetime]


class WebhookEndpoint(Base):
    """An address of a department's machine that is told of events. Secrets are sealed."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (
        CheckConstraint("state in ('active', 'disabled', 'ended')", name="state_known"),
        CheckConstraint("cardinality(items) > 0", name="names_items"),
        Index(None, "client_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    url: Mapped[str]
    items: Mapped[list[str]]
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    secret_number: Mapped[int]
    old_secret_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    old_until: Mapped[datetime | None]
    state: Mapped[str]
    state_reason: Mapped[str]
    failing_since: Mapped[datetime | None]
    failures: Mapped[int]
    """In a row."""
    open_until: Mapped[datetime | None]
    """Nothing is sent before: the endpoint failed several times in a row."""
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class WebhookDelivery(Base):
    """One event for one endpoint. Whoever delivers it holds it until `leased_until`."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'delivered', 'dead')", name="state_known"),
        Index("uq_webhook_deliveries_once", "endpoint_id", "event_seq", unique=True),
        Index("ix_webhook_deliveries_due", "endpoint_id", "due_at", "id", postgresql_where=text("state = 'waiting'")),
        Index(
            "ix_webhook_deliveries_held",
            "endpoint_id",
            "leased_until",
            postgresql_where=text("state = 'waiting' and leased_until is not null"),
        ),
        Index("ix_webhook_deliveries_line", "endpoint_id", "subject", "id", postgresql_where=text("state = 'waiting'")),
        Index("ix_webhook_deliveries_dead", "endpoint_id", "id", postgresql_where=text("state = 'dead'")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("webhook_endpoints.id"))
    event_seq: Mapped[int] = mapped_column(ForeignKey("exchange_events.seq"))
    subject: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int]
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    last_status: Mapped[int | None]
    last_fault: Mapped[str]
    """A word of ours: never what the receiver answered."""
    settled_at: Mapped[datetime | None]
