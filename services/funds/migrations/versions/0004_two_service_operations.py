"""two-service operations"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "fundings",
        sa.Column("op", sa.String(length=32), nullable=False),
        sa.Column("allocation_id", sa.BigInteger(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("project_code", sa.String(length=64), nullable=False),
        sa.Column("county_code", sa.String(length=12), nullable=False),
        sa.Column("fund_year", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("opinion", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_person", sa.String(), nullable=False),
        sa.Column("decided_office", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("grant_version", sa.BigInteger(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_ask_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('reserved', 'posted', 'refused', 'voided')", name=op.f("ck_fundings_state")),
        sa.CheckConstraint(
            "(state = 'reserved') = (settled_at is null)", name=op.f("ck_fundings_settled_when_decided")
        ),
        sa.CheckConstraint("amount_fen >= 1", name=op.f("ck_fundings_amount_positive")),
        sa.ForeignKeyConstraint(["allocation_id"], ["allocations.id"], name=op.f("fk_fundings_allocation_id")),
        sa.PrimaryKeyConstraint("op", name=op.f("pk_fundings")),
        sa.UniqueConstraint("office", "operation", "key", name="uq_fundings_key"),
    )
    op.create_index(
        "uq_fundings_one_live", "fundings", ["allocation_id"], unique=True,
        postgresql_where=sa.text("state in ('reserved', 'posted')"),
    )
    op.create_index(
        "ix_fundings_due", "fundings", ["next_ask_at"], postgresql_where=sa.text("state = 'reserved'")
    )
    op.create_index(op.f("ix_fundings_county_code_asked_on"), "fundings", ["county_code", "asked_on"])
    op.create_table(
        "funding_releases",
        sa.Column("op", sa.String(length=32), nullable=False),
        sa.Column("release_id", sa.String(length=64), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=False),
        sa.CheckConstraint("amount_fen >= 1", name=op.f("ck_funding_releases_amount_positive")),
        sa.ForeignKeyConstraint(["op"], ["fundings.op"], name=op.f("fk_funding_releases_op")),
        sa.PrimaryKeyConstraint("op", "release_id", name=op.f("pk_funding_releases")),
    )
    for column in (
        sa.Column("grant_version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("state", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("plan_line_fen", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
    ):
        op.add_column("funded_projects", column)
    op.execute(
        """
        update funded_projects f
        set grant_version = g.version, state = g.facts ->> 'state',
            plan_line_fen = (g.facts ->> 'plan_line_fen')::bigint,
            ended_on = case when g.facts ->> 'state' in ('removed', 'stopped', 'refused', 'returned')
                            then g.effective_on end
        from (select distinct on (project_code) * from project_grants order by project_code, version desc) g
        where g.project_code = f.project_code
        """
    )


def downgrade() -> None:
    for name in ("ended_on", "plan_line_fen", "state", "grant_version"):
        op.drop_column("funded_projects", name)
    op.drop_table("funding_releases")
    op.drop_table("fundings")
