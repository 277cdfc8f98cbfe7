"""People, machines, and their ways to sign in."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.gateway.storage.tables.metadata import Base

PERSON, MACHINE = "person", "machine"


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
    must_change_password: Mapped[bool] = mapped_column(default=False)
    """Somebody else set the password: until its owner has changed it, the account does nothing else."""


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
