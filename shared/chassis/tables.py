"""Tables every service's database holds for the chassis: keys, audit, read trail and their seals, events out and in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Identity, Index, MetaData, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
TYPES: dict[Any, Any] = {datetime: DateTime(timezone=True), int: BigInteger, dict[str, Any]: JSONB}


class ChassisBase(DeclarativeBase):
    """Metadata of the chassis tables, migrated with each service's own."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = TYPES


class IdempotencyKey(ChassisBase):
    """One keyed request of one office and the answer it got. Kept for ever."""

    __tablename__ = "idempotency_keys"

    office: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    body_sha256: Mapped[str]
    claim: Mapped[str]
    claimed_at: Mapped[datetime]
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any] | None]
    body: Mapped[str | None]
    finished_at: Mapped[datetime | None]


class AuditEntry(ChassisBase):
    """Who did what to what, written in the transaction that did it. Append only."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index(None, "subject", "id"), Index(None, "at", "id"), Index(None, "actor", "at"))

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    office: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    details: Mapped[dict[str, Any]]
    trace_id: Mapped[str]


class ReadTrail(ChassisBase):
    """Who read whose file, which fields, and why; written before the bytes leave. Append only."""

    __tablename__ = "read_trail"
    __table_args__ = (Index(None, "at", "id"), Index(None, "actor", "at"))

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    office: Mapped[str]
    action: Mapped[str]
    subjects: Mapped[dict[str, Any]]
    fields: Mapped[str]
    purpose: Mapped[str]
    trace_id: Mapped[str]


class TrailSeal(ChassisBase):
    """One row of a trail as a link of the chain: what it was, and what came before it. Append only.

    `subjects` only finds rows; it is no part of what is sealed.
    """

    __tablename__ = "trail_seals"
    __table_args__ = (UniqueConstraint("kind", "row_id"), Index(None, "subjects", postgresql_using="gin"))

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    row_id: Mapped[int]
    row_hash: Mapped[bytes]
    chain_hash: Mapped[bytes]
    subjects: Mapped[list[str]] = mapped_column(ARRAY(String))


class TrailCheckpoint(ChassisBase):
    """The chain's end at a moment, signed by the service. Append only."""

    __tablename__ = "trail_checkpoints"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    signed: Mapped[str]
    """JWS, compact."""


class OutboxEvent(ChassisBase):
    """A fact to tell another service, written in the transaction that made it true."""

    __tablename__ = "outbox_events"
    __table_args__ = (
        UniqueConstraint("subject", "sequence"),
        Index("ix_outbox_events_unsent", "id", postgresql_where=text("delivered_at is null")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    event_id: Mapped[str] = mapped_column(unique=True)
    type: Mapped[str]
    subject: Mapped[str]
    sequence: Mapped[int]
    at: Mapped[datetime]
    data: Mapped[dict[str, Any]]
    attempts: Mapped[int] = mapped_column(default=0)
    delivered_at: Mapped[datetime | None]


class InboxEvent(ChassisBase):
    """A fact another service told us, applied once. Append only."""

    __tablename__ = "inbox_events"
    __table_args__ = (UniqueConstraint("source", "subject", "sequence"),)

    source: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str]
    sequence: Mapped[int]
    received_at: Mapped[datetime]


APPEND_ONLY = frozenset({"audit_entries", "read_trail", "trail_seals", "trail_checkpoints", "inbox_events"})
"""Chassis tables on which the app role may insert and select, nothing else."""
