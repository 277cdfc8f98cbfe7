"""people by village, those who left among them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

NAME, COLUMNS = "ix_household_members_village", ["village_code", "id"]


def upgrade() -> None:
    op.drop_index(NAME, table_name="household_members")
    op.create_index(NAME, "household_members", COLUMNS)


def downgrade() -> None:
    op.drop_index(NAME, table_name="household_members")
    op.create_index(NAME, "household_members", COLUMNS, postgresql_where=sa.text("active"))
