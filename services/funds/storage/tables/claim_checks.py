"""Tables of what surrounds a claim: the contract's terms, opinions on it, approvals above finance's."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base, Decided, Entered


class ContractTerms(Entered, Decided, Base):
    """How a project's contract is paid: the part other sources pay, its stages' ceilings. The newest approved holds."""

    __tablename__ = "contract_terms"
    __table_args__ = (
        Index(None, "project_code"),
        Index(
            "uq_contract_terms_one_proposed",
            "project_code",
            unique=True,
            postgresql_where=text("state = 'proposed'"),
        ),
        CheckConstraint("other_sources_fen >= 0", name="other_sources"),
        CheckConstraint("state in ('proposed','approved','refused')", name="state"),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    project_code: Mapped[str] = mapped_column(String(64))
    county_code: Mapped[str] = mapped_column(String(12))
    division_code: Mapped[str] = mapped_column(String(12))
    contract_fen: Mapped[int]
    other_sources_fen: Mapped[int]
    advance_rate: Mapped[str]
    progress_rate: Mapped[str]
    stated_on: Mapped[date]
    state: Mapped[str]


class ClaimOpinion(Base):
    """What a township or a department says of a claim before finance reviews it. Append only."""

    __tablename__ = "claim_opinions"
    __table_args__ = (
        UniqueConstraint("claim_id", "level", name="uq_claim_opinions_once"),
        CheckConstraint("level in ('township','department')", name="level"),
        CheckConstraint("outcome in ('support','oppose')", name="outcome"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    level: Mapped[str]
    outcome: Mapped[str]
    opinion: Mapped[str]
    given_on: Mapped[date]
    recorded_at: Mapped[datetime]
    given_by: Mapped[str]
    given_person: Mapped[str]


class ClaimApproval(Base):
    """An approval above finance's review that a large claim needs before its order. Append only."""

    __tablename__ = "claim_approvals"
    __table_args__ = (
        UniqueConstraint("claim_id", "level", name="uq_claim_approvals_level"),
        UniqueConstraint("claim_id", "approved_person", name="uq_claim_approvals_person"),
        CheckConstraint("level in ('county','superior')", name="level"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    level: Mapped[str]
    opinion: Mapped[str]
    approved_on: Mapped[date]
    recorded_at: Mapped[datetime]
    approved_by: Mapped[str]
    approved_person: Mapped[str]
    approved_office: Mapped[str]
