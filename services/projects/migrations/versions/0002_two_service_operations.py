"""two-service operations"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("projects", sa.Column("funded_fen", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.create_check_constraint(op.f("ck_projects_funded_within_plan"), "projects", "funded_fen between 0 and plan_line_fen")
    op.create_table(
        "fundings",
        sa.Column("op", sa.String(length=32), nullable=False),
        sa.Column("project_code", sa.String(length=64), nullable=False),
        sa.Column("county_code", sa.String(length=12), nullable=False),
        sa.Column("fund_year", sa.SmallInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("left_fen", sa.BigInteger(), nullable=True),
        sa.Column("facts", postgresql.JSONB(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state in ('funded', 'refused', 'tombstone')", name=op.f("ck_fundings_state")),
        sa.CheckConstraint("(state = 'refused') = (reason is not null)", name=op.f("ck_fundings_refused_with_reason")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_fundings_amount_positive")),
        sa.PrimaryKeyConstraint("op", name=op.f("pk_fundings")),
    )
    op.create_index(op.f("ix_fundings_county_code_asked_on"), "fundings", ["county_code", "asked_on"])
    op.create_index(op.f("ix_fundings_project_code"), "fundings", ["project_code"])
    op.create_table(
        "funding_releases",
        sa.Column("op", sa.String(length=32), nullable=False),
        sa.Column("release_id", sa.String(length=64), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_funding_releases_amount_positive")),
        sa.ForeignKeyConstraint(["op"], ["fundings.op"], name=op.f("fk_funding_releases_op")),
        sa.PrimaryKeyConstraint("op", "release_id", name=op.f("pk_funding_releases")),
    )


def downgrade() -> None:
    op.drop_table("funding_releases")
    op.drop_table("fundings")
    op.drop_constraint(op.f("ck_projects_funded_within_plan"), "projects", type_="check")
    op.drop_column("projects", "funded_fen")
