"""the files that merged into one are found by it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

NAME = "ix_households_merged_into"


def upgrade() -> None:
    op.create_index(NAME, "households", ["merged_into"], postgresql_where=sa.text("merged_into is not null"))


def downgrade() -> None:
    op.drop_index(NAME, "households")
