"""search and indexes"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.chassis.row_security import in_range

revision = "0010"
down_revision = "0009"

BY_HOUSEHOLD = "ix_household_members_household_id"
BY_PLACE = "ix_household_members_household_id_position"
CHARACTERS = "ix_household_members_name_characters"
ITS_HOUSEHOLD_IS_SEEN = "exists (select from households h where h.id = household_id)"
# As with versions: who sees the household now sees what was frozen of it, and what was asked to be corrected.
POLICIES = {
    "household_slices": [
        ("of_household", f"for select using ({ITS_HOUSEHOLD_IS_SEEN})"),
        ("written_in_range", f"for insert with check ({in_range('village_code')})"),
    ],
    "corrections": [
        ("of_household", f"for all using ({ITS_HOUSEHOLD_IS_SEEN}) with check ({ITS_HOUSEHOLD_IS_SEEN})"),
    ],
}


def upgrade() -> None:
    op.create_index(BY_HOUSEHOLD, "household_members", ["household_id"])
    op.drop_index(BY_PLACE, table_name="household_members")
    op.execute(f"alter index {CHARACTERS} set (gin_pending_list_limit = 1024)")
    # What waited under the old limit of four megabytes has left its pages behind.
    op.execute(f"reindex index {CHARACTERS}")
    _create_closings()
    for table, policies in POLICIES.items():
        op.execute(f"alter table {table} enable row level security")
        for name, rule in policies:
            op.execute(f"create policy {name} on {table} {rule}")


def _create_closings() -> None:
    op.create_table(
        "register_year_closings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("parts_total", sa.BigInteger(), nullable=False),
        sa.Column("parts_done", sa.BigInteger(), nullable=False),
        sa.Column("actor", postgresql.JSONB(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.String(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state in ('queued', 'running', 'done', 'failed')", name=op.f("ck_register_year_closings_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["county_code"], ["divisions.code"], name=op.f("fk_register_year_closings_county_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_year_closings")),
    )
    op.create_index(
        "uq_register_year_closings_unfinished",
        "register_year_closings",
        ["county_code"],
        unique=True,
        postgresql_where=sa.text("state in ('queued', 'running')"),
    )
    op.create_index(
        op.f("ix_register_year_closings_county_code_year_id"), "register_year_closings", ["county_code", "year", "id"]
    )


def downgrade() -> None:
    for table, policies in POLICIES.items():
        for name, _ in policies:
            op.execute(f"drop policy {name} on {table}")
        op.execute(f"alter table {table} disable row level security")
    op.drop_table("register_year_closings")
    op.execute(f"alter index {CHARACTERS} reset (gin_pending_list_limit)")
    op.create_index(BY_PLACE, "household_members", ["household_id", "position"])
    op.drop_index(BY_HOUSEHOLD, table_name="household_members")
