"""Tables of people workbooks: the import and its progress, the uploaded bytes, and what became of refused rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.storage.tables.declarative import Base


class HouseholdImport(Base):
    """One upload and its progress. `actor` is on whose rights it runs; `worker` holds it until `leased_until`."""

    __tablename__ = "household_imports"
    __table_args__ = (
        CheckConstraint("state in ('queued', 'running', 'done', 'failed')", name="state_known"),
        CheckConstraint("mode in ('good_rows', 'all_or_nothing')", name="mode_known"),
        Index(
            "uq_household_imports_content",
            "office",
            "sha256",
            "mode",
            unique=True,
            postgresql_where=text("not dry_run and state <> 'failed'"),
        ),
        Index("ix_household_imports_unfinished", "id", postgresql_where=text("state in ('queued', 'running')")),
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
    worker: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int]


class HouseholdImportFile(Base):
    """The uploaded bytes, sealed whole: they hold identity numbers. Append only."""

    __tablename__ = "household_import_files"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("household_imports.id"), primary_key=True)
    content: Mapped[bytes]


class HouseholdImportRow(Base):
    """A refused row of an upload and why. Holds no cell of it."""

    __tablename__ = "household_import_rows"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("household_imports.id"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    reasons: Mapped[str]
