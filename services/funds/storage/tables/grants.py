"""Tables of grants to people: batches and their lines. No identity number is ever kept here."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base, Decided, Entered


class GrantBatch(Entered, Decided, Base):
    """A list of grants of one programme and period, paid from one allocation."""

    __tablename__ = "grant_batches"
    __table_args__ = (
        CheckConstraint("state in ('prepared','approved','refused','ordered','settled')", name="state"),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
        CheckConstraint("ordered_person <> entered_person and ordered_person <> decided_person", name="three_persons"),
        UniqueConstraint("county_code", "order_no", name="uq_grant_batches_order_no"),
        Index(None, "fund_year", "division_code"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    programme: Mapped[str] = mapped_column(String(64))
    allocation_id: Mapped[int] = mapped_column(ForeignKey("allocations.id"), index=True)
    county_code: Mapped[str] = mapped_column(String(12))
    division_code: Mapped[str] = mapped_column(String(12))
    fund_year: Mapped[int]
    entitled_year: Mapped[int]
    """The year the grants count to: the money's, but for grants made anew on the money of another year."""
    period: Mapped[str]
    total_fen: Mapped[int]
    state: Mapped[str]
    prepared_on: Mapped[date]
    ordered_on: Mapped[date | None]
    ordered_at: Mapped[datetime | None]
    ordered_by: Mapped[str | None]
    ordered_person: Mapped[str | None]
    order_no: Mapped[str | None] = mapped_column(String(64))


class GrantLine(Base):
    """One grant to one registered person, with what the registry said of them that day."""

    __tablename__ = "grant_lines"
    __table_args__ = (
        UniqueConstraint("batch_id", "ref", name="uq_grant_lines_ref"),
        Index(
            "uq_grant_lines_once",
            "person_id",
            "programme",
            "period",
            unique=True,
            postgresql_where=text("live"),
        ),
        Index("uq_grant_lines_bank_reference", text("left(division_code, 6)"), "bank_reference", unique=True),
        Index(None, "household_id"),
        Index(None, "division_code"),
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
        CheckConstraint("not live or person_id is not null", name="payee_known"),
        CheckConstraint(
            "state in ('refused','prepared','approved','waiting','stopped','ordered','paid','returned')", name="state"
        ),
        Index(None, "payee_person_id", postgresql_where=text("live")),
        Index(None, "account_mark", postgresql_where=text("live")),
        Index("uq_grant_lines_regrant_of", "regrant_of", unique=True, postgresql_where=text("live")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("grant_batches.id"), index=True)
    number: Mapped[int]
    ref: Mapped[str] = mapped_column(String(64))
    programme: Mapped[str] = mapped_column(String(64))
    period: Mapped[str]
    person_id: Mapped[str | None]
    household_id: Mapped[str | None]
    household_version: Mapped[int | None]
    division_code: Mapped[str | None] = mapped_column(String(12))
    name_masked: Mapped[str | None]
    amount_fen: Mapped[int]
    state: Mapped[str]
    reason: Mapped[str | None]
    live: Mapped[bool]
    """True while the line can still be or has been paid: the same person, programme and period have one."""
    bank_reference: Mapped[str | None] = mapped_column(String(64))
    settled_on: Mapped[date | None]
    reason_detail: Mapped[str | None]
    """The fact or the group of programmes the reason turned on."""
    facts: Mapped[dict[str, Any] | None]
    """What the register said on the day of preparation and the amount depends on; never changed afterwards."""
    facts_hash: Mapped[str | None] = mapped_column(String(64))
    payee_person_id: Mapped[str | None]
    payee_basis: Mapped[str | None]
    """By which rule they receive it: person, head, guardian or mandate."""
    account_mark: Mapped[str | None] = mapped_column(String(64))
    """Equal for equal bank accounts; the account itself stays with the registry."""
    cool_until: Mapped[date | None]
    """The first day money may go into an account that was changed after approval."""
    regrant_of: Mapped[int | None] = mapped_column(ForeignKey("grant_lines.id"), index=True)


class GrantHold(Base):
    """A claim on a grant only one live line can have: whose, of which programme or group, for which span."""

    __tablename__ = "grant_holds"
    __table_args__ = (
        Index("uq_grant_holds_once", "subject", "topic", "span", unique=True, postgresql_where=text("live")),
    )

    line_id: Mapped[int] = mapped_column(ForeignKey("grant_lines.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(80), primary_key=True)
    topic: Mapped[str] = mapped_column(String(80), primary_key=True)
    span: Mapped[str] = mapped_column(String(24))
    live: Mapped[bool]


class GrantPayee(Base):
    """A person money was to go to: the row that is locked when they are listed, paid, or told to be dead."""

    __tablename__ = "grant_payees"

    person_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    died_on: Mapped[date | None]
    heard_at: Mapped[datetime | None]


class ClawBack(Base):
    """Money paid to somebody after the day they died, or still at the bank that day, to be got back."""

    __tablename__ = "claw_backs"
    __table_args__ = (
        CheckConstraint("state in ('open','recovered','closed')", name="state"),
        Index(None, "state", "division_code"),
        Index("uq_claw_backs_bank_reference", text("left(division_code, 6)"), "bank_reference", unique=True),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("grant_lines.id"), unique=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("grant_batches.id"))
    person_id: Mapped[str]
    division_code: Mapped[str] = mapped_column(String(12))
    amount_fen: Mapped[int]
    died_on: Mapped[date]
    paid_on: Mapped[date]
    opened_at: Mapped[datetime]
    state: Mapped[str]
    recovered_on: Mapped[date | None]
    bank_reference: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[str | None]
    settled_by: Mapped[str | None]
    settled_person: Mapped[str | None]


class GrantReturn(Entered, Base):
    """A paid grant that came back whole, sent back by the bank or given back by the household. Append only."""

    __tablename__ = "grant_returns"
    __table_args__ = (
        UniqueConstraint("county_code", "bank_reference", "entry", name="uq_grant_returns_bank_reference"),
        Index(None, "line_id"),
        CheckConstraint("returned_by in ('bank','household')", name="returned_by"),
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("grant_lines.id"))
    county_code: Mapped[str] = mapped_column(String(12))
    amount_fen: Mapped[int]
    returned_on: Mapped[date]
    returned_by: Mapped[str]
    reason: Mapped[str]
    bank_reference: Mapped[str] = mapped_column(String(64))
    entry: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """1, and one more for each undone entry of the same reference: a wrong one is undone, then entered right."""


class GrantMandate(Entered, Decided, Base):
    """Somebody receives another's grants by a paper, approved by a second person (委托领取)."""

    __tablename__ = "grant_mandates"
    __table_args__ = (
        CheckConstraint("state in ('proposed','approved','refused','ended')", name="state"),
        CheckConstraint("(state = 'ended') = (ended_on is not null)", name="ended"),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="days_in_order"),
        CheckConstraint("person_id <> payee_person_id", name="two_people"),
        Index(None, "person_id", "payee_person_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    person_id: Mapped[str]
    payee_person_id: Mapped[str]
    household_id: Mapped[str]
    division_code: Mapped[str] = mapped_column(String(12))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    reason: Mapped[str]
    paper_sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str]
    ended_on: Mapped[date | None]
    end_reason: Mapped[str | None]
