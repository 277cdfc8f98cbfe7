"""loans of households that came from another are found by it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

NAME = "ix_loans_kin"


def upgrade() -> None:
    op.create_index(NAME, "loans", [sa.text("(facts -> 'kin')")], postgresql_using="gin")


def downgrade() -> None:
    op.drop_index(NAME, "loans")
