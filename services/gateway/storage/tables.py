"""The gateway's tables. `*_at` is an instant, `*_on` a day, `*_by` an account. No secret is kept, only digests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, MetaData, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.chassis.tables import NAMING, TYPES

APPEND_ONLY: frozenset[str] = frozenset({"account_versions", "sign_ins"})
"""Tables on which the app role may insert and select, nothing else."""

COLUMN_TYPES: dict[Any, Any] = {**TYPES, list[str]: ARRAY(String)}

PERSON, MACHINE = "person", "machine"


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = COLUMN_TYPES


class Office(Base):
    """A body at one division; its level follows from the division's code."""

    __tablename__ = "offices"
    __table_args__ = (
        CheckConstraint("division_code ~ '^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$'", name="division_form"),
        CheckConstraint("starts_with(code, division_code || '-')", name="code_begins_with_division"),
        Index(None, "division_code", "code"),
    )

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str]
    division_code: Mapped[str] = mapped_column(String(12))
    level: Mapped[str]
    sector: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class Person(Base):
    """A human who has, or had, an account. Two accounts of one human share the row."""

    __tablename__ = "persons"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class Account(Base):
    """One way to sign in: of a human by password, or of a department's machine by secret."""

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("username"),
        CheckConstraint(f"kind in ('{PERSON}', '{MACHINE}')", name="kind_known"),
        CheckConstraint("(kind = 'person') = (person_id is not null)", name="humans_have_a_person"),
        CheckConstraint("(kind = 'machine') = (expires_on is not null)", name="machines_expire"),
        CheckConstraint("cardinality(roles) > 0", name="has_a_role"),
        CheckConstraint("version > 0", name="version_positive"),
        Index(None, "office_code", "id"),
        Index(None, "person_id"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str]
    username: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    office_code: Mapped[str] = mapped_column(ForeignKey("offices.code"))
    roles: Mapped[list[str]]
    title: Mapped[str]
    secret_hash: Mapped[str]
    """Argon2id of a password; SHA-256 (hex) of a machine's random secret."""
    purpose: Mapped[str]
    expires_on: Mapped[date | None]
    disabled: Mapped[bool]
    version: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class AccountVersion(Base):
    """What an account's rights were, from when, and by whom. Append only; holds no secret."""

    __tablename__ = "account_versions"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    office_code: Mapped[str]
    roles: Mapped[list[str]]
    title: Mapped[str]
    disabled: Mapped[bool]
    reason: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]


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


class Parameter(Base):
    """A dated number of the sign-in policy. Earlier rows are closed, never changed."""

    __tablename__ = "parameters"
    __table_args__ = (
        UniqueConstraint("key", "division_code", "valid_from"),
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="days_in_order"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    key: Mapped[str]
    division_code: Mapped[str] = mapped_column(String(12))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    value: Mapped[int]
    unit: Mapped[str]
    source: Mapped[str]
