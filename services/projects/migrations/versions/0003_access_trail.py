"""The trails' chain of seals, its signed checkpoints, and the indexes its search needs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


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


def downgrade() -> None:
    for table in ("audit_entries", "read_trail"):
        op.drop_index(op.f(f"ix_{table}_actor_at"), table_name=table)
        op.drop_index(op.f(f"ix_{table}_at_id"), table_name=table)
    op.drop_table("trail_checkpoints")
    op.drop_table("trail_seals")
