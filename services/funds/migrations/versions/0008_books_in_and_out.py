"""books in and out"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

INSTANT = sa.DateTime(timezone=True)
TABLES = ("book_import_entries", "book_import_faults", "book_import_lines", "book_import_files", "book_imports")


def upgrade() -> None:
    _imports()
    _contents()
    _entries()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _column(name: str, kind: Any, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=nullable)


def _imports() -> None:
    number, words = sa.BigInteger(), sa.String()
    op.create_table(
        "book_imports",
        sa.Column("id", number, sa.Identity(always=True), nullable=False),
        _column("division_code", sa.String(12)),
        _column("fund_year", number),
        _column("state", words),
        _column("content_sha256", sa.String(64)),
        *(_column(name, number) for name in (
            "lines", "faulty_lines", "received_fen", "allocated_fen", "paid_fen", "returned_fen", "withheld_fen",
        )),
        _column("notes", postgresql.JSONB()),
        _column("undone_on", sa.Date(), nullable=True),
        _column("undone_at", INSTANT, nullable=True),
        *(_column(name, words, nullable=True) for name in ("undone_by", "undone_person", "undo_reason")),
        _column("entered_at", INSTANT),
        *(_column(name, words) for name in ("entered_by", "entered_person", "entered_office")),
        _column("decided_on", sa.Date(), nullable=True),
        _column("decided_at", INSTANT, nullable=True),
        *(_column(name, words, nullable=True) for name in (
            "decided_by", "decided_person", "decided_office", "opinion",
        )),
        sa.CheckConstraint(
            "state in ('faulty','checked','refused','posted','undone')", name=op.f("ck_book_imports_state")
        ),
        sa.CheckConstraint("decided_person <> entered_person", name=op.f("ck_book_imports_two_persons")),
        sa.CheckConstraint("undone_person <> entered_person", name=op.f("ck_book_imports_undone_by_another")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_book_imports")),
    )  # fmt: skip
    op.create_index(
        "uq_book_imports_content", "book_imports", ["division_code", "content_sha256"], unique=True,
        postgresql_where=sa.text("state in ('checked','posted')"),
    )  # fmt: skip
    op.create_index(op.f("ix_book_imports_division_code_fund_year"), "book_imports", ["division_code", "fund_year"])


def _contents() -> None:
    number, part = sa.BigInteger(), sa.String(16)
    for table, key, columns in (
        ("book_import_files", ("import_id", "part"), (_column("part", part), _column("content", sa.LargeBinary()))),
        (
            "book_import_lines",
            ("import_id", "part", "row"),
            (_column("part", part), _column("row", number), _column("facts", postgresql.JSONB())),
        ),
        (
            "book_import_faults",
            ("import_id", "number"),
            (
                _column("number", number), _column("part", part), _column("row", number),
                _column("column", sa.String()), _column("code", sa.String()),
                _column("project_code", sa.String(64), nullable=True), _column("left_fen", number, nullable=True),
            ),
        ),
    ):  # fmt: skip
        op.create_table(
            table,
            _column("import_id", number),
            *columns,
            sa.ForeignKeyConstraint(["import_id"], ["book_imports.id"], name=op.f(f"fk_{table}_import_id")),
            sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")),
        )


def _entries() -> None:
    table = "book_import_entries"
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        _column("import_id", sa.BigInteger()),
        _column("part", sa.String(16)),
        _column("row", sa.BigInteger()),
        _column("subject_type", sa.String(16)),
        _column("subject_id", sa.BigInteger()),
        sa.ForeignKeyConstraint(["import_id"], ["book_imports.id"], name=op.f(f"fk_{table}_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("subject_type", "subject_id", name="uq_book_import_entries_subject"),
    )
    op.create_index(op.f("ix_book_import_entries_import_id"), table, ["import_id"])
