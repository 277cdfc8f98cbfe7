"""Departments' machines: what they prove themselves with, and from where they may."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.gateway.storage.tables.metadata import Base

SECRET, KEY = "secret", "key"


class ClientCredential(Base):
    """A secret by its SHA-256, or a public key; two of a machine may stand side by side while it changes over."""

    __tablename__ = "client_credentials"
    __table_args__ = (
        UniqueConstraint("account_id", "mark"),
        CheckConstraint(f"kind in ('{SECRET}', '{KEY}')", name="kind_known"),
        CheckConstraint(f"(kind = '{KEY}') = (public_key is not null)", name="keys_are_public"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str]
    mark: Mapped[str]
    """SHA-256 (hex) of the secret, or the key's thumbprint (RFC 7638)."""
    public_key: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    ended_at: Mapped[datetime | None]


class ClientAddress(Base):
    """A network a machine may come from. A machine without any may come from anywhere."""

    __tablename__ = "client_addresses"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    network: Mapped[str] = mapped_column(String(64), primary_key=True)
    """CIDR, e.g. `192.0.2.0/28`."""


class UsedAssertion(Base):
    """The `jti` of a client's assertion, by its SHA-256 with the client: good once while it lives."""

    __tablename__ = "used_assertions"
    __table_args__ = (Index(None, "expires_at"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime]
