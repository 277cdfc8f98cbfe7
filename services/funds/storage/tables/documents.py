"""Tables of money coming down: documents, their lines, receipts, allocations."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base, Decided, Entered


class Document(Entered, Base):
    """A fund document (资金文件): money of one kind and year handed down. Append only."""

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("issuing_division", "number_key", name="uq_documents_number"),
        CheckConstraint("total_fen >= 1", name="total_positive"),
        CheckConstraint("batch in ('advance','regular')", name="batch"),
        CheckConstraint("tranche >= 1", name="tranche_positive"),
        Index(None, "fund_year", "issuing_division"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str]
    number_key: Mapped[str]
    """The number as it is compared: brackets, widths and blanks made alike."""
    title: Mapped[str]
    office_name: Mapped[str] = mapped_column(default="")
    """The office that issued the paper, as printed on it."""
    issued_on: Mapped[date]
    issuing_division: Mapped[str] = mapped_column(String(12))
    fund_year: Mapped[int]
    fund_kind: Mapped[str] = mapped_column(ForeignKey("fund_kinds.code"))
    batch: Mapped[str]
    tranche: Mapped[int] = mapped_column(default=1)
    """Which of the year's documents of this batch it is (第几批)."""
    total_fen: Mapped[int]
    drawn_on_receipt_id: Mapped[int | None] = mapped_column(index=True)


class DocumentLine(Base):
    """What one document gives one division. Append only."""

    __tablename__ = "document_lines"
    __table_args__ = (
        UniqueConstraint(
            "document_id", "division_code", "direction", "project_code", name="uq_document_lines_division"
        ),
        UniqueConstraint("number_key", "division_code", "direction", "project_code", name="uq_document_lines_once"),
        CheckConstraint("amount_fen >= 1 and matching_fen >= 0", name="amount_positive"),
        Index(None, "division_code", "document_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    number: Mapped[int]
    number_key: Mapped[str | None]
    """The document's number: one paper gives one place one line, whoever entered it."""
    division_code: Mapped[str] = mapped_column(String(12))
    direction: Mapped[str] = mapped_column(default="")
    """What the money is for in its kind (支出方向); empty when the document does not say."""
    project_code: Mapped[str] = mapped_column(String(64), default="")
    """The project the document names; empty for a block grant (切块下达)."""
    amount_fen: Mapped[int]
    matching_fen: Mapped[int] = mapped_column(default=0)
    """What the document demands of the place's own budget beside it."""


class Receipt(Entered, Base):
    """A document's line registered by the division it is for (接收登记). Append only."""

    __tablename__ = "receipts"
    __table_args__ = (
        UniqueConstraint("document_line_id", name="uq_receipts_document_line"),
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
        Index(None, "fund_year", "division_code"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    document_line_id: Mapped[int] = mapped_column(ForeignKey("document_lines.id"))
    division_code: Mapped[str] = mapped_column(String(12))
    fund_year: Mapped[int]
    fund_kind: Mapped[str]
    batch: Mapped[str]
    direction: Mapped[str] = mapped_column(default="")
    project_code: Mapped[str] = mapped_column(String(64), default="")
    amount_fen: Mapped[int]
    received_on: Mapped[date]


class Allocation(Entered, Decided, Base):
    """Money of a receipt given to a planned project (分配): proposed, then approved or refused."""

    __tablename__ = "allocations"
    __table_args__ = (
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
        CheckConstraint("reduced_fen >= 0 and reduced_fen <= amount_fen", name="reduced_within"),
        CheckConstraint("state in ('proposed','approved','refused')", name="state"),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
        Index(None, "project_code", "fund_year"),
        Index(None, "fund_year", "division_code"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipts.id"), index=True)
    project_code: Mapped[str] = mapped_column(ForeignKey("funded_projects.project_code"))
    project_name: Mapped[str]
    county_code: Mapped[str] = mapped_column(String(12))
    division_code: Mapped[str] = mapped_column(String(12))
    """The project's first site: whose scope covers it sees the allocation."""
    fund_year: Mapped[int]
    fund_kind: Mapped[str]
    batch: Mapped[str]
    purpose: Mapped[str]
    office: Mapped[str]
    office_name: Mapped[str]
    amount_fen: Mapped[int]
    reduced_fen: Mapped[int] = mapped_column(default=0)
    """What was called back or moved to another project since it was approved."""
    use_code: Mapped[str] = mapped_column(String(64), default="")
    moved_from_id: Mapped[int | None] = mapped_column(ForeignKey("allocations.id"))
    """The allocation its money was moved from; such an allocation is decided by its reallocation."""
    state: Mapped[str]
    proposed_on: Mapped[date]
    grant_version: Mapped[int]
    """The version of the project's facts the proposal was made on."""
    decided_grant_version: Mapped[int | None]


class Decision(Base):
    """One decision of one step on one thing, with the words of who decided. Append only."""

    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("subject_type", "subject_id", "step", name="uq_decisions_once"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    subject_type: Mapped[str]
    subject_id: Mapped[int]
    step: Mapped[str]
    outcome: Mapped[str]
    opinion: Mapped[str]
    decided_on: Mapped[date]
    recorded_at: Mapped[datetime]
    decided_by: Mapped[str]
    decided_person: Mapped[str]
    decided_office: Mapped[str]
