"""Tables of files for the bank made of batches of grants, of files taken back, and of what the bank answered."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base, Entered


class GrantFile(Entered, Base):
    """A file of a batch's grants for the bank. Accounts stay with the registry; the hash is kept. Append only."""

    __tablename__ = "grant_files"
    __table_args__ = (
        UniqueConstraint("number", name="uq_grant_files_number"),
        CheckConstraint("line_count >= 1 and total_fen >= line_count", name="amounts"),
        Index(None, "batch_id"),
        Index(None, "county_code"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(String(64))
    batch_id: Mapped[int] = mapped_column(ForeignKey("grant_batches.id"))
    county_code: Mapped[str] = mapped_column(String(12))
    made_on: Mapped[date]
    line_count: Mapped[int]
    total_fen: Mapped[int]
    content_sha256: Mapped[str] = mapped_column(String(64))
    left_out: Mapped[dict[str, Any]]
    """Lines that could not be put in, by id, each with its reason."""


class GrantFileLine(Base):
    """One grant in a file; how it stands is the grant line's own state. Append only."""

    __tablename__ = "grant_file_lines"
    __table_args__ = (
        UniqueConstraint("line_id", "entry", name="uq_grant_file_lines_line"),
        UniqueConstraint("end_to_end_id", name="uq_grant_file_lines_end_to_end_id"),
        UniqueConstraint("grant_file_id", "number", name="uq_grant_file_lines_number"),
        CheckConstraint("amount_fen >= 1", name="amount_positive"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    grant_file_id: Mapped[int] = mapped_column(ForeignKey("grant_files.id"))
    number: Mapped[int]
    line_id: Mapped[int] = mapped_column(ForeignKey("grant_lines.id"))
    end_to_end_id: Mapped[str] = mapped_column(String(64))
    amount_fen: Mapped[int]
    entry: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """1, and one more for each voided file the grant was in: it stands in one file that holds."""


class GrantFileVoid(Entered, Base):
    """A file another person took back before the bank answered it; its grants may go into a new one. Append only."""

    __tablename__ = "grant_file_voids"
    __table_args__ = (UniqueConstraint("grant_file_id", name="uq_grant_file_voids_once"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    grant_file_id: Mapped[int] = mapped_column(ForeignKey("grant_files.id"))
    reason: Mapped[str]


class GrantFileResult(Entered, Base):
    """The bank's answer to a file of grants, as it was entered, by its hash. Append only."""

    __tablename__ = "grant_file_results"
    __table_args__ = (UniqueConstraint("grant_file_id", "content_sha256", name="uq_grant_file_results_once"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    grant_file_id: Mapped[int] = mapped_column(ForeignKey("grant_files.id"))
    content_sha256: Mapped[str] = mapped_column(String(64))
    line_count: Mapped[int]
    total_fen: Mapped[int]
    paid: Mapped[int]
    returned: Mapped[int]
    accepted: Mapped[int]
    repeated: Mapped[int]
