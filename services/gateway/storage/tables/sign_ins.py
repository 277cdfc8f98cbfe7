"""Signing in: sessions, refresh tokens, wrong attempts, and the trail of all of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.gateway.storage.tables.metadata import Base
from shared.chassis import clock


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
    grant: Mapped[str] = mapped_column(default="password")
    """How it began: password, client_credentials or external."""
    peer: Mapped[str] = mapped_column(default="")
    """The address it began from."""
    last_used_at: Mapped[datetime] = mapped_column(default=clock.now)
    """Known to five minutes or so: not every request is worth a write."""
    second_factor: Mapped[bool] = mapped_column(default=False)
    """Whether a second factor was shown, here or to the external issuer."""


class RefreshToken(Base):
    """A refresh token by its SHA-256; good once."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (Index(None, "session_id"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    issued_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInCounter(Base):
    """Wrong passwords for one name from one network; under `*` those from everywhere."""

    __tablename__ = "sign_in_counters"
    __table_args__ = (Index(None, "since"), Index(None, "peer", "since"))

    name_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    peer: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    since: Mapped[datetime]
    last_at: Mapped[datetime]
    """The latest attempt that was weighed."""


class KnownAddress(Base):
    """A network an account signed in from before: what others do from elsewhere does not bar it."""

    __tablename__ = "known_addresses"
    __table_args__ = (Index(None, "last_at"),)

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    network: Mapped[str] = mapped_column(primary_key=True)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


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
    times: Mapped[int] = mapped_column(default=1)
    """How often within some seconds: refused access tokens are noted together."""
