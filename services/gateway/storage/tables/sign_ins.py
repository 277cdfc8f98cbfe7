"""Signing in: sessions, refresh tokens, wrong attempts, and the trail of all of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.gateway.storage.tables.metadata import Base


class SignedIn(Base):
    """One sign-in and everything that descends from it: the family its refresh tokens belong to."""

    __tablename__ = "sessions"
    __table_args__ = (Index(None, "account_id"), Index(None, "expires_at"))

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    started_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str]


class RefreshToken(Base):
    """A refresh token by its SHA-256; good once."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (Index(None, "session_id"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    issued_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInCounter(Base):
    """Wrong passwords for one name from one address."""

    __tablename__ = "sign_in_counters"
    __table_args__ = (Index(None, "since"),)

    name_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    peer: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    since: Mapped[datetime]


class SignIn(Base):
    """The trail of signing in. Append only; a name nobody has is not kept."""

    __tablename__ = "sign_ins"
    __table_args__ = (Index(None, "division_code", "id"), Index(None, "account_id", "id"))

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    grant: Mapped[str]
    outcome: Mapped[str]
    account_id: Mapped[str]
    username: Mapped[str]
    office_code: Mapped[str]
    division_code: Mapped[str]
    peer: Mapped[str]
    trace_id: Mapped[str]
