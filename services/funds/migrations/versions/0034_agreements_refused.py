"""a refused agreement leaves its number to the right one"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"

NAME, TABLE, COLUMNS = "uq_agreements_number", "agreements", ["county_code", "number"]


def upgrade() -> None:
    op.drop_constraint(NAME, TABLE)
    op.create_index(NAME, TABLE, COLUMNS, unique=True, postgresql_where=sa.text("state <> 'refused'"))


def downgrade() -> None:
    """Refused by the constraint while a refused agreement's number was given to another."""
    op.drop_index(NAME, TABLE)
    op.create_unique_constraint(NAME, TABLE, COLUMNS)
