"""comparison lists, and what changed since"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.registry.migrations.seeding import seed_missing_parameters
from shared.chassis.changes import WRITTEN_IN, drop_noted, keep_noted

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    # What stands already was written by a transaction that is long over: no row is touched.
    op.execute("alter table household_versions add column written_in bigint not null default 0")
    op.execute(f"alter table household_versions alter column written_in set default {WRITTEN_IN}")
    for statement in keep_noted("divisions"):
        op.execute(statement)
    op.create_index("ix_household_versions_written", "household_versions", ["written_in", "household_id"])
    op.create_index("ix_divisions_written", "divisions", ["written_in", "code"])
    _create_lists()
    seed_missing_parameters()


def _create_lists() -> None:
    op.create_table(
        "comparison_lists",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("division_code", sa.String(12), nullable=False),
        sa.Column("batch_key", sa.String(64), nullable=False),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply_by", sa.Date(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("faulty", sa.BigInteger(), nullable=False),
        sa.Column("repeated", sa.BigInteger(), nullable=False),
        sa.Column("matched", sa.BigInteger(), nullable=False),
        sa.Column("faults", postgresql.JSONB(), nullable=False),
        sa.UniqueConstraint("office", "kind", "batch_key", name="uq_comparison_lists_batch"),
        sa.UniqueConstraint("office", "kind", "content_sha256", name="uq_comparison_lists_content"),
    )
    op.create_index("ix_comparison_lists_division_code_id", "comparison_lists", ["division_code", "id"])
    op.create_table(
        "comparison_doubts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("list_id", sa.Uuid(), sa.ForeignKey("comparison_lists.id"), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("household_id", sa.Uuid(), sa.ForeignKey("households.id"), nullable=False),
        sa.Column("member_id", sa.Uuid(), sa.ForeignKey("household_members.id"), nullable=False),
        sa.Column("village_code", sa.String(12), nullable=False),
        sa.Column("fact", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reply_by", sa.Date(), nullable=False),
        sa.UniqueConstraint("list_id", "row", name="uq_comparison_doubts_list_id_row"),
        sa.CheckConstraint("state in ('open', 'answered', 'closed')", name=op.f("ck_comparison_doubts_state_known")),
    )
    op.create_index("ix_comparison_doubts_village_code_id", "comparison_doubts", ["village_code", "id"])
    op.create_index("ix_comparison_doubts_household_id", "comparison_doubts", ["household_id"])
    op.create_table(
        "comparison_doubt_steps",
        sa.Column("doubt_id", sa.BigInteger(), sa.ForeignKey("comparison_doubts.id"), primary_key=True),
        sa.Column("number", sa.SmallInteger(), primary_key=True),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
    )


def downgrade() -> None:
    for table in ("comparison_doubt_steps", "comparison_doubts", "comparison_lists"):
        op.drop_table(table)
    op.drop_index("ix_divisions_written", table_name="divisions")
    op.drop_index("ix_household_versions_written", table_name="household_versions")
    for statement in drop_noted("divisions"):
        op.execute(statement)
    op.drop_column("household_versions", "written_in")
