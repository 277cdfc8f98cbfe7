"""Tables of dividing money down the tree: recalls, moves between projects, factor proposals, budget statements."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base, Decided, Entered


class Recall(Entered, Decided, Base):
    """Money called back (收回/调减): from a line handed down, or from an allocation or its retention to its receipt."""

    __tablename__ = "recalls"
    __table_args__ = (
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
        CheckConstraint("state in ('proposed','approved','refused')", name="state"),
        CheckConstraint("taken_from in ('transit','receipt','allocation','withheld')", name="taken_from"),
        CheckConstraint("(claim_id is not null) = (taken_from = 'withheld')", name="claim_withheld"),
        CheckConstraint("num_nonnulls(document_line_id, allocation_id) = 1", name="one_target"),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
        Index(None, "fund_year", "division_code"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    document_line_id: Mapped[int | None] = mapped_column(ForeignKey("document_lines.id"), index=True)
    allocation_id: Mapped[int | None] = mapped_column(ForeignKey("allocations.id"), index=True)
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("claims.id"), index=True)
    """The claim whose retention is called back; `allocation_id` is then the one it was withheld from."""
    taken_from: Mapped[str]
    """Where the money was found: on its way, on the receipt, with the project, or withheld of a claim."""
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("receipts.id"), index=True)
    """The receipt the money is counted in until the recall is approved; null while nobody registered it."""
    back_to_receipt_id: Mapped[int | None] = mapped_column(ForeignKey("receipts.id"))
    """Where an approved recall puts the money; null is the source outside our books."""
    recalling_division: Mapped[str] = mapped_column(String(12))
    division_code: Mapped[str] = mapped_column(String(12))
    """Whose money it is until the recall is approved."""
    fund_year: Mapped[int]
    fund_kind: Mapped[str]
    batch: Mapped[str]
    amount_fen: Mapped[int]
    number: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str]
    proposed_on: Mapped[date]


class Reallocation(Entered, Base):
    """Unclaimed money moved from one project to another of the county (项目间调剂). Append only.

    The new allocation holds the money from the proposal on, and its decision is the decision of the move.
    """

    __tablename__ = "reallocations"
    __table_args__ = (
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
        CheckConstraint("from_allocation_id <> to_allocation_id", name="two_allocations"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    from_allocation_id: Mapped[int] = mapped_column(ForeignKey("allocations.id"), index=True)
    to_allocation_id: Mapped[int] = mapped_column(ForeignKey("allocations.id"), unique=True)
    county_code: Mapped[str] = mapped_column(String(12), index=True)
    fund_year: Mapped[int]
    amount_fen: Mapped[int]
    reason: Mapped[str]


class FactorProposal(Entered, Decided, Base):
    """A division of money among places by indicators and weights (因素法分配), before it becomes a document."""

    __tablename__ = "factor_proposals"
    __table_args__ = (
        CheckConstraint("total_fen >= 1", name="total_positive"),
        CheckConstraint("unit_fen in (1, 1000000)", name="unit"),
        CheckConstraint("state in ('proposed','approved','refused','issued')", name="state"),
        CheckConstraint("(state = 'issued') = (document_id is not null)", name="issued_by_document"),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
        Index(None, "fund_year", "division_code"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    division_code: Mapped[str] = mapped_column(String(12))
    fund_year: Mapped[int]
    fund_kind: Mapped[str] = mapped_column(ForeignKey("fund_kinds.code"))
    batch: Mapped[str]
    direction: Mapped[str]
    drawn_on_receipt_id: Mapped[int | None] = mapped_column(ForeignKey("receipts.id"))
    total_fen: Mapped[int]
    unit_fen: Mapped[int]
    indicators: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Each with name, source, weight and the places' values, as decimal strings."""
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """By place: what the factors gave, and what it is after adjustments."""
    adjustments: Mapped[int]
    state: Mapped[str]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"), unique=True)


class FactorAdjustment(Entered, Base):
    """One adjustment by hand of a factor proposal, with its reason. Append only."""

    __tablename__ = "factor_adjustments"
    __table_args__ = (UniqueConstraint("proposal_id", "number"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("factor_proposals.id"))
    number: Mapped[int]
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reason: Mapped[str]


class BudgetStatement(Entered, Base):
    """What a place states of its own budget in a year; a correction is the next version. Append only."""

    __tablename__ = "budget_statements"
    __table_args__ = (
        UniqueConstraint("division_code", "fund_year", "version", name="uq_budget_statements_version"),
        CheckConstraint("stock_used_fen <= stock_fen", name="stock_covers_use"),
        CheckConstraint(
            "place_class in ('province','city','contiguous_county','scattered_county','other_county')", name="class"
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    division_code: Mapped[str] = mapped_column(String(12))
    place_class: Mapped[str]
    fund_year: Mapped[int]
    version: Mapped[int]
    revenue_before_fen: Mapped[int]
    revenue_fen: Mapped[int]
    added_fen: Mapped[int]
    stock_fen: Mapped[int]
    stock_used_fen: Mapped[int]
    paper: Mapped[str]
