"""Tables of opening books: the workbook sent in, its lines, what is wrong with them, what each line became."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base, Decided, Entered


class BookImport(Entered, Decided, Base):
    """A county's books of one fund year as its office kept them. `decided_*` is the second person's.

    The same lines (`content_sha256`) stand once in a county while they wait or are posted.
    """

    __tablename__ = "book_imports"
    __table_args__ = (
        CheckConstraint("state in ('faulty','checked','refused','posted','undone')", name="state"),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
        CheckConstraint("undone_person <> entered_person", name="undone_by_another"),
        Index(
            "uq_book_imports_content",
            "division_code",
            "content_sha256",
            unique=True,
            postgresql_where=text("state in ('checked','posted')"),
        ),
        Index(None, "division_code", "fund_year"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    division_code: Mapped[str] = mapped_column(String(12))
    fund_year: Mapped[int]
    state: Mapped[str]
    content_sha256: Mapped[str] = mapped_column(String(64))
    lines: Mapped[int]
    faulty_lines: Mapped[int]
    received_fen: Mapped[int]
    allocated_fen: Mapped[int]
    paid_fen: Mapped[int]
    returned_fen: Mapped[int]
    withheld_fen: Mapped[int]
    notes: Mapped[dict[str, Any]]
    """What was met in the sheets and read all the same: hidden rows and columns, by sheet."""
    undone_on: Mapped[date | None]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
    undone_person: Mapped[str | None]
    undo_reason: Mapped[str | None]


class BookImportFile(Base):
    """The bytes as sent in, for giving the same sheet back. Append only."""

    __tablename__ = "book_import_files"

    import_id: Mapped[int] = mapped_column(ForeignKey("book_imports.id"), primary_key=True)
    part: Mapped[str] = mapped_column(String(16), primary_key=True)
    """`workbook` for one file with every sheet, else the sheet's part."""
    content: Mapped[bytes]


class BookImportLine(Base):
    """One line of a sheet as it was read. Append only."""

    __tablename__ = "book_import_lines"

    import_id: Mapped[int] = mapped_column(ForeignKey("book_imports.id"), primary_key=True)
    part: Mapped[str] = mapped_column(String(16), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    facts: Mapped[dict[str, Any]]


class BookImportFault(Base):
    """What is wrong with a row, by the code of its reason. Append only; holds no cell but the project's code."""

    __tablename__ = "book_import_faults"

    import_id: Mapped[int] = mapped_column(ForeignKey("book_imports.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(String(16))
    row: Mapped[int]
    column: Mapped[str]
    code: Mapped[str]
    project_code: Mapped[str | None] = mapped_column(String(64))
    left_fen: Mapped[int | None]


class BookImportEntry(Base):
    """What a line became: the mark by which opening books are known. Append only."""

    __tablename__ = "book_import_entries"
    __table_args__ = (
        UniqueConstraint("subject_type", "subject_id", name="uq_book_import_entries_subject"),
        Index(None, "import_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("book_imports.id"))
    part: Mapped[str] = mapped_column(String(16))
    row: Mapped[int]
    subject_type: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[int]
