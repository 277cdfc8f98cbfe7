"""names in which a character stands doubled"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

DOUBLED = "ix_household_members_name_doubled"


def upgrade() -> None:
    op.create_index(
        DOUBLED,
        "household_members",
        [sa.text("string_to_array(name, NULL)")],
        postgresql_using="gin",
        postgresql_where=sa.text(r"name ~ '(.)\1'"),
    )


def downgrade() -> None:
    op.drop_index(DOUBLED, table_name="household_members")
