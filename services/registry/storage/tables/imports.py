"""Tables of people workbooks: the import and its progress, the uploaded bytes, what became of refused rows, and how
households of the sheet differ from files already there."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.storage.tables.declarative import Base


class HouseholdImport(Base):
    """One upload and its progress. `actor` is on whose rights it runs; `worker` holds it until `leased_until`.

    `notes` are the layout, what of the sheet was not taken over or hidden, and the places of a fault of the sheet.
    """

    __tablename__ = "household_imports"
    __table_args__ = (
        CheckConstraint("state in ('queued', 'running', 'done', 'failed', 'undone', 'undoing')", name="state_known"),
        CheckConstraint("mode in ('good_rows', 'all_or_nothing')", name="mode_known"),
        Index(
            "uq_household_imports_content",
            "office",
            "sha256",
            "mode",
            unique=True,
            postgresql_where=text(
                "not dry_run and state not in ('failed', 'undone') and (state <> 'done' or households_ok > 0)"
            ),
        ),
        Index("ix_household_imports_unfinished", "id", postgresql_where=text("state in ('queued', 'running')")),
        Index("ix_household_imports_undoing", "id", postgresql_where=text("state = 'undoing'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    office: Mapped[str]
    division_code: Mapped[str] = mapped_column(String(12))
    sha256: Mapped[str]
    file_kind: Mapped[str]
    mode: Mapped[str]
    dry_run: Mapped[bool]
    state: Mapped[str]
    failure: Mapped[str | None]
    notes: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    rows_total: Mapped[int]
    rows_done: Mapped[int]
    rows_refused: Mapped[int]
    households_total: Mapped[int]
    households_ok: Mapped[int]
    people_ok: Mapped[int]
    actor: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    undo_actor: Mapped[dict[str, Any] | None]
    """On whose rights a large import is undone in the background."""
    worker: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int]


class HouseholdImportFile(Base):
    """A part of the uploaded bytes, sealed: they hold identity numbers. Append only.

    Parts are numbered from 0 on. `id` follows from import and number, so that no part can take another's place.
    """

    __tablename__ = "household_import_files"
    __table_args__ = (UniqueConstraint("import_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    import_id: Mapped[UUID] = mapped_column(ForeignKey("household_imports.id"))
    number: Mapped[int]
    content: Mapped[bytes]


class HouseholdImportRow(Base):
    """A refused row of an upload and why. Holds no cell of it."""

    __tablename__ = "household_import_rows"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("household_imports.id"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    reasons: Mapped[str]


class HouseholdImportDifference(Base):
    """What a dry run found of one household of the sheet: `new`, `unchanged` or `differs`; protected values masked."""

    __tablename__ = "household_import_differences"
    __table_args__ = (CheckConstraint("state in ('new', 'unchanged', 'differs')", name="state_known"),)

    import_id: Mapped[UUID] = mapped_column(ForeignKey("household_imports.id"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    household_id: Mapped[UUID | None]
    household_no: Mapped[int | None] = mapped_column(BigInteger)
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
