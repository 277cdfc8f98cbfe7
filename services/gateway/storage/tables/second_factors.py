"""Second factors of people: the secret their device shares with us, and the codes for when it is lost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.gateway.storage.tables.metadata import Base


class SecondFactor(Base):
    """A device that makes one-time codes (RFC 6238). It counts once a code of it has been seen."""

    __tablename__ = "second_factors"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    secret: Mapped[bytes]
    """Sealed; never leaves after the answer that made it."""
    last_step: Mapped[int]
    """The latest time step (30 s since 1970) a code was taken of: none of it or before is taken again."""
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code that stands in for the device once, by its SHA-256: it is random enough."""

    __tablename__ = "recovery_codes"
    __table_args__ = (Index(None, "account_id"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
