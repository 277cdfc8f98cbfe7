"""The trails' chain of seals, its signed checkpoints, and the indexes its search needs."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

DATA = Path(__file__).resolve().parents[2] / "data"


def upgrade() -> None:
    op.create_table(
        "trail_seals",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.Column("row_hash", sa.LargeBinary(), nullable=False),
        sa.Column("chain_hash", sa.LargeBinary(), nullable=False),
        sa.Column("subjects", postgresql.ARRAY(sa.String()), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_trail_seals")),
        sa.UniqueConstraint("kind", "row_id", name=op.f("uq_trail_seals_kind_row_id")),
    )
    op.create_index(op.f("ix_trail_seals_subjects"), "trail_seals", ["subjects"], postgresql_using="gin")
    op.create_table(
        "trail_checkpoints",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_trail_checkpoints")),
    )
    for table in ("audit_entries", "read_trail"):
        op.create_index(op.f(f"ix_{table}_at_id"), table, ["at", "id"])
        op.create_index(op.f(f"ix_{table}_actor_at"), table, ["actor", "at"])
    _seed_parameters()


def _seed_parameters() -> None:
    """Insert how long the trails are kept, if the table does not know it; a database made anew does."""
    names = ("key", "division_code", "valid_from", "valid_to", "value", "unit", "source")
    table = sa.table("parameters", *(sa.column(name) for name in names))
    known = set(op.get_bind().scalars(sa.select(table.c.key).distinct()))
    with (DATA / "parameters.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["key"] == "trail_months" and row["key"] not in known:
                days = {"valid_from": date.fromisoformat(row["valid_from"]), "valid_to": None}
                op.get_bind().execute(sa.insert(table).values(**row | days | {"value": int(row["value"])}))


def downgrade() -> None:
    for table in ("audit_entries", "read_trail"):
        op.drop_index(op.f(f"ix_{table}_actor_at"), table_name=table)
        op.drop_index(op.f(f"ix_{table}_at_id"), table_name=table)
    op.drop_table("trail_checkpoints")
    op.drop_table("trail_seals")
