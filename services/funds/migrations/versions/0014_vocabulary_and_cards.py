"""vocabulary and cards"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.funds.migrations.seeding import seed_missing_parameters

revision = "0014"
down_revision = "0013"

INSTANT = sa.DateTime(timezone=True)
DATED = {
    "fund_kind_terms": ("fund_kind", "from_year"),
    "forbidden_uses": ("fund_kind", "use_code", "valid_from"),
}
"""Lists whose rows are of an area now, and their keys before."""


def _column(name: str, kind: Any, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=nullable)


def _entered() -> list[sa.Column[Any]]:
    words = [_column(name, sa.String()) for name in ("entered_by", "entered_person", "entered_office")]
    return [_column("entered_at", INSTANT), *words]


def _decided() -> list[sa.Column[Any]]:
    names = ("decided_by", "decided_person", "decided_office", "opinion")
    words = [_column(name, sa.String(), nullable=True) for name in names]
    return [_column("decided_on", sa.Date(), nullable=True), _column("decided_at", INSTANT, nullable=True), *words]


def upgrade() -> None:
    """Lists of an area with changes two persons make; what is new of loans."""
    for table, key in DATED.items():
        op.add_column(table, sa.Column("division_code", sa.String(12), server_default="00", nullable=False))
        op.drop_constraint(op.f(f"pk_{table}"), table)
        op.create_primary_key(op.f(f"pk_{table}"), table, ["division_code", *key])
    _vocabulary_changes()
    op.add_column("donation_uses", sa.Column("household_id", sa.String(), nullable=True))
    op.create_index(op.f("ix_donation_uses_household_id"), "donation_uses", ["household_id"])
    op.add_column("loans", sa.Column("subsidy_ends_on", sa.Date(), nullable=True))
    op.add_column("loan_repayments", sa.Column("entry", sa.BigInteger(), server_default="1", nullable=False))
    op.drop_constraint("uq_loan_repayments_bank_reference", "loan_repayments")
    op.create_unique_constraint("uq_loan_repayments_bank_reference", "loan_repayments", ["bank_reference", "entry"])
    _reversals()
    _extensions()
    _grant_files()
    seed_missing_parameters()


def _vocabulary_changes() -> None:
    table = "vocabulary_changes"
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        _column("what", sa.String(32)),
        _column("division_code", sa.String(12)),
        _column("fund_kind", sa.String(64)),
        _column("change", postgresql.JSONB()),
        _column("state", sa.String()),
        *_entered(),
        *_decided(),
        sa.CheckConstraint("state in ('proposed','approved','refused')", name=op.f(f"ck_{table}_state")),
        sa.CheckConstraint("decided_person <> entered_person", name=op.f(f"ck_{table}_two_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_division_code_id"), table, ["division_code", "id"])


def _reversals() -> None:
    table = "loan_repayment_reversals"
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        _column("loan_id", sa.BigInteger()),
        _column("repayment_id", sa.BigInteger()),
        _column("division_code", sa.String(12)),
        _column("reason", sa.String()),
        _column("state", sa.String()),
        *_entered(),
        *_decided(),
        sa.CheckConstraint("state in ('proposed','approved','refused')", name=op.f(f"ck_{table}_state")),
        sa.CheckConstraint("decided_person <> entered_person", name=op.f(f"ck_{table}_two_persons")),
        sa.ForeignKeyConstraint(["loan_id"], ["loans.id"], name=op.f(f"fk_{table}_loan_id")),
        sa.ForeignKeyConstraint(["repayment_id"], ["loan_repayments.id"], name=op.f(f"fk_{table}_repayment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(
        f"uq_{table}_once", table, ["repayment_id"], unique=True, postgresql_where=sa.text("state <> 'refused'")
    )
    for column in ("loan_id", "division_code"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _extensions() -> None:
    table = "loan_extensions"
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        _column("loan_id", sa.BigInteger()),
        _column("division_code", sa.String(12)),
        _column("months", sa.BigInteger()),
        _column("reason", sa.String()),
        _column("asked_on", sa.Date()),
        _column("state", sa.String()),
        _column("due_on_before", sa.Date()),
        _column("due_on_after", sa.Date(), nullable=True),
        _column("subsidised", sa.Boolean(), nullable=True),
        *_entered(),
        *_decided(),
        sa.CheckConstraint("months >= 1", name=op.f(f"ck_{table}_months_positive")),
        sa.CheckConstraint("state in ('asked','approved','refused')", name=op.f(f"ck_{table}_state")),
        sa.CheckConstraint("decided_person <> entered_person", name=op.f(f"ck_{table}_two_persons")),
        sa.ForeignKeyConstraint(["loan_id"], ["loans.id"], name=op.f(f"fk_{table}_loan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(
        f"uq_{table}_one_asked", table, ["loan_id"], unique=True, postgresql_where=sa.text("state = 'asked'")
    )
    for column in ("loan_id", "division_code"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _grant_files() -> None:
    number, fen = sa.BigInteger(), sa.BigInteger()
    table = "grant_files"
    op.create_table(
        table,
        sa.Column("id", number, sa.Identity(always=True), nullable=False),
        _column("number", sa.String(64)),
        _column("batch_id", number),
        _column("county_code", sa.String(12)),
        _column("made_on", sa.Date()),
        _column("line_count", number),
        _column("total_fen", fen),
        _column("content_sha256", sa.String(64)),
        _column("left_out", postgresql.JSONB()),
        *_entered(),
        sa.CheckConstraint("line_count >= 1 and total_fen >= line_count", name=op.f(f"ck_{table}_amounts")),
        sa.ForeignKeyConstraint(["batch_id"], ["grant_batches.id"], name=op.f(f"fk_{table}_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("number", name=f"uq_{table}_number"),
    )
    for column in ("batch_id", "county_code"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    table = "grant_file_lines"
    op.create_table(
        table,
        sa.Column("id", number, sa.Identity(always=True), nullable=False),
        _column("grant_file_id", number),
        _column("number", number),
        _column("line_id", number),
        _column("end_to_end_id", sa.String(64)),
        _column("amount_fen", fen),
        sa.Column("entry", number, server_default="1", nullable=False),
        sa.CheckConstraint("amount_fen >= 1", name=op.f(f"ck_{table}_amount_positive")),
        sa.ForeignKeyConstraint(["grant_file_id"], ["grant_files.id"], name=op.f(f"fk_{table}_grant_file_id")),
        sa.ForeignKeyConstraint(["line_id"], ["grant_lines.id"], name=op.f(f"fk_{table}_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("line_id", "entry", name=f"uq_{table}_line"),
        sa.UniqueConstraint("end_to_end_id", name=f"uq_{table}_end_to_end_id"),
        sa.UniqueConstraint("grant_file_id", "number", name=f"uq_{table}_number"),
    )
    table = "grant_file_voids"
    op.create_table(
        table,
        sa.Column("id", number, sa.Identity(always=True), nullable=False),
        _column("grant_file_id", number),
        _column("reason", sa.String()),
        *_entered(),
        sa.ForeignKeyConstraint(["grant_file_id"], ["grant_files.id"], name=op.f(f"fk_{table}_grant_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("grant_file_id", name=f"uq_{table}_once"),
    )
    table = "grant_file_results"
    op.create_table(
        table,
        sa.Column("id", number, sa.Identity(always=True), nullable=False),
        _column("grant_file_id", number),
        _column("content_sha256", sa.String(64)),
        *(_column(name, number) for name in ("line_count", "total_fen", "paid", "returned", "accepted", "repeated")),
        *_entered(),
        sa.ForeignKeyConstraint(["grant_file_id"], ["grant_files.id"], name=op.f(f"fk_{table}_grant_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("grant_file_id", "content_sha256", name=f"uq_{table}_once"),
    )


def downgrade() -> None:
    """Rows of an area alone go with it: the schema before knows only the country's."""
    for table in ("grant_file_results", "grant_file_voids", "grant_file_lines", "grant_files"):
        op.drop_table(table)
    op.drop_table("loan_extensions")
    op.drop_table("loan_repayment_reversals")
    op.drop_constraint("uq_loan_repayments_bank_reference", "loan_repayments")
    op.drop_column("loan_repayments", "entry")
    op.create_unique_constraint("uq_loan_repayments_bank_reference", "loan_repayments", ["bank_reference"])
    op.drop_column("loans", "subsidy_ends_on")
    op.drop_index(op.f("ix_donation_uses_household_id"), "donation_uses")
    op.drop_column("donation_uses", "household_id")
    op.drop_table("vocabulary_changes")
    for table, key in DATED.items():
        rows = sa.table(table, sa.column("division_code"))
        op.execute(sa.delete(rows).where(rows.c.division_code != "00"))
        op.drop_constraint(op.f(f"pk_{table}"), table)
        op.drop_column(table, "division_code")
        op.create_primary_key(op.f(f"pk_{table}"), table, list(key))
